package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"balcao/internal/identity"
	"balcao/internal/machine"
	"balcao/internal/seal"
	"balcao/internal/wire"
)

// sealing has headquarters sign where the journal stands: every quarter of an hour if it moved, and when a Day ends. What
// headquarters signed cannot go or change unnoticed afterwards.
type sealing struct {
	app  *App
	wish chan struct{} // one is enough: a Day ended

	waited int // for the first acknowledgement; run's own

	mu      sync.Mutex
	at      time.Time // when the last signature came, by the branch's clock
	seq     uint64    // the record it reaches to
	refused bool      // headquarters says that it took in something else
}

func newSealing(a *App) *sealing { return &sealing{app: a, wish: make(chan struct{}, 1)} }

// nudge asks for a signature soon. It does not block.
func (s *sealing) nudge() {
	select {
	case s.wish <- struct{}{}:
	default:
	}
}

// state returns until when and to which record headquarters signed, and whether it refuses to.
func (s *sealing) state() (until time.Time, seq uint64, refused bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at, s.seq, s.refused
}

// code is how the journal is, as health names it.
func (s *sealing) code() string {
	if _, _, refused := s.state(); refused {
		return wire.JournalOther
	}
	return wire.JournalOK
}

// Delays of sealing: the first time after a start, and after an answer that did not come.
const (
	sealSoon  = 2 * time.Second
	sealAgain = time.Minute
	// sealPatience is how many times it is waited for the first acknowledgement.
	sealPatience = 5
)

var errNothingHeld = errors.New("headquarters has acknowledged nothing yet")

// run asks until ctx ends.
func (s *sealing) run(ctx context.Context, u *uplink) error {
	own := s.app.trust.Own()
	if own == nil {
		return nil
	}
	s.recall(ctx)
	every := time.NewTicker(sealEvery)
	defer every.Stop()
	soon := time.NewTimer(sealSoon)
	defer soon.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.wish:
			soon.Reset(sealSoon) // its records are on their way
			continue
		case <-soon.C:
		case <-every.C:
		}
		switch err := s.ask(ctx, u, own); {
		case errors.Is(err, errRefusedSeal):
			s.app.log.Error("headquarters does not sign the journal: it took in something else; run journal verify here and at headquarters")
		case errors.Is(err, errNothingHeld):
			soon.Reset(sealSoon)
		case err != nil && ctx.Err() == nil:
			s.app.log.Debug("journal not countersigned", "err", err)
			soon.Reset(sealAgain)
		}
	}
}

// recall goes on from the seal that lies in the file.
func (s *sealing) recall(ctx context.Context) {
	last, err := s.app.store.LastJournalSeal(ctx)
	if err != nil {
		s.app.log.Warn("seals of the journal not read", "err", err)
		return
	}
	if last.Seq > 0 {
		s.mu.Lock()
		s.at, s.seq = time.UnixMilli(last.AtMS), last.Seq
		s.mu.Unlock()
	}
}

// ask has the journal signed as far as headquarters has it, if that moved since.
func (s *sealing) ask(ctx context.Context, u *uplink, own *identity.Identity) error {
	most := s.app.store.Sent()
	if most == 0 {
		// Nothing was acknowledged since the start. If nothing ever is, headquarters is asked all the same: it may refuse.
		if s.waited++; s.waited < sealPatience {
			return errNothingHeld
		}
		most = math.MaxInt64
	}
	q, err := s.app.store.SealPoint(ctx, most)
	if err != nil || q.Seq == 0 {
		return err
	}
	if _, done, refused := s.state(); done == q.Seq && !refused {
		return nil
	}
	signed, err := u.sign(ctx, own, q)
	refused := errors.Is(err, errRefusedSeal)
	if err != nil && !refused {
		return err
	}
	now := s.app.clock.Now()
	if err == nil {
		err = s.app.store.KeepJournalSeal(ctx, q, signed, now)
	}
	s.mu.Lock()
	was := s.refused
	if s.refused = refused; err == nil {
		s.at, s.seq = now, q.Seq
	}
	s.mu.Unlock()
	if was != refused {
		s.app.repaint()
	}
	return err
}

// sign asks headquarters to sign a head, and returns its signature over that very head.
func (u *uplink) sign(ctx context.Context, own *identity.Identity, q wire.AuditHead) ([]byte, error) {
	data, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	id := machine.NewBoot()
	r, err := u.child.Request(ctx, wire.Request{ID: id, Data: data})
	if err != nil {
		return nil, err
	}
	var reply wire.AuditReply
	if err := json.Unmarshal(r.Data, &reply); err != nil {
		return nil, fmt.Errorf("read headquarters' reply: %w", wire.ErrMalformed)
	}
	if reply.Refused != "" {
		return nil, fmt.Errorf("countersign the %s: %w", q.Kind, errRefusedSeal)
	}
	body, err := own.Believe(q.Kind, wire.HQName, id, reply.Seal)
	if err != nil {
		return nil, err
	}
	var signed wire.AuditHead
	if err := json.Unmarshal(body, &signed); err != nil || signed != q {
		return nil, fmt.Errorf("read headquarters' reply: %w: another head", wire.ErrMalformed)
	}
	return reply.Seal, nil
}

// openSeal returns what headquarters signed and when. The question it answered is not kept, and whether the certificate
// still holds does not matter for the past: the head itself is compared.
func openSeal(kind string, raw []byte, own *identity.Identity) (signed wire.AuditHead, made time.Time, err error) {
	st, err := seal.Open(raw, seal.Want{
		Root: own.Root(), Kind: kind, From: wire.HQName, To: own.Name(), WhateverItsTime: true, WhateverRevision: true, WhateverItsID: true,
		Now: time.Now(),
	})
	if err != nil {
		return signed, made, err
	}
	if err := json.Unmarshal(st.Body, &signed); err != nil {
		return signed, made, fmt.Errorf("read a seal: %w", wire.ErrMalformed)
	}
	return signed, time.UnixMilli(st.MadeMS), nil
}
