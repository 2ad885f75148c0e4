package replica_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"balcao/internal/replica"
	"balcao/internal/wire"
)

const node wire.NodeID = "L017-K03"

// world is one sender, one receiver and a pipe between them that loses,
// doubles, delays and reorders, in a time of its own.
type world struct {
	t    *testing.T
	rand *rand.Rand
	now  time.Time

	sender *replica.Sender
	log    []log // by epoch, the last one is written
	mem    int   // log[mem] is what the sender is told of
	up     bool

	shelf       shelf
	incarnation int
	mails       []mail

	sent int // records handed to the pipe, again ones included
}

// log is one epoch of the sender's.
type log struct {
	epoch   uint64
	records []wire.Record
	heads   []wire.Hash // heads[n] is the hash after n records
}

func newLog(epoch uint64) log { return log{epoch: epoch, heads: []wire.Hash{{}}} }

func (l *log) append(text string) {
	r := wire.Record{Seq: uint64(len(l.records) + 1), Raw: []byte(text)}
	l.records = append(l.records, r)
	l.heads = append(l.heads, l.heads[len(l.heads)-1].Next(r))
}

func (l *log) last() uint64 { return uint64(len(l.records)) }

// shelf is the receiver's durable store.
type shelf struct {
	positions map[uint64]replica.Position
	records   map[uint64][]wire.Record
}

func newShelf() shelf {
	return shelf{positions: map[uint64]replica.Position{}, records: map[uint64][]wire.Record{}}
}

func (s shelf) clone() shelf {
	c := newShelf()
	for e, p := range s.positions {
		c.positions[e] = p
		c.records[e] = slices.Clone(s.records[e])
	}
	return c
}

func (s shelf) Load(_ wire.NodeID, epoch uint64) (replica.Position, error) {
	p := s.positions[epoch]
	p.Epoch = epoch
	return p, nil
}

func (s shelf) Keep(_ wire.NodeID, records []wire.Record, after replica.Position) error {
	for _, r := range records {
		if r.Seq != uint64(len(s.records[after.Epoch])+1) {
			return fmt.Errorf("record %d stored after %d", r.Seq, len(s.records[after.Epoch]))
		}
		s.records[after.Epoch] = append(s.records[after.Epoch], r)
	}
	s.positions[after.Epoch] = after
	return nil
}

// mail is a message on its way.
type mail struct {
	at    time.Time
	batch *wire.Batch
	hello uint64 // an epoch
	ack   *wire.Ack
}

type faults struct {
	lose, double float64
	delay        time.Duration
	restarts     float64 // per step, of either side or of the connection
	rewinds      float64 // per step, the receiver restored from an old copy
	silent       bool    // it then does not say so by its incarnation
}

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{
		t: t, rand: rand.New(rand.NewPCG(seed, 1)), now: time.Unix(1_800_000_000, 0),
		log: []log{newLog(100)}, shelf: newShelf(), incarnation: 1,
	}
	w.startSender()
	return w
}

func (w *world) startSender() {
	w.sender = replica.NewSender(replica.SenderConfig{})
	w.mem = 0
	w.up = false
	w.head()
}

func (w *world) head() {
	for w.mem < len(w.log)-1 && w.log[w.mem].last() == w.shelfAcked(w.mem) {
		w.mem++
	}
	l := &w.log[w.mem]
	w.sender.Head(l.epoch, 1, l.last())
}

// shelfAcked stands for what the source durably knows to be acknowledged; here
// it is taken from the sender.
func (w *world) shelfAcked(i int) uint64 {
	if i == w.mem {
		return w.sender.Acked()
	}
	return 0
}

func (w *world) post(f faults, m mail) {
	if w.rand.Float64() < f.lose {
		return
	}
	copies := 1
	if w.rand.Float64() < f.double {
		copies = 2
	}
	for range copies {
		c := m
		c.at = w.now.Add(time.Millisecond)
		if f.delay > 0 {
			c.at = c.at.Add(time.Duration(w.rand.Int64N(int64(f.delay))))
		}
		w.mails = append(w.mails, c)
	}
}

