package fleet

import (
	"encoding/json"
	"fmt"
	mathrand "math/rand/v2"
	"sync/atomic"
	"time"

	"balcao/internal/carrier"
	"balcao/internal/mqttlink"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// branch is a branch whose queue is a real Day and whose clerks, citizens and devices are dice. One goroutine lets all
// branches live; the log alone is shared with the Child that sends it.
type branch struct {
	fleet    *Fleet
	id       wire.NodeID
	name     string
	size     int // counters
	citizens int // of a common Day
	services []queue.ServiceID
	dice     *mathrand.Rand
	shared   *shared

	day      *queue.Day
	log      journal
	child    atomic.Pointer[carrier.Child]
	linked   atomic.Pointer[time.Time] // when headquarters was reached first; nil is never
	next     int                       // request
	life     life
	machines []wire.KioskHealth
	cert     *wire.Certificate
	empty    map[string]int // node → for how many more looks its printer has no paper
	heard    uint64         // facts of kiosks that were logged
	lived    *[]queue.Entry // what is lived, for who asks; nil is nobody
	looks    int
}

// shared is what all branches of one process use together, because each of it is dear.
type shared struct {
	codecs [4]*wire.Codec
	hashes map[string]string
	plans  map[int]*queue.Catalogue
}

func newShared() (*shared, error) {
	s := &shared{hashes: deviceHashes(), plans: map[int]*queue.Catalogue{}}
	for i := range s.codecs {
		var err error
		if s.codecs[i], err = wire.NewCodec(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func newDice(i, what uint64) *mathrand.Rand { return mathrand.New(mathrand.NewPCG(i, what)) }

// Of each so many branches the first are large ones, as in the plan of the country.
const (
	planned = 431
	lojas   = 31
)

func newBranch(f *Fleet, i int, s *shared) *branch {
	b := &branch{
		fleet: f, id: Name(i), dice: newDice(uint64(i), 11), shared: s, //nolint:gosec // far below
		size: 1 + i%3, services: services[:3], empty: map[string]int{},
	}
	kind := "Espaço Cidadão"
	b.citizens = 22 + 9*b.size + b.dice.IntN(20)
	if i%planned < lojas {
		kind, b.size, b.services = "Loja de Cidadão", 10+i%9, services
		b.citizens = 24*b.size + b.dice.IntN(80)
	}
	b.name = fmt.Sprintf("%s %d (simulação)", kind, i+1)
	b.log.epoch, b.log.marks = f.cfg.Mint.MintEpoch(), &f.marks
	b.day = queue.NewDay(b.catalogue(), 0)
	b.equip(i, f.cfg.Now())
	return b
}

// services are what the branches offer; the small ones the first three.
var services = []queue.ServiceID{"service-A", "service-F", "service-M", "service-R", "service-S", "service-T"}

// catalogue is the branch's services and its counters, which serve all of them. Branches alike share one.
func (b *branch) catalogue() queue.Catalogue {
	if c := b.shared.plans[b.size]; c != nil {
		return *c
	}
	c := queue.Catalogue{Policy: queue.DefaultPolicy()}
	for _, id := range b.services {
		letter := string(id[len(id)-1:])
		body, division := queue.BodyID("body-"+letter), queue.DivisionID(letter)
		c.Divisions = append(c.Divisions, queue.Division{ID: division, Body: body, Prefix: letter, First: 1})
		c.Services = append(c.Services, queue.Service{ID: id, Body: body, Division: division})
	}
	for i := range b.size {
		c.Counters = append(c.Counters, queue.Counter{ID: counterID(i), Primary: b.services})
	}
	b.shared.plans[b.size] = &c
	return c
}

func counterID(i int) queue.CounterID { return queue.CounterID(fmt.Sprint(i + 1)) }

// connect makes the real sending end of the branch's log.
func (b *branch) connect(link mqttlink.Config) error {
	link.Queue = 32 // a node hears little; thousands of them need the memory
	child, err := carrier.NewChild(carrier.ChildConfig{
		Node: b.id, Boot: b.fleet.cfg.Boot(), Software: "simulado", Link: link,
		Codec:  b.shared.codecs[b.dice.IntN(len(b.shared.codecs))],
		Source: &b.log, Now: b.fleet.cfg.Now, Log: b.fleet.cfg.Log, OnLink: b.reached,
	})
	if err != nil {
		return err
	}
	b.child.Store(child)
	return nil
}

// reached remembers when headquarters was first there.
func (b *branch) reached(reachable bool) {
	if now := b.fleet.cfg.Now(); reachable {
		b.linked.CompareAndSwap(nil, &now)
	}
}

// do carries out a wish and logs what followed. A refusal changes nothing; it reports whether there was none.
func (b *branch) do(cmd queue.Command, at time.Time, timed bool) bool {
	entries, err := b.day.Handle(cmd, at)
	if err != nil {
		return false
	}
	raw := make([][]byte, 0, len(entries))
	for _, e := range entries {
		one, err := b.encode(e)
		if err != nil {
			b.fleet.cfg.Log.Error("simulated fact not written", "branch", string(b.id), "err", err)
			return false
		}
		raw = append(raw, one)
	}
	written := time.Time{}
	child := b.child.Load()
	if timed && child != nil && child.Reachable() {
		written = b.fleet.cfg.Now()
	}
	b.log.append(raw, written)
	if b.lived != nil {
		*b.lived = append(*b.lived, entries...)
	}
	if child != nil {
		child.Nudge()
	}
	return true
}

func (b *branch) encode(e queue.Entry) ([]byte, error) {
	kind, version, data, err := wire.EncodeFact(e.Event)
	if err != nil {
		return nil, err
	}
	event := wire.Event{
		Seq: e.Seq, ID: b.fleet.cfg.Mint.MintID(e.At), Type: kind, Version: version, TS: e.At.UnixMilli(),
		Up: b.fleet.cfg.Uptime(), CQ: wire.ClockOK, Data: data,
	}
	if noted, is := e.Event.(queue.Noted); is && noted.From.Node != "" {
		event.Via = &wire.Via{Node: wire.NodeID(noted.From.Node), Epoch: noted.From.Epoch, Seq: noted.From.Seq}
	}
	return wire.EncodeEvent(event)
}

// healthEvery is how many samples of figures lie between two of health, as with real branches.
const healthEvery = 10

// report sends the figures of the moment and, now and then, the health of the machines.
func (b *branch) report(at time.Time) {
	child := b.child.Load()
	if child == nil || !child.Reachable() {
		return
	}
	live := wire.Live{
		Branch: string(b.id), Name: b.name, AtMS: at.UnixMilli(), Day: string(b.day.Date()), Open: b.day.Open(),
		Seq: b.day.Seq(), Counters: b.size, Issued: b.life.issued, Finished: b.life.finished, NoShows: b.life.noShows,
		Called: b.life.called, Serving: b.life.serving,
	}
	for _, s := range b.services {
		waiting := b.day.Waiting(s)
		line := wire.LiveLine{Service: string(s), Body: "body-" + string(s[len(s)-1:]), Waiting: len(waiting)}
		for i := range waiting {
			line.Longest = max(line.Longest, int64(waiting[i].Wait(at)/time.Second))
		}
		live.Waiting += line.Waiting
		live.WaitNow = max(live.WaitNow, line.Longest)
		live.Queues = append(live.Queues, line)
	}
	if b.life.served > 0 {
		live.WaitAvg = int64(b.life.waited/time.Second) / int64(b.life.served)
	}
	if data, err := json.Marshal(live); err == nil {
		child.Live(data)
	}
	if b.looks%healthEvery == 0 {
		data, err := json.Marshal(wire.Health{
			Node: string(b.id), Software: "simulado", AtMS: at.UnixMilli(), UpMS: b.fleet.cfg.Uptime(), Kiosks: b.devices(at), Cert: b.cert,
		})
		if err == nil {
			child.Health(data)
		}
	}
	b.looks++
}
