package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
	"balcao/kiosk/store"
)

// kiosk is a kiosk: the real store, and the steps that kiosk/app takes with it.
type kiosk struct {
	*program
	child   *child
	branch  *branchNode
	store   *store.Store
	met     bool // the branch was heard: what it offers is known
	filled  queue.Date
	filling bool
}

func newKiosk(w *world, b *branchNode, i int) *kiosk {
	id := fmt.Sprintf("%s-K%02d", b.node, i+1)
	p := &program{w: w, name: id, path: w.path(id + ".db")}
	k := &kiosk{program: p, branch: b, child: &child{program: p, node: wire.NodeID(id)}}
	k.child.link = w.join(k.child, b.parent)
	p.start, p.stop = k.open, k.close
	return k
}

func (k *kiosk) open() error {
	var err error
	if k.store, err = store.Open(k.w.ctx, k.path, k.minter()); err != nil {
		return err
	}
	if err := k.child.open(k.store); err != nil {
		return errors.Join(err, k.store.Close())
	}
	if err := k.recover(); err != nil {
		return errors.Join(err, k.store.Close())
	}
	k.after(time.Second, k.lend)
	return nil
}

func (k *kiosk) close() error {
	k.child.link.up = false
	return k.store.Close()
}

// today is the branch's local day as the kiosk's clock has it.
func (k *kiosk) today() string { return string(queue.DateOf(k.clock(), k.branch.zone)) }

// recover settles what the last life left open, as kiosk/app/recover.go does. The citizen may still stand there.
func (k *kiosk) recover() error {
	left, err := k.store.Unfinished(k.w.ctx)
	if err != nil {
		return err
	}
	for _, r := range left {
		switch {
		case r.State == store.Printing:
			if err := k.end(r.Asked.Request, store.Unknown); err != nil {
				return err
			}
		case k.w.chance(60) && r.State == store.Requested:
			k.after(k.w.between(time.Second, 25*time.Second), func() error { return k.touch(r.Asked) })
		default:
			k.after(30*time.Second, func() error { return k.end(r.Asked.Request, store.Abandoned) })
		}
	}
	return nil
}

// How often a kiosk looks whether it has enough numbers. The program looks each minute and after each number of its
// own; a look that asks for nothing is left out here.
const lendEvery = 10 * time.Minute

func (k *kiosk) lend() error {
	k.after(lendEvery, k.lend)
	return k.fill()
}

func (k *kiosk) fill() error {
	if !k.child.alive || k.filling {
		return nil
	}
	hold, err := k.store.Lent(k.w.ctx)
	if err != nil {
		return err
	}
	enough := k.filled == queue.Date(k.today())
	for _, r := range hold {
		enough = enough && (r.Left >= (lend+1)/2 || r.Day != k.today())
	}
	if enough {
		return nil
	}
	k.filling = true
	return k.child.request("lease-"+k.w.word(), wire.LeaseRequest{Kind: wire.KindLease, Epoch: k.store.Epoch(), Hold: hold}, 5*time.Second,
		func(reply json.RawMessage) error {
			k.filling = false
			if reply == nil {
				return nil
			}
			var r wire.LeaseReply
			if err := json.Unmarshal(reply, &r); err != nil {
				return err
			}
			k.met, k.filled = true, queue.Date(k.today())
			return k.store.Lend(k.w.ctx, r.Ranges, k.today())
		})
}

// come is a citizen who touches a service.
func (k *kiosk) come() error {
	if !k.up {
		k.w.witness.sentAway++
		return nil
	}
	service := k.branch.desc.Services[k.w.dice.IntN(len(k.branch.desc.Services))]
	class := queue.ClassWalkIn
	if k.w.chance(12) {
		class = queue.ClassLaw
	}
	k.w.witness.came++
	return k.touch(wire.TicketFact{Request: k.w.word() + k.w.word(), Service: service.ID, Class: string(class), Lang: "pt"})
}

// touch begins a request, or takes it up again.
func (k *kiosk) touch(asked wire.TicketFact) error {
	asked.Boot = k.boot
	known, err := k.store.Ask(k.w.ctx, asked, k.clock())
	if err != nil {
		return err
	}
	if asked = known.Asked; k.struck() {
		return nil
	}
	switch {
	case known.State == store.Requested && known.Ticket == nil:
		return k.reserve(asked)
	case known.Ticket == nil || known.State == store.Abandoned:
		return nil
	}
	k.after(k.w.between(0, 300*time.Millisecond), func() error { return k.print(asked.Request, *known.Ticket) })
	return nil
}

// How long the branch may be silent (kiosk/app/alone.go, nameless.go).
const (
	silence     = 700 * time.Millisecond
	goneSilence = 150 * time.Millisecond
	slipAfter   = 5 * time.Second
)