// act does what the sender wishes and returns when it wants to be woken.
func (w *world) act(f faults) time.Time {
	for range 1000 {
		a := w.sender.Next(w.now, w.rand.Float64())
		switch a.Do {
		case replica.Nothing:
			return a.Wake
		case replica.SayHello:
			w.post(f, mail{hello: w.log[w.mem].epoch})
		case replica.SendRecords:
			l := &w.log[w.mem]
			// The log may hold more by now than the sender was told.
			n := min(uint64(1+w.rand.IntN(5)), l.last()-a.After)
			if n == 0 {
				w.t.Fatal("asked to send records that are not there")
			}
			b := wire.Batch{
				Node: node, Epoch: l.epoch, Prev: l.heads[a.After],
				Records: slices.Clone(l.records[a.After : a.After+n]),
			}
			w.post(f, mail{batch: &b})
			w.sender.Sent(a.After+n, w.now)
			w.sent += int(n)
		case replica.OpenEpoch:
			loss := w.sender.Amnesia()
			if loss.HWM <= loss.Last {
				w.t.Fatalf("amnesia without a loss: %+v", loss)
			}
			w.log = append(w.log[:w.mem:w.mem], newLog(w.log[len(w.log)-1].epoch+1))
			w.log[w.mem].append("node.amnesia")
			w.head()
		}
	}
	w.t.Fatal("the sender never wishes nothing")
	return time.Time{}
}

func (w *world) deliver(f faults, m mail) {
	switch {
	case m.ack != nil:
		if w.sender.Ack(*m.ack, w.now) {
			w.head()
		}
	case m.hello != 0:
		p, _ := w.shelf.Load(node, m.hello)
		w.answer(f, replica.Decision{Position: p})
	case m.batch != nil:
		ds, err := replica.AcceptAll(w.shelf, []wire.Batch{*m.batch})
		if err != nil {
			w.t.Fatal(err)
		}
		if ds[0].Verdict == replica.Fork {
			w.t.Fatalf("an honest sender was taken for a fork at %d", m.batch.First())
		}
		w.answer(f, ds[0])
	}
}

func (w *world) answer(f faults, d replica.Decision) {
	w.post(f, mail{ack: &wire.Ack{
		Epoch: d.Position.Epoch, HWM: d.Position.HWM, Head: d.Position.Head, Credit: 8,
		Incarnation: fmt.Sprint(w.incarnation), Gap: d.Verdict == replica.Gap,
	}})
}

// step lets time pass until the next thing happens.
func (w *world) step(f faults) {
	w.trouble(f)
	if !w.up {
		w.up = true
		w.sender.Connected()
	}
	wake := w.act(f)
	next := -1
	for i, m := range w.mails {
		if next < 0 || m.at.Before(w.mails[next].at) {
			next = i
		}
	}
	if next >= 0 && (wake.IsZero() || w.mails[next].at.Before(wake)) {
		m := w.mails[next]
		w.mails = slices.Delete(w.mails, next, next+1)
		if m.at.After(w.now) {
			w.now = m.at
		}
		w.deliver(f, m)
		return
	}
	if !wake.IsZero() && wake.After(w.now) {
		w.now = wake
	} else {
		w.now = w.now.Add(time.Second)
		if f == (faults{}) && len(w.mails) == 0 {
			// The parent's repeated acknowledgement.
			p, _ := w.shelf.Load(node, w.log[w.mem].epoch)
			w.answer(f, replica.Decision{Position: p})
		}
	}
}

func (w *world) trouble(f faults) {
	if w.rand.Float64() < f.restarts {
		switch w.rand.IntN(3) {
		case 0:
			w.startSender()
		case 1:
			w.up = false
			w.sender.Disconnected()
		case 2:
			w.incarnation++
			w.sender.ParentBorn(fmt.Sprint(w.incarnation))
		}
	}
	if w.rand.Float64() < f.rewinds {
		if !f.silent {
			w.incarnation++
		}
		old := w.shelf.clone()
		for e, p := range old.positions {
			p.HWM = uint64(w.rand.Int64N(int64(p.HWM) + 1))
			old.records[e] = old.records[e][:p.HWM]
			p.Head = wire.Hash{}.Chain(old.records[e])
			old.positions[e] = p
		}
		w.shelf = old
	}
}

func (w *world) write(n int) {
	l := &w.log[len(w.log)-1]
	for range n {
		l.append(fmt.Sprintf("epoch %d record %d", l.epoch, l.last()+1))
	}
	// The word of it may come late.
	if w.rand.IntN(2) == 0 {
		w.head()
	}
}

