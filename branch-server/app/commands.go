package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"balcao/branch-server/store"
	"balcao/branch-server/web"
	"balcao/internal/identity"
	"balcao/internal/seal"
	"balcao/internal/wire"
)

// commands does what headquarters asks of this branch: what is signed for it, each once, in time. What was asked, by whom,
// and what became of it stays in the store for the coordination; the journal names nobody. What it does not believe
// raises the alarm.
type commands struct {
	app   *App
	gate  *identity.Gate // nil without a certificate: then nothing is believed
	inbox chan []byte
	work  chan store.Command
	say   chan wire.CommandResult

	mu     sync.Mutex
	unread []web.Asked // messages
}

// Bounds of what waits.
const (
	manyCommands = 16 // to be done: one after the other
	commandDays  = 90 // that what was asked is kept
)

func newCommands(ctx context.Context, a *App) (*commands, error) {
	c := &commands{
		app: a, inbox: make(chan []byte, manyCommands), work: make(chan store.Command, manyCommands), say: make(chan wire.CommandResult, 4*manyCommands),
	}
	if err := c.renew(ctx); err != nil {
		return nil, err
	}
	own := a.trust.Own()
	if own == nil {
		return c, nil
	}
	floor, err := a.store.CommandNumber(ctx)
	if err != nil {
		return nil, err
	}
	c.gate = identity.NewGate(identity.GateConfig{
		Own: own, Kind: wire.KindCommand, From: wire.HQName, Floor: floor, Keep: a.store.KeepCommandNumber, Now: a.clock.Now,
	})
	return c, nil
}

// heardOffice is told what headquarters publishes for this branch; it must be quick.
func (a *App) heardOffice(channel wire.Channel, payload []byte) {
	a.above.heard(channel, payload)
	if channel != wire.ChannelCmd {
		return
	}
	select {
	case a.asked.inbox <- bytes.Clone(payload):
	default: // headquarters says it again until it has an answer
	}
}

// tell says in the branch's health that it takes commands, and which; nil without a certificate to check them by.
func (c *commands) tell() *wire.CommandHealth {
	if c.gate == nil {
		return nil
	}
	return &wire.CommandHealth{Highest: c.gate.Highest(), Knows: wire.Commands()}
}

// run takes commands and does them until ctx ends. What a program before this one had begun is told as interrupted: it is
// not known whether it was done.
func (c *commands) run(ctx context.Context, u *uplink) error {
	if err := c.interrupted(ctx); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case raw := <-c.inbox:
				c.told(c.take(ctx, raw))
			case r := <-c.say:
				c.publish(u, r)
			}
		}
	})
	g.Go(func() error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case one := <-c.work:
				c.told(c.carryOut(ctx, one, u))
			}
		}
	})
	return g.Wait()
}

func (c *commands) told(err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		c.app.log.Error("a command of headquarters", "err", err)
	}
}

// publish tells headquarters a result; one that is lost is told again when headquarters asks again.
func (c *commands) publish(u *uplink, r wire.CommandResult) {
	payload, err := wire.EncodeCommandResult(r)
	if err == nil {
		err = u.child.Result(payload)
	}
	if err != nil {
		c.app.log.Debug("result of a command not sent", "command", r.ID, "err", err)
	}
}

// answer puts a result in line.
func (c *commands) answer(one store.Command) {
	r := wire.CommandResult{ID: one.ID, State: one.State, Why: one.Why, Words: clipped(one.Words), Report: one.Report, AtMS: one.Came.UnixMilli()}
	if !one.Ended.IsZero() {
		r.AtMS = one.Ended.UnixMilli()
	}
	select {
	case c.say <- r:
	default: // headquarters asks again
	}
}

// clipped bounds a sentence as headquarters takes it.
func clipped(words string) string {
	if r := []rune(words); len(r) > wire.MaxCommandText {
		return string(r[:wire.MaxCommandText-1]) + "…"
	}
	return words
}

// take hears a sealed command. What is not believed raises the alarm and does nothing.
func (c *commands) take(ctx context.Context, raw []byte) error {
	if c.gate == nil {
		c.app.log.Warn("headquarters sent a command, and this branch has no certificate to check it by")
		return nil
	}
	body, err := c.gate.Open(ctx, raw, true)
	switch {
	case errors.Is(err, seal.ErrRepeat):
		return nil
	case errors.Is(err, identity.ErrNotKept):
		return err // it is sent again
	case err != nil:
		return c.app.alarms.raise(ctx, wire.KindCommand, seal.Reason(err))
	}
	said, err := wire.DecodeCommand(body)
	if err != nil {
		return c.app.alarms.raise(ctx, wire.KindCommand, wire.ConfigUnreadable)
	}
	before, known, err := c.app.store.Command(ctx, said.ID)
	switch {
	case err != nil:
		return err
	case known:
		c.answer(before)
		return nil
	case said.Ask:
		c.answer(store.Command{ID: said.ID, State: wire.CommandUnknown, Came: c.app.clock.Now()})
		return nil
	}
	return c.begin(ctx, said)
}

