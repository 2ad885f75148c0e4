package sim

import (
	"context"
	"encoding/json"
	"errors"

	"balcao/hq/ingest"
	"balcao/hq/network"
	"balcao/hq/store"
	"balcao/internal/wire"
)

// hq is headquarters: the real store and intake.
type hq struct {
	*program
	parent *parent
	store  *store.Store
}

func newHQ(w *world) *hq {
	h := &hq{program: &program{w: w, name: "hq", path: w.path("hq.db")}}
	h.parent = &parent{program: h.program, handle: func(context.Context, wire.NodeID, wire.Request) json.RawMessage { return nil }}
	h.start, h.stop = h.open, h.close
	return h
}

func (h *hq) open() error {
	var err error
	if h.store, err = store.Open(h.w.ctx, h.path, h.clock); err != nil {
		return err
	}
	n := network.New(network.Options{Zone: h.w.zone, Limit: 1000})
	in, err := ingest.New(h.w.ctx, h.store, n, h.clock, h.w.log)
	if err == nil {
		err = h.parent.open(in, h.store.Incarnation()+"-"+h.boot)
	}
	if err != nil {
		return errors.Join(err, h.store.Close())
	}
	return h.w.witness.holds(h.parent)
}

func (h *hq) close() error { return errors.Join(h.parent.gone(), h.store.Close()) }