// settle lets a perfect pipe finish the work and checks the result.
func (w *world) settle(what string) {
	w.t.Helper()
	w.head()
	for i := 0; ; i++ {
		w.step(faults{})
		// A receiver that was restored a moment ago is noticed by its next
		// repeated acknowledgement.
		if w.sender.CaughtUp() && w.mem == len(w.log)-1 && len(w.mails) == 0 && w.whole() {
			break
		}
		if i > 200_000 {
			w.t.Fatalf("%s: never settled: acked %d of %d", what, w.sender.Acked(), w.log[w.mem].last())
		}
	}
	for i := range w.log {
		l := &w.log[i]
		got := w.shelf.records[l.epoch]
		if len(got) != len(l.records) {
			w.t.Fatalf("%s: epoch %d: receiver holds %d records of %d", what, l.epoch, len(got), len(l.records))
		}
		if p := w.shelf.positions[l.epoch]; p.Head != l.heads[len(l.records)] || p.HWM != l.last() {
			w.t.Fatalf("%s: epoch %d: receiver stands at %d with another hash", what, l.epoch, p.HWM)
		}
	}
}

func (w *world) whole() bool {
	for i := range w.log {
		if len(w.shelf.records[w.log[i].epoch]) < len(w.log[i].records) {
			return false
		}
	}
	return true
}

func seeds(t *testing.T) uint64 {
	if testing.Short() {
		return 40
	}
	return 400
}

func TestReceiverEndsWithTheSendersLogWhateverThePipeDoes(t *testing.T) {
	for seed := range seeds(t) {
		w := newWorld(t, seed)
		f := faults{
			lose: w.rand.Float64() * 0.5, double: w.rand.Float64() * 0.5,
			delay: time.Duration(w.rand.Int64N(int64(5 * time.Second))), restarts: w.rand.Float64() * 0.05,
		}
		for range 300 {
			if w.rand.IntN(4) == 0 {
				w.write(w.rand.IntN(4))
			}
			w.step(f)
		}
		w.settle(fmt.Sprintf("seed %d", seed))
	}
}

func TestReceiverThatWasRestoredCatchesUp(t *testing.T) {
	for seed := range seeds(t) {
		w := newWorld(t, seed)
		f := faults{lose: 0.1, double: 0.1, delay: time.Second, restarts: 0.02, rewinds: 0.02, silent: seed%2 == 0}
		for range 300 {
			if w.rand.IntN(4) == 0 {
				w.write(w.rand.IntN(4))
			}
			w.step(f)
		}
		w.settle(fmt.Sprintf("seed %d", seed))
		// Also while nothing is written any more.
		w.trouble(faults{rewinds: 1, silent: f.silent})
		w.settle(fmt.Sprintf("seed %d, idle", seed))
	}
}

func TestLogThatForgotOpensANewEpoch(t *testing.T) {
	for seed := range seeds(t) / 4 {
		w := newWorld(t, seed)
		w.write(30)
		w.settle("before")
		// Restored from a copy that holds 10 of 30; what it writes now differs.
		l := &w.log[0]
		l.records, l.heads = l.records[:10:10], l.heads[:11:11]
		kept := slices.Clone(w.shelf.records[100])
		w.startSender()
		for range 50 {
			w.step(faults{lose: 0.2, delay: time.Second})
		}
		w.write(5)
		w.settle("after")
		if len(w.shelf.records[100]) != len(kept) || w.shelf.positions[100].Quarantined {
			t.Fatalf("seed %d: the old epoch changed", seed)
		}
		if got := w.log[len(w.log)-1].epoch; got == 100 {
			t.Fatalf("seed %d: no new epoch", seed)
		}
	}
}

func TestOldestUnfinishedEpochGoesFirst(t *testing.T) {
	w := newWorld(t, 7)
	w.write(12)
	w.log = append(w.log, newLog(101))
	w.write(8)
	for i := 0; len(w.shelf.records[101]) == 0; i++ {
		w.step(faults{})
		if i > 10_000 {
			t.Fatal("the second epoch never came")
		}
	}
	if n := len(w.shelf.records[100]); n != 12 {
		t.Errorf("the second epoch began when %d of 12 of the first were there", n)
	}
	w.settle("both")
}

func TestGoodPipeCarriesEachRecordOnce(t *testing.T) {
	w := newWorld(t, 3)
	w.write(1000)
	w.settle("good pipe")
	if w.sent != 1000 {
		t.Errorf("sent %d records for 1000", w.sent)
	}
}

func TestBadPipeDoesNotMultiplyTraffic(t *testing.T) {
	w := newWorld(t, 3)
	w.write(2000)
	f := faults{lose: 0.05, delay: 20 * time.Millisecond}
	for i := 0; !w.sender.CaughtUp(); i++ {
		w.step(f)
		if i > 200_000 {
			t.Fatal("never done")
		}
	}
	if w.sent > 3*2000 {
		t.Errorf("sent %d records for 2000", w.sent)
	}
}
