package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/store"
	"balcao/branch-server/web"
	"balcao/internal/branch"
	"balcao/internal/branch/above"
	"balcao/internal/branch/setup"
	"balcao/internal/machine"
	"balcao/internal/queue"
	"balcao/internal/seal"
	"balcao/internal/wire"
)

// headOffice takes what headquarters decides for this branch: it believes what is signed for it and newer than before,
// tries it on the branch's own description, and puts it into force in one commit, or keeps the one before.
type headOffice struct {
	app    *App
	inbox  chan []byte
	health chan struct{} // something to be told at once

	taking sync.Mutex // one change of the description at a time: of headquarters, or of the coordination

	mu    sync.Mutex
	state store.Above
	own   string // hash of the branch's own description
	told  string // the hash that headquarters confirmed
}

func newHeadOffice(ctx context.Context, a *App) (*headOffice, error) {
	h := &headOffice{app: a, inbox: make(chan []byte, 4), health: make(chan struct{}, 1)}
	return h, h.renew(ctx)
}

// renew reads from the store what pages and health tell.
func (h *headOffice) renew(ctx context.Context) error {
	state, err := h.app.store.Above(ctx)
	if err != nil {
		return err
	}
	own, err := h.app.store.OwnDescription(ctx)
	if err != nil {
		return err
	}
	h.mu.Lock()
	h.state, h.own = state, setup.Hash(own)
	h.mu.Unlock()
	h.nudge()
	return nil
}

// nudge has headquarters told at once how the branch's configuration stands. It never blocks.
func (h *headOffice) nudge() {
	select {
	case h.health <- struct{}{}:
	default:
	}
}

// heard is told what headquarters publishes for this branch; it must be quick.
func (h *headOffice) heard(channel wire.Channel, payload []byte) {
	if channel != wire.ChannelCfg {
		return
	}
	select {
	case h.inbox <- bytes.Clone(payload):
	default: // headquarters says it again until the branch's health tells what became of it
	}
}

// againEvery is how often what waits is tried again, and the branch's own description is offered to headquarters.
const againEvery = 20 * time.Second

func (h *headOffice) run(ctx context.Context, u *uplink) error {
	every := time.NewTicker(againEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case raw := <-h.inbox:
			h.say(h.take(ctx, raw))
		case <-h.health:
			u.sendHealth(ctx)
			h.offer(ctx, u)
		case <-every.C:
			h.say(h.again(ctx))
			h.offer(ctx, u)
		}
	}
}

func (h *headOffice) say(err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		h.app.log.Error("configuration of headquarters not taken", "err", err)
	}
}

// again tries what waits, or was at fault with the description as it was.
func (h *headOffice) again(ctx context.Context) error {
	h.mu.Lock()
	waiting := h.state.State == wire.ConfigStateStaged
	h.mu.Unlock()
	if !waiting {
		return nil
	}
	return h.retry(ctx)
}

func (h *headOffice) retry(ctx context.Context) error {
	h.taking.Lock()
	defer h.taking.Unlock()
	s, err := h.app.store.Above(ctx)
	if err != nil || s.State != wire.ConfigStateStaged && s.State != wire.ConfigStateRejected {
		return err
	}
	return h.consider(ctx, s)
}

// take hears a sealed configuration. What is not believed raises the alarm and changes nothing.
func (h *headOffice) take(ctx context.Context, raw []byte) error {
	own := h.app.trust.Own()
	if own == nil {
		h.app.log.Warn("headquarters sent a configuration, and this branch has no certificate to check it by")
		return nil
	}
	h.taking.Lock()
	defer h.taking.Unlock()
	held, err := h.app.store.Above(ctx)
	if err != nil {
		return err
	}
	said, err := own.BelieveVersion(wire.KindConfig, wire.HQName, max(held.Serial, 1)-1, raw)
	if err != nil {
		return h.alarm(ctx, distrust(err))
	}
	c, document, err := wire.DecodeConfigDown(said.Body)
	if said.Version == held.Serial {
		if c.Hash == held.Hash && c.Number == held.Number {
			return h.renew(ctx) // it came twice: the result is told again
		}
		return h.alarm(ctx, wire.ConfigReplayed)
	}
	fresh := store.Above{Above: engine.Above{Serial: said.Version, Number: c.Number, Hash: c.Hash, Document: document}}
	if err != nil {
		return h.reject(ctx, fresh, wire.ConfigUnreadable, "", "O que a sede enviou não se lê. A sede deve publicar de novo.")
	}
	return h.consider(ctx, fresh)
}

