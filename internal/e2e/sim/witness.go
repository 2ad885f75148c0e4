package sim

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"balcao/internal/queue"
	"balcao/internal/replica"
	"balcao/internal/wire"
	"balcao/kiosk/store"
)

// Result counts what one run lived through and what of it was wrong.
type Result struct {
	Came, Numbered, Slips, Refused, SentAway int // citizens
	Events                                   int // taken in by branches and headquarters
	Kills, Restores, Cuts, Clocks            int
	Lost, Doubled, Disorder                  int // acknowledged and gone; twice; out of order or with two contents
	Digest                                   uint64
}

// Add adds another run's counts.
func (r *Result) Add(o Result) {
	r.Came += o.Came
	r.Numbered += o.Numbered
	r.Slips += o.Slips
	r.Refused += o.Refused
	r.SentAway += o.SentAway
	r.Events += o.Events
	r.Kills += o.Kills
	r.Restores += o.Restores
	r.Cuts += o.Cuts
	r.Clocks += o.Clocks
	r.Lost += o.Lost
	r.Doubled += o.Doubled
	r.Disorder += o.Disorder
	r.Digest ^= o.Digest
}

// String is one line for people.
func (r Result) String() string {
	return fmt.Sprintf("%d citizens, %d numbers, %d slips without one, %d refused, %d found the kiosk dark; %d events taken in; "+
		"%d kills, %d restores, %d cuts, %d clocks set; %d lost, %d doubled, %d out of order",
		r.Came, r.Numbered, r.Slips, r.Refused, r.SentAway, r.Events, r.Kills, r.Restores, r.Cuts, r.Clocks, r.Lost, r.Doubled, r.Disorder)
}

// fate is what the world saw of one request's paper.
type fate struct {
	kiosk  *kiosk
	day    string
	number string
	slip   bool
	known  bool // known not to have come out, and nobody agreed to do without
	gone   bool // given up
	moved  bool // a first byte went out
	wrong  bool // the kiosk's clock had another date than the branch: its number is of another Day
	wiped  bool // its kiosk was put back from an old copy before the branch had heard of this paper: nobody can know it
}

// held is how far a parent told a child that it holds its log.
type held struct {
	parent *parent
	node   wire.NodeID
	epoch  uint64
}

// paper is what stands on a slip.
type paper struct {
	branch          *branchNode
	request, number string
}

// witness sees paper and acknowledgements, and nothing else of what the programs know.
type witness struct {
	w                                             *world
	came, sentAway, kills, restores, cuts, clocks int
	events                                        int
	refused                                       map[string]int
	papers                                        map[string]string // branch, day and number → request
	fates                                         map[string]*fate  // by request
	marks                                         map[held]wire.Ack
	given                                         map[string]string // branch, day, division and number → request, as journaled
	heard                                         map[paper]bool    // what branches journaled since they were last put back
	lost, doubled, disorder                       int
	faults                                        []string
}

func newWitness(w *world) *witness {
	return &witness{
		w: w, refused: map[string]int{}, papers: map[string]string{}, fates: map[string]*fate{},
		marks: map[held]wire.Ack{}, given: map[string]string{}, heard: map[paper]bool{},
	}
}

// fault notes what must not be.
func (x *witness) fault(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	x.w.tell("WRONG: %s", line)
	if len(x.faults) < 20 {
		x.faults = append(x.faults, x.w.now.Format("02 15:04:05 ")+line)
	}
}

func (x *witness) verdict() error { return errors.New(strings.Join(x.faults, "\n")) }

func (x *witness) result(digest uint64) Result {
	r := Result{
		Came: x.came, SentAway: x.sentAway, Events: x.events, Kills: x.kills, Restores: x.restores, Cuts: x.cuts, Clocks: x.clocks,
		Lost: x.lost, Doubled: x.doubled, Disorder: x.disorder, Digest: digest,
	}
	for _, n := range x.refused {
		r.Refused += n
	}
	for _, f := range x.fates {
		switch {
		case !f.moved:
		case f.slip:
			r.Slips++
		default:
			r.Numbered++
		}
	}
	return r
}