// begin writes a command down, and only then has it done.
func (c *commands) begin(ctx context.Context, said wire.Command) error {
	now := c.app.clock.Now()
	one := store.Command{
		ID: said.ID, Do: said.Do, Node: said.Node, Text: said.Text, By: said.By, Given: time.UnixMilli(said.GivenMS), Came: now, State: wire.CommandReceived,
	}
	switch {
	case !slices.Contains(wire.Commands(), said.Do):
		one.State, one.Why, one.Words = wire.CommandRefused, wire.CommandNotKnown, "O programa desta loja não conhece este pedido. Atualize-o."
	case now.UnixMilli() > said.UntilMS:
		one.State, one.Why, one.Words = wire.CommandRefused, wire.CommandTooLate, "Chegou depois do prazo e não se fez."
	case said.Do != wire.CommandMessage && len(c.work) == cap(c.work):
		one.State, one.Why, one.Words = wire.CommandRefused, wire.CommandBusy, "A loja já tem muitos pedidos à espera. Repita mais tarde."
	}
	if one.State == wire.CommandRefused {
		one.Ended = now
	}
	if _, err := c.app.store.PutCommand(ctx, one); err != nil {
		return err
	}
	if err := c.note(ctx, one); err != nil {
		return err
	}
	c.answer(one)
	switch {
	case one.Why == wire.CommandNotKnown:
		return c.app.alarms.raise(ctx, wire.KindCommand, wire.CommandNotKnown)
	case one.State == wire.CommandReceived && one.Do == wire.CommandMessage:
		return c.renew(ctx) // the coordination sees it at once, and says when it was read
	case one.State == wire.CommandReceived:
		select {
		case c.work <- one:
		case <-ctx.Done(): // told as interrupted after the next start
		}
	}
	return nil
}

// end writes down what became of a command, in the store, the journal and the audit, and tells headquarters.
func (c *commands) end(ctx context.Context, one store.Command) error {
	one.Ended = c.app.clock.Now()
	if err := c.app.store.EndCommand(ctx, one); err != nil {
		return err
	}
	if err := c.note(ctx, one); err != nil {
		return err
	}
	c.answer(one)
	return nil
}

// note tells a change of a command in the journal, and what ended in the audit too.
func (c *commands) note(ctx context.Context, one store.Command) error {
	kind := map[string]string{
		wire.CommandReceived: wire.TypeCommandAccepted, wire.CommandDone: wire.TypeCommandDone,
		wire.CommandRefused: wire.TypeCommandRefused, wire.CommandFailed: wire.TypeCommandRefused,
	}[one.State]
	do := one.Do
	if !slices.Contains(wire.Commands(), do) {
		do = "" // nobody's words enter the journal
	}
	fact := wire.CommandFact{ID: one.ID, Do: do, Node: one.Node, Why: one.Why}
	if err := c.app.note(ctx, "cmd-"+one.State+"-"+one.ID, kind, fact); err != nil {
		return fmt.Errorf("note command: %w", err)
	}
	if one.State == wire.CommandReceived {
		return nil
	}
	return c.app.store.Audit(ctx, store.Deed{AtMS: c.app.clock.Now().UnixMilli(), Role: "hq", Act: "command", What: do, How: one.State})
}

// interrupted ends what a program before this one had begun; a message waits for its reader still.
func (c *commands) interrupted(ctx context.Context) error {
	all, err := c.app.store.UnderWay(ctx)
	if err != nil {
		return err
	}
	for _, one := range all {
		if one.Do == wire.CommandMessage {
			continue
		}
		one.State, one.Why = wire.CommandFailed, wire.CommandInterrupted
		one.Words = "O servidor da loja parou a meio. Não se sabe se ficou feito: repita."
		if err := c.end(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

// Read says that the coordination has read a message of headquarters; one that was read is no error.
func (c *commands) Read(ctx context.Context, id string) error {
	one, known, err := c.app.store.Command(ctx, id)
	if err != nil || !known || one.Do != wire.CommandMessage || one.State != wire.CommandReceived {
		return err
	}
	one.State, one.Words = wire.CommandDone, "A coordenação leu."
	if err := c.end(ctx, one); err != nil {
		return err
	}
	return c.renew(ctx)
}

// Asked returns what headquarters asked of this branch, newest first.
func (c *commands) Asked(ctx context.Context, limit int) ([]web.Asked, error) {
	all, err := c.app.store.Commands(ctx, limit)
	return asked(all), err
}

// Unread returns the messages that nobody has read.
func (c *commands) Unread() []web.Asked {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.unread
}

// renew reads the messages that nobody has read, and has the coordination's page painted again.
func (c *commands) renew(ctx context.Context) error {
	all, err := c.app.store.UnderWay(ctx)
	if err != nil {
		return err
	}
	unread := asked(slices.DeleteFunc(all, func(one store.Command) bool { return one.Do != wire.CommandMessage }))
	c.mu.Lock()
	c.unread = unread
	c.mu.Unlock()
	if c.app.web != nil { // nobody looks while the program is being put together
		c.app.web.Hear(nil)
	}
	return nil
}

func asked(all []store.Command) []web.Asked {
	out := make([]web.Asked, len(all))
	for i, one := range all {
		out[i] = web.Asked{
			ID: one.ID, Do: one.Do, Node: one.Node, Text: one.Text, By: one.By, Given: one.Given, Came: one.Came, State: one.State, Words: one.Words,
			Report: one.Report, Ended: one.Ended,
		}
	}
	return out
}