func (k *kiosk) reserve(asked wire.TicketFact) error {
	patience, last := silence, slipAfter
	if !k.child.alive {
		patience, last = goneSilence, slipAfter/10
	}
	k.after(250*time.Millisecond, func() error { k.child.nudge(); return nil })
	return k.pose(asked, patience, func() error {
		t, ok, err := k.alone(asked)
		if err != nil || ok {
			return k.given(asked.Request, t, err)
		}
		return k.pose(asked, last, func() error {
			t, ok, err := k.nameless(asked)
			if err != nil || ok {
				return k.given(asked.Request, t, err)
			}
			// The kiosk has never heard its branch: it goes on asking until the citizen goes.
			return k.pose(asked, time.Minute, func() error { return k.end(asked.Request, store.Abandoned) })
		})
	})
}

// pose asks the branch; silent is what happens when it does not answer in time.
func (k *kiosk) pose(asked wire.TicketFact, patience time.Duration, silent func() error) error {
	q := wire.TicketRequest{Request: asked.Request, Boot: k.boot, Service: asked.Service, Class: asked.Class, Lang: asked.Lang}
	return k.child.request(asked.Request, q, patience, func(data json.RawMessage) error {
		if data == nil {
			return silent()
		}
		var r wire.TicketReply
		if err := json.Unmarshal(data, &r); err != nil {
			return err
		}
		if r.Refused != "" {
			k.w.witness.refused[r.Refused]++
			return k.end(asked.Request, store.Abandoned)
		}
		return k.given(asked.Request, *r.Ticket, nil)
	})
}

func (k *kiosk) alone(asked wire.TicketFact) (wire.Ticket, bool, error) {
	service, _ := k.branch.desc.Service(queue.ServiceID(asked.Service))
	if !k.met {
		return wire.Ticket{}, false, nil
	}
	day := k.today()
	r, err := k.store.Alone(k.w.ctx, asked.Request, service.Division, day, func(prefix string, n int) wire.Ticket {
		return wire.Ticket{Number: wire.NumberText(prefix, n), Day: day, Service: service.ID, Class: asked.Class, Alone: true}
	}, k.clock())
	switch {
	case errors.Is(err, store.ErrNoNumbers), errors.Is(err, store.ErrSettled):
		return wire.Ticket{}, false, nil
	case err != nil:
		return wire.Ticket{}, false, err
	}
	k.after(0, k.fill)
	return *r.Ticket, true, nil
}

func (k *kiosk) nameless(asked wire.TicketFact) (wire.Ticket, bool, error) {
	if !k.met {
		return wire.Ticket{}, false, nil
	}
	day := k.today()
	r, err := k.store.Slip(k.w.ctx, asked.Request, k.name, day, func(name string) wire.Ticket {
		return wire.Ticket{Number: name, Day: day, Service: asked.Service, Class: asked.Class, Alone: true, Slip: true}
	}, k.clock())
	if errors.Is(err, store.ErrSettled) {
		return wire.Ticket{}, false, nil
	}
	if err != nil {
		return wire.Ticket{}, false, err
	}
	return *r.Ticket, true, nil
}

// given has the number printed.
func (k *kiosk) given(request string, t wire.Ticket, err error) error {
	if err != nil {
		return err
	}
	if k.met = true; k.struck() {
		return nil
	}
	return k.print(request, t)
}

// print puts on disk that paper will move, and moves it a moment later.
func (k *kiosk) print(request string, t wire.Ticket) error {
	err := k.store.Begin(k.w.ctx, request, t, k.clock())
	if errors.Is(err, store.ErrSettled) {
		return nil
	}
	if err != nil {
		return err
	}
	if k.struck() {
		return nil
	}
	k.child.nudge()
	k.after(k.w.between(2*time.Millisecond, 40*time.Millisecond), func() error {
		k.w.witness.paper(k, request, t) // the first byte
		if k.struck() {
			return nil
		}
		k.after(k.w.between(400*time.Millisecond, 2*time.Second), func() error { return k.printed(request, t) })
		return nil
	})
	return nil
}

// printed is what the printer says of a slip.
func (k *kiosk) printed(request string, t wire.Ticket) error {
	switch n := k.w.dice.IntN(100); {
	case n < 93:
		return k.end(request, store.Printed)
	case n < 96:
		return k.end(request, store.Unknown)
	}
	k.w.witness.failed(k, request, t)
	if err := k.end(request, store.Failed); err != nil {
		return err
	}
	k.after(k.w.between(2*time.Second, 100*time.Second), func() error {
		switch n := k.w.dice.IntN(3); n {
		case 0:
			return k.print(request, t)
		case 1:
			k.w.witness.agreed(k, request, t)
			return k.end(request, store.Accepted)
		default:
			return k.end(request, store.Abandoned)
		}
	})
	return nil
}

// end logs what became of a request.
func (k *kiosk) end(request string, to store.State) error {
	err := k.store.End(k.w.ctx, request, to, "", 0, k.clock())
	if errors.Is(err, store.ErrSettled) {
		return nil
	}
	if err == nil {
		k.child.nudge()
		k.w.witness.ended(k, request, to)
	}
	return err
}
