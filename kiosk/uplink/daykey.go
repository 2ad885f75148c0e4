package uplink

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"balcao/internal/citizen"
	"balcao/internal/wire"
)

// DayKey asks the branch for the key of its present day, until it answers or ctx ends. Whoever asked wipes it.
func (u *Uplink) DayKey(ctx context.Context) (day string, key citizen.DayKey, err error) {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the program instead
	defer clear(random[:])
	asker, err := citizen.NewAsker(random[:])
	if err != nil {
		return "", citizen.DayKey{}, fmt.Errorf("ask for the key of the day: %w", err)
	}
	var id [12]byte
	_, _ = rand.Read(id[:])
	q := wire.KeyRequest{Kind: wire.KindDayKey, Request: "k-" + hex.EncodeToString(id[:]), Public: asker.Public()}
	data, err := json.Marshal(q)
	if err != nil {
		return "", citizen.DayKey{}, fmt.Errorf("encode request: %w", err)
	}
	r, err := u.child.Request(ctx, wire.Request{ID: q.Request, Data: data})
	if err != nil {
		return "", citizen.DayKey{}, err
	}
	var reply wire.KeyReply
	if err := json.Unmarshal(r.Data, &reply); err != nil || reply.Request != q.Request || reply.Refused != "" {
		return "", citizen.DayKey{}, fmt.Errorf("read the key of the day: %w", wire.ErrMalformed)
	}
	key, err = asker.Open(citizen.Handover{Public: reply.Public, Sealed: reply.Sealed}, wire.KeyPurpose(u.cfg.Node, reply.Day))
	if err != nil {
		return "", citizen.DayKey{}, fmt.Errorf("open the key of the day: %w", err)
	}
	return reply.Day, key, nil
}