// paper sees the first byte of a slip.
func (x *witness) paper(k *kiosk, request string, t wire.Ticket) {
	key := fmt.Sprint(k.branch.name, " ", t.Day, " ", t.Number)
	if other, known := x.papers[key]; known && other != request {
		x.doubled++
		x.fault("%s is on the paper of %s and of %s", key, other, request)
	}
	x.papers[key] = request
	f := x.fates[request]
	if f == nil {
		f = &fate{
			kiosk: k, day: t.Day, number: t.Number, slip: t.Slip,
			wrong: t.Day != string(queue.DateOf(k.branch.clock(), k.branch.zone)),
		}
		x.fates[request] = f
	}
	if f.number != t.Number || f.day != t.Day {
		x.doubled++
		x.fault("request %s has %s and %s", request, f.number, t.Number)
	}
	f.moved, f.known, f.gone = true, false, false
	x.w.tell("%s prints %s for %.6s", k.name, t.Number, request)
}

func (x *witness) failed(_ *kiosk, request string, _ wire.Ticket) { x.fates[request].known = true }
func (x *witness) agreed(_ *kiosk, request string, _ wire.Ticket) { x.fates[request].known = false }

func (x *witness) ended(_ *kiosk, request string, to store.State) {
	if f := x.fates[request]; f != nil && to == store.Abandoned {
		f.gone = true
	}
}

// answers reports whether somebody holds the paper of a number that is called: nobody comes for one that only the branch
// knows of, because its kiosk gave another under the same request while the two were apart.
func (x *witness) answers(v queue.Visit) bool {
	f := x.fates[string(v.Request)]
	return f != nil && f.moved && (f.number == v.Number.String() || f.number == v.Slip)
}

// acked sees what a child takes an acknowledgement for.
func (x *witness) acked(l *link, a wire.Ack) {
	key := held{l.parent, l.child.node, a.Epoch}
	if a.HWM >= x.marks[key].HWM {
		x.marks[key] = a
	}
}

// forgets hears that a program was put back from an old copy. What a parent acknowledged since is asked of its children
// again; what a kiosk printed and could not tell before is known to nobody.
func (x *witness) forgets(p *program) {
	for request, f := range x.fates {
		if f.kiosk.program == p && f.moved && !x.heard[paper{f.kiosk.branch, request, f.number}] {
			f.wiped = true
		}
	}
	for told := range x.heard {
		if told.branch.program == p {
			delete(x.heard, told)
		}
	}
	for key := range x.marks {
		if key.parent.program == p {
			delete(x.marks, key)
		}
	}
}

// holds looks, at a parent's start, whether it has everything that it ever acknowledged.
func (x *witness) holds(p *parent) error {
	for key, a := range x.marks {
		if key.parent != p {
			continue
		}
		pos, err := p.ledger.Position(x.w.ctx, key.node, key.epoch)
		if err != nil {
			return err
		}
		if pos.HWM < a.HWM || pos.HWM == a.HWM && pos.Head != a.Head {
			x.lost += int(max(1, a.HWM-min(a.HWM, pos.HWM)))
			x.fault("%s acknowledged %d of %s and holds %d", p.name, a.HWM, key.node, pos.HWM)
		}
	}
	return nil
}

// decided sees what a parent took in.
func (x *witness) decided(p *parent, b wire.Batch, d replica.Decision) {
	x.events += len(d.Records)
	for i, r := range d.Records {
		if r.Seq != d.Position.HWM-uint64(len(d.Records)-1-i) {
			x.disorder++
			x.fault("%s took record %d of %s in at another place", p.name, r.Seq, b.Node)
		}
	}
	if d.Verdict == replica.Fork {
		x.fork(p, b.Node, b.Epoch)
	}
}

// fork sees an honest node taken for two.
func (x *witness) fork(p *parent, n wire.NodeID, epoch uint64) {
	x.disorder++
	x.fault("%s found two contents of %s, epoch %d", p.name, n, epoch)
}

