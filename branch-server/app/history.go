package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"balcao/branch-server/store"
	"balcao/internal/authority"
	"balcao/internal/carrier"
	"balcao/internal/machine"
	"balcao/internal/mqttlink"
	"balcao/internal/rebuild"
	"balcao/internal/wire"
)

// historyDays is how far back headquarters is asked: what is older stands in its reports, and is not needed to work.
const historyDays = 35

// Patience of asking for a history: until headquarters is there, and for each part.
const (
	historyLink = 30 * time.Second
	historyPart = 60 * time.Second
)

var errNoHQ = errors.New("headquarters does not answer")

// fetchHistory asks headquarters for what it holds of this branch's own journal; nil if it holds nothing.
func fetchHistory(ctx context.Context, cfg Config) (_ *store.History, err error) {
	trust, err := authority.OpenStation(authority.StationConfig{
		Name: cfg.Branch.ID, Identity: cfg.Identity, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, trust.Close()) }()
	password, err := machine.Secret(cfg.HQ.PasswordFile)
	if err != nil {
		return nil, err
	}
	child, err := carrier.NewChild(carrier.ChildConfig{
		Node: cfg.node(), Boot: machine.NewBoot(), Software: Version,
		Link:   mqttlink.Config{Brokers: cfg.HQ.Brokers, Password: password, TLS: trust.Client(wire.HQName)},
		Source: emptyLog(machine.Minter().MintEpoch()), Now: time.Now,
	})
	if err != nil {
		return nil, err
	}
	ctx, hangUp := context.WithCancel(ctx)
	way := make(chan error, 1)
	go func() { way <- child.Run(ctx) }()
	held, err := gather(ctx, child)
	hangUp()
	return held, errors.Join(err, <-way)
}

// emptyLog is what a branch without a disk has to send: the epoch is one that it never used.
type emptyLog uint64

// Position implements carrier.Source.
func (e emptyLog) Position(context.Context) (epoch, first, last uint64, head wire.Hash, err error) {
	return uint64(e), 1, 0, head, nil
}

// After implements carrier.Source.
func (emptyLog) After(context.Context, uint64, int, int) ([]wire.Record, wire.Hash, error) {
	return nil, wire.Hash{}, nil
}

// Acknowledged implements carrier.Source.
func (emptyLog) Acknowledged(context.Context, uint64, uint64) error { return nil }

// gather asks part by part, and checks at the end that the chain is the one that headquarters knows.
func gather(ctx context.Context, child *carrier.Child) (*store.History, error) {
	ask := wire.HistoryAsk{Kind: wire.KindHistory, SinceMS: time.Now().AddDate(0, 0, -historyDays).UnixMilli()}
	part, err := askHistory(ctx, child, ask, historyLink)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoHQ, err)
	}
	if part.Epoch == 0 {
		return nil, nil //nolint:nilnil // nothing is held of this branch
	}
	held := &store.History{Epoch: part.Epoch, From: rebuild.Point{Seq: part.From, Head: part.Head}}
	ask.Epoch = part.Epoch
	seq, head := part.From, part.Head
	for len(part.Records) > 0 {
		for _, raw := range part.Records {
			seq++
			r := wire.Record{Seq: seq, Raw: raw}
			head = head.Next(r)
			held.Records = append(held.Records, r)
		}
		if ask.After = seq; seq >= part.Last {
			break
		}
		if part, err = askHistory(ctx, child, ask, historyPart); err != nil {
			return nil, fmt.Errorf("%w: %w", errNoHQ, err)
		}
	}
	if seq != part.Last || head != part.End {
		return nil, fmt.Errorf("what headquarters tells does not fit its own chain at %d of %d: %w", seq, part.Last, wire.ErrMalformed)
	}
	return held, nil
}

func askHistory(ctx context.Context, child *carrier.Child, ask wire.HistoryAsk, patience time.Duration) (part wire.HistoryPart, err error) {
	data, err := json.Marshal(ask)
	if err != nil {
		return part, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	reply, err := child.Request(ctx, wire.Request{ID: machine.NewBoot(), Data: data})
	if err != nil {
		return part, err
	}
	if err := json.Unmarshal(reply.Data, &part); err != nil {
		return part, fmt.Errorf("read headquarters' reply: %w", wire.ErrMalformed)
	}
	return part, nil
}