// distrust says why a statement was not believed.
func distrust(err error) string {
	switch {
	case errors.Is(err, seal.ErrOther):
		return wire.ConfigMisaddressed
	case errors.Is(err, seal.ErrExpired):
		return wire.ConfigExpired
	case errors.Is(err, seal.ErrOld):
		return wire.ConfigReplayed
	}
	return wire.ConfigForged
}

func (h *headOffice) alarm(ctx context.Context, why string) error {
	return h.app.alarms.raise(ctx, wire.KindConfig, why)
}

// reject keeps the one in force, and says why.
func (h *headOffice) reject(ctx context.Context, s store.Above, why, path, words string) error {
	first := s.State != wire.ConfigStateRejected || s.Why != why || s.Path != path
	s.State, s.Why, s.Path, s.Words = wire.ConfigStateRejected, why, path, words
	if !first {
		return nil
	}
	s.At = h.app.clock.Now()
	h.app.log.Warn("configuration of headquarters rejected", "number", s.Number, "why", why, "path", path)
	fact := wire.ConfigResult{Number: s.Number, Hash: s.Hash, Why: why, Path: path}
	if err := h.app.note(ctx, "config-no-"+strconv.FormatUint(s.Serial, 10)+path, wire.TypeConfigRejected, fact); err != nil {
		return err
	}
	if err := h.app.store.KeepAbove(ctx, s); err != nil {
		return err
	}
	return h.renew(ctx)
}

// laid is a configuration laid over the branch's own description, checked.
type laid struct {
	branch   branch.Branch
	document []byte
	fault    *setup.Fault
}

func (a *App) lay(own, document []byte) (laid, error) {
	over, err := above.Apply(own, document)
	if err != nil {
		return laid{}, err
	}
	r := setup.Read(over.Document)
	if len(r.Faults) > 0 {
		return laid{fault: &r.Faults[0]}, nil
	}
	r.Branch.ID, r.Branch.Zone = a.cfg.Branch.ID, a.cfg.Branch.Zone
	return laid{branch: r.Branch, document: setup.Write(&r.Branch)}, nil
}

// consider tries a believed configuration and puts it into force, keeps it waiting, or rejects it. The lock is held.
func (h *headOffice) consider(ctx context.Context, s store.Above) error {
	own, err := h.app.store.OwnDescription(ctx)
	if err != nil {
		return err
	}
	l, err := h.app.lay(own, s.Document)
	switch {
	case err != nil:
		return h.reject(ctx, s, wire.ConfigUnreadable, "", "Diz coisas que o programa desta loja não conhece. Atualize o programa.")
	case l.fault != nil:
		words := l.fault.What + ": " + l.fault.Text
		if l.fault.Where != "" {
			words = l.fault.Where + ", " + words
		}
		return h.reject(ctx, s, wire.ConfigFaulty, l.fault.Path, words)
	}
	err = h.force(ctx, s, own, l)
	left, isLeft := errors.AsType[engine.LeftError](err)
	faults, isFaults := errors.AsType[engine.FaultsError](err)
	switch {
	case isLeft:
		return h.stage(ctx, s, left)
	case isFaults:
		return h.reject(ctx, s, wire.ConfigUnfit, "", faults.Error())
	case err != nil:
		return err
	}
	h.app.log.Info("configuration of headquarters in force", "number", s.Number)
	return h.renew(ctx)
}

// force puts a configuration into force: the description that comes of it, what came from headquarters, and the facts
// that say so are one commit.
func (h *headOffice) force(ctx context.Context, s store.Above, own []byte, l laid) error {
	held, _, err := h.app.store.LatestDescription(ctx)
	if err != nil {
		return err
	}
	result, err := json.Marshal(wire.ConfigResult{Number: s.Number, Hash: s.Hash, Version: held.Number + 1})
	if err != nil {
		return err
	}
	_, err = h.app.engine.Reconfigure(ctx, "config-"+strconv.FormatUint(s.Serial, 10), engine.Publication{
		Version: held.Number + 1, Hash: setup.Hash(l.document), Document: l.document, Author: web.HeadOffice,
		Note: fmt.Sprintf("Configuração da sede n.º %d", s.Number), Catalogue: l.branch.Catalogue(), Own: own, Above: &s.Above,
		Also: []queue.Noted{{Type: wire.TypeConfigApplied, Version: 1, Data: result}},
	}, func() { h.app.branch.Store(&l.branch) })
	return err
}