// journaled sees what a branch wrote down.
func (x *witness) journaled(b *branchNode, entries []queue.Entry) {
	for _, e := range entries {
		r, ok := e.Event.(queue.Reserved)
		if !ok || r.Request == "" {
			continue
		}
		x.heard[paper{b, string(r.Request), r.Number.String()}] = true
		if r.Slip != "" {
			x.heard[paper{b, string(r.Request), r.Slip}] = true
		}
		key := fmt.Sprint(b.name, " ", r.Day, " ", r.Division, " ", r.Number)
		if other, known := x.given[key]; known && other != string(r.Request) {
			x.doubled++
			x.fault("%s is given to %s and to %s", key, other, r.Request)
		}
		x.given[key] = string(r.Request)
	}
}

// judge holds what was seen against what is on disk.
func (w *world) judge() error {
	for _, l := range w.links {
		epoch, _, last, head, err := l.child.source.Position(w.ctx)
		if err != nil {
			return err
		}
		pos, err := l.parent.ledger.Position(w.ctx, l.child.node, epoch)
		if err != nil {
			return err
		}
		if pos.HWM != last || pos.Head != head || pos.Quarantined {
			w.witness.lost++
			w.witness.fault("%s holds %d of %d of %s, quarantined %t", l.parent.name, pos.HWM, last, l.child.node, pos.Quarantined)
		}
	}
	if err := w.witness.holds(w.hq.parent); err != nil {
		return err
	}
	for _, b := range w.branches {
		if err := w.witness.holds(b.parent); err != nil {
			return err
		}
		if err := b.engine.Read(w.ctx, func(d *queue.Day, _ time.Time) { w.witness.day(b, d) }); err != nil {
			return err
		}
	}
	return nil
}

// valid reports whether somebody is served under a visit's number, or was. A number that nobody held, that was called in
// vain and then found superseded, is out of all statistics and counts for nobody; one on paper counts, also where its
// times are in no statistics because the kiosk's clock was not the branch's.
func (x *witness) valid(v queue.Visit) bool {
	switch v.State {
	case queue.StateVoid, queue.StateCancelled:
		return false
	case queue.StateNoShow:
		return !v.Inaccurate || x.answers(v)
	default:
		return true
	}
}

// day holds the papers of a branch's present Day against its visits.
func (x *witness) day(b *branchNode, d *queue.Day) {
	visits := map[string][]queue.Visit{}
	numbers := map[string]string{}
	for _, v := range d.Visits() {
		if r := string(v.Request); x.valid(v) {
			visits[r] = append(visits[r], v)
		}
		key := fmt.Sprint(v.Division, " ", v.Number)
		if other, known := numbers[key]; known {
			x.doubled++
			x.fault("%s holds %s twice, for %s and %s", b.name, key, other, v.Request)
		}
		numbers[key] = string(v.Request)
	}
	for request, all := range visits {
		if len(all) > 1 {
			x.doubled++
			x.fault("%s serves request %s under %s and %s", b.name, request, all[0].Number, all[1].Number)
		}
	}
	for request, f := range x.fates {
		if f.kiosk.branch != b || f.day != string(d.Date()) || !f.moved || f.wrong {
			continue
		}
		x.paperKnown(b, d, request, f, visits[request])
	}
}

func (x *witness) paperKnown(b *branchNode, d *queue.Day, request string, f *fate, served []queue.Visit) {
	if f.known || f.gone {
		for _, v := range served {
			if v.State == queue.StateWaiting && f.known && f.gone && f.kiosk.restored == "" {
				x.fault("%s waits at %s although its print failed and nobody accepted it", f.number, b.name)
			}
		}
		return
	}
	if len(served) == 0 {
		if f.kiosk.restored == "" {
			x.lost++
			v, known := d.Requested(queue.RequestID(request))
			x.fault("%s holds no visit for the paper %s of %s (known %t, %s %s)", b.name, f.number, request, known, v.Number, v.State)
		}
		return
	}
	v := served[0]
	if name := v.Number.String(); name != f.number && v.Slip != f.number && !f.wiped {
		x.doubled++
		x.fault("the paper of %s says %s, %s serves %s", request, f.number, b.name, name)
	}
}