// stage keeps a configuration that would lose somebody now. It is tried again until nobody would be lost, at the latest
// when the next Day begins.
func (h *headOffice) stage(ctx context.Context, s store.Above, left engine.LeftError) error {
	words := "Entra em vigor quando já ninguém esperar pelo que muda, o mais tarde na abertura do próximo dia."
	switch {
	case len(left.Letters) > 0:
		words = "Muda uma letra com senhas de hoje já dadas: entra em vigor na abertura do próximo dia."
	case len(left.Counters) > 0:
		words = "Há balcões abertos que deixariam de existir: entra em vigor quando fecharem."
	}
	if s.State == wire.ConfigStateStaged && s.Words == words {
		return nil
	}
	if s.State != wire.ConfigStateStaged {
		s.At = h.app.clock.Now()
	}
	s.State, s.Why, s.Path, s.Words = wire.ConfigStateStaged, "waits", "", words
	if err := h.app.store.KeepAbove(ctx, s); err != nil {
		return err
	}
	return h.renew(ctx)
}

// tell says in the branch's health which configuration it has; nil where headquarters has never sent one and knows the
// branch's own description.
func (h *headOffice) tell() *wire.ConfigHealth {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.state
	out := &wire.ConfigHealth{
		State: s.State, Number: s.Number, Serial: s.Serial, Hash: s.Hash, Why: s.Why, Path: s.Path, Text: s.Words, Force: s.Force, Runs: s.Runs, Own: h.own,
	}
	if !s.At.IsZero() {
		out.AtMS = s.At.UnixMilli()
	}
	return out
}

// offer gives headquarters the branch's own description, once for each content.
func (h *headOffice) offer(ctx context.Context, u *uplink) {
	h.mu.Lock()
	due := h.own != h.told
	h.mu.Unlock()
	if !due || !u.child.Reachable() {
		return
	}
	own, err := h.app.store.OwnDescription(ctx)
	if err != nil {
		h.say(err)
		return
	}
	q := wire.OwnConfig{Kind: wire.KindOwnConfig}
	if q.Packed, q.Hash, err = wire.PackConfig(own); err != nil {
		h.say(err)
		return
	}
	data, err := json.Marshal(q)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	r, err := u.child.Request(ctx, wire.Request{ID: machine.NewBoot(), Data: data})
	if err != nil {
		h.app.log.Debug("own description not offered", "err", err)
		return
	}
	var reply wire.OwnConfigReply
	if json.Unmarshal(r.Data, &reply) == nil && reply.Hash == q.Hash {
		h.mu.Lock()
		h.told = reply.Hash
		h.mu.Unlock()
	}
}

// publish puts what the coordination decided into force, with what headquarters decides laid over it.
func (h *headOffice) publish(ctx context.Context, key string, v setup.Version, draft int, b branch.Branch) error {
	h.taking.Lock()
	defer h.taking.Unlock()
	p := engine.Publication{Version: v.Number, Author: v.Author, Note: v.Note, Draft: draft}
	s, err := h.app.store.Above(ctx)
	if err != nil {
		return err
	}
	if s.Force > 0 {
		before, err := h.app.store.OwnDescription(ctx)
		if err != nil {
			return err
		}
		over, err := above.Apply(before, s.Body)
		if err != nil {
			return err
		}
		if p.Own, err = above.Own(v.Document, before, over.Governed); err != nil {
			return err
		}
		l, err := h.app.lay(p.Own, s.Body)
		if err != nil {
			return err
		}
		if l.fault != nil {
			return engine.FaultsError{l.fault.What + ": " + l.fault.Text}
		}
		b, v.Document = l.branch, l.document
		v.Hash = setup.Hash(v.Document)
	}
	b.ID, b.Zone = h.app.cfg.Branch.ID, h.app.cfg.Branch.Zone
	p.Hash, p.Document, p.Catalogue = v.Hash, v.Document, b.Catalogue()
	if _, err = h.app.engine.Reconfigure(ctx, key, p, func() { h.app.branch.Store(&b) }); err != nil {
		return err
	}
	if s.State == wire.ConfigStateRejected || s.State == wire.ConfigStateStaged {
		h.say(h.consider(ctx, s)) // what was at fault may not be any more
	}
	return h.renew(ctx)
}

// above tells the pages what headquarters decides here, in words.
func (h *headOffice) above(ctx context.Context) (web.Above, error) {
	h.mu.Lock()
	s := h.state
	h.mu.Unlock()
	out := web.Above{Number: s.Number, State: s.State, At: s.At, Words: s.Words, Force: s.Force}
	if s.Force == 0 {
		return out, nil
	}
	own, err := h.app.store.OwnDescription(ctx)
	if err != nil {
		return out, err
	}
	over, err := above.Apply(own, s.Body)
	if err != nil {
		return out, err
	}
	out.Governed, out.Free = over.Governed, over.Default
	return out, nil
}
