package pcsc

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
	"balcao/kiosk/card/pace"
	"balcao/kiosk/pcsc/bench"
)

// endurance is what one worker is to do, and what came of it. Each worker is a process of its own with a pcscd of its
// own, since a process has one socket; a virtual reader is looked at every 400 ms only.
type endurance struct {
	Dir           string
	Cycles, Kills int

	Near     int             // of those that were read, on the reader and opened by their number
	Read     int             // cards that were put in, read and taken out
	Torn     int             // readings that a kill cut off
	Back     []time.Duration // from a pcscd that listens again to the next verified name
	Heap     [2]uint64       // bytes in use after a tenth of the cycles and at the end, garbage collected
	Resident [2]int          // pages, likewise
	Files    [2]int          // descriptors, likewise
	Routines [2]int          // goroutines, likewise
	Fault    string
}

// enduranceWord is how a worker is started: the test binary again, with its orders here.
const enduranceWord = "BALCAO_TEST_ENDURANCE"

// endure is the worker. Its answer is the last line of its output.
func endure(raw string) error {
	var e endurance
	if err := json.Unmarshal([]byte(raw), &e); err != nil {
		return err
	}
	if err := e.run(); err != nil {
		e.Fault = err.Error()
	}
	return json.NewEncoder(os.Stdout).Encode(e)
}

// person is a card of the deck and what its holder is greeted with.
type person struct{ card, greeting string }

func people() []person {
	return []person{
		{"maria", "Maria F"},
		{"joao", "João S"},
		{"conceicao", "Conceição B"},
		{"ines", "Inês S"},
		{"alvaro", "Álvaro Ó"},
		{"suryavarman", "Suryavarman"},
		{"long", "Ana-Maria Á"},
		{"maria-contactless", "Maria F"},
		{"conceicao", "Conceição B"}, // nobody comes twice in a row, in either reader
		{"ines-contactless", "Inês S"},
		{"alvaro", "Álvaro Ó"},
	}
}

// berth is one virtual reader of a worker.
type berth struct {
	in      person
	leaving *Session // whose removal is waited for
	turn    int
}

type outcome struct {
	slot    int
	kills   int // when the reading began
	session *Session
	what    person // whose card was put in
	who     string // who was greeted
	near    bool   // the card lay on the reader
	err     error
}

// enduring is a worker at work.
type enduring struct {
	*endurance

	ctx     context.Context //nolint:containedctx // of the whole run
	pcscd   *bench.Real
	watcher *Watcher
	trust   *card.Trust
	berths  [2]berth
	results chan outcome
	kills   int
	since   time.Time // pcscd listens again and nothing was read yet
}

func (e *endurance) run() (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Hour)
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	w := &enduring{endurance: e, ctx: ctx, results: make(chan outcome, 2)}
	if w.trust, err = card.NewTrust(cardtest.Issuers()...); err != nil {
		return err
	}
	w.pcscd, err = bench.NewReal(bench.Config{Dir: e.Dir, Self: []string{os.Args[0]}, Env: []string{"BALCAO_BENCH_INSIDE=1", enduranceWord + "="}})
	if err != nil {
		return err
	}
	all.Go(func() { _ = w.pcscd.Run(ctx) }) // the run says what does not work
	select {
	case <-w.pcscd.Ready():
	case <-time.After(patience):
		return errors.New("pcscd is not ready")
	}
	w.watcher = New(Config{Socket: w.pcscd.Socket(), Log: slog.New(slog.DiscardHandler), Relist: 200 * time.Millisecond})
	all.Go(func() { _ = w.watcher.Run(ctx) }) // always nil
	for slot := range w.berths {
		w.berths[slot].turn = slot
		if err := w.next(slot); err != nil {
			return err
		}
	}
	return w.work()
}

// work goes on until all cycles are done. The kills come in the first half, so that a context that is left behind with
// each card would exhaust the service in the second: it has 200.
func (w *enduring) work() error {
	measured := false
	for w.Read < w.Cycles {
		select {
		case ev := <-w.watcher.Events():
			if err := w.see(ev); err != nil {
				return err
			}
		case out := <-w.results:
			if err := w.done(out); err != nil {
				return err
			}
		case <-time.After(patience):
			return fmt.Errorf("nothing happens after %d cards and %d kills", w.Read, w.kills)
		}
		if !measured && w.Read >= w.Cycles/10 {
			measured = true
			w.measure(0)
		}
	}
	w.measure(1)
	return nil
}

func (w *enduring) measure(at int) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	w.Heap[at], w.Routines[at] = m.HeapAlloc, runtime.NumGoroutine()
	if entries, err := os.ReadDir("/proc/self/fd"); err == nil {
		w.Files[at] = len(entries)
	}
	if statm, err := os.ReadFile("/proc/self/statm"); err == nil {
		var size int
		_, _ = fmt.Sscan(string(statm), &size, &w.Resident[at])
	}
}

func (w *enduring) see(e Event) error {
	switch e.Kind {
	case CardInserted:
		slot := 0
		if strings.HasSuffix(e.Reader, "01") {
			slot = 1
		}
		kills, what := w.kills, w.berths[slot].in
		go func() {
			w.results <- w.read(e.Session, outcome{slot: slot, kills: kills, session: e.Session, what: what})
		}()
	case CardRemoved:
		for slot := range w.berths {
			if w.berths[slot].leaving == e.Session {
				return w.next(slot)
			}
		}
	default:
	}
	return nil
}

func (w *enduring) read(s *Session, out outcome) outcome {
	query := card.Query{Purpose: card.ForGreeting, Verify: true, Trust: w.trust, Now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
	r, err := card.Read(w.ctx, s, s.ATR(), query)
	if errors.Is(err, card.ErrLocked) {
		out.near = true
		r, err = readNear(w.ctx, s, query)
	}
	defer r.Wipe()
	if err == nil {
		var g card.Greeting
		g, err = r.Greeting()
		out.who = strings.TrimSpace(g.GivenName() + " " + g.Initial())
	}
	if err == nil && !r.Verdict().Verified() {
		err = fmt.Errorf("verdict %s", r.Verdict())
	}
	out.err = err
	return out
}

// readNear reads a card that lies on the reader through the channel that its number opens.
func readNear(ctx context.Context, s *Session, query card.Query) (*card.Reading, error) {
	info, err := pace.Offered(ctx, s)
	if err != nil {
		return nil, err
	}
	number, err := pace.CAN(cardtest.DemoCAN)
	if err != nil {
		return nil, err
	}
	defer number.Wipe()
	channel, err := pace.Open(ctx, s, info, number, rand.Reader)
	if err != nil {
		return nil, err
	}
	defer channel.Wipe()
	return card.Read(ctx, channel, s.ATR(), query)
}

func (w *enduring) done(out outcome) error {
	// After a kill the card is still in and comes again with the service. On a loaded machine pcscd also takes the virtual
	// card for gone now and then, because its answer was late: it comes again, or must be taken out and put in.
	switch {
	case out.kills != w.kills, errors.Is(out.err, card.ErrRemoved), errors.Is(out.err, ErrService):
		w.Torn++
		return nil
	case errors.Is(out.err, card.ErrMute), errors.Is(out.err, ErrReset):
		w.Torn++
		w.berths[out.slot].leaving = out.session
		return w.pcscd.Take(w.ctx, out.slot)
	case out.err != nil:
		return fmt.Errorf("card %d, %s: %w", w.Read, out.what.card, out.err)
	}
	if out.who != out.what.greeting {
		return fmt.Errorf("card %d: %q was greeted as %q", w.Read, out.what.greeting, out.who)
	}
	w.Read++
	if out.near {
		w.Near++
	}
	if !w.since.IsZero() {
		w.Back = append(w.Back, time.Since(w.since))
		w.since = time.Time{}
	}
	if w.kills < w.Kills && w.Read >= (w.kills+1)*w.Cycles/2/w.Kills {
		return w.kill()
	}
	w.berths[out.slot].leaving = out.session
	return w.pcscd.Take(w.ctx, out.slot)
}

// kill ends pcscd and brings it back. All that was in is still in; what was about to be taken out is taken out now.
func (w *enduring) kill() error {
	w.kills++
	if err := w.pcscd.KillService(w.ctx); err != nil {
		return err
	}
	for slot := range w.berths {
		if w.berths[slot].leaving != nil {
			if err := w.next(slot); err != nil {
				return err
			}
		}
	}
	if err := w.pcscd.StartService(w.ctx); err != nil {
		return err
	}
	w.since = time.Now()
	return nil
}

// next puts somebody else's card in.
func (w *enduring) next(slot int) error {
	b := &w.berths[slot]
	b.turn++
	b.leaving, b.in = nil, people()[b.turn%len(people())]
	return w.pcscd.Put(w.ctx, slot, b.in.card)
}

// TestThousandsOfCardsAndKillsOfPcscdMixNobodyUp is 40 cards and 4 kills, and 10,000 cards and 100 kills with
// BALCAO_SOAK: on a real pcscd, two readers a worker, each card by somebody else than the one before.
func TestThousandsOfCardsAndKillsOfPcscdMixNobodyUp(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: pcscd takes its time")
	}
	if ok, reason := bench.Available(); !ok {
		if os.Getenv("BALCAO_REQUIRE_REAL") != "" {
			t.Fatalf("a real pcscd is required here: %s", reason)
		}
		t.Skipf("no real pcscd: %s", reason)
	}
	workers, cycles, kills := 2, 40, 4
	if os.Getenv("BALCAO_SOAK") != "" {
		workers, cycles, kills = 10, 10_000, 100
	}
	results := make([]endurance, workers)
	var all sync.WaitGroup
	for i := range results {
		results[i] = endurance{Dir: filepath.Join(t.TempDir(), fmt.Sprint(i)), Cycles: cycles / workers, Kills: kills / workers}
		all.Go(func() { work(t, &results[i]) })
	}
	all.Wait()
	var back []time.Duration
	read, near, torn := 0, 0, 0
	for i, r := range results {
		if r.Fault != "" {
			t.Errorf("worker %d after %d cards: %s", i, r.Read, r.Fault)
		}
		if r.Files[1] > r.Files[0]+6 || r.Routines[1] > r.Routines[0]+8 || r.Heap[1] > r.Heap[0]+2<<20 || r.Resident[1] > r.Resident[0]+4096 {
			t.Errorf("worker %d leaks: descriptors %v, goroutines %v, heap %v, pages %v", i, r.Files, r.Routines, r.Heap, r.Resident)
		}
		read, near, torn, back = read+r.Read, near+r.Near, torn+r.Torn, append(back, r.Back...)
	}
	if torn > 3*kills+cycles/50 {
		t.Errorf("%d of %d readings were cut off", torn, read+torn)
	}
	if near < read/10 {
		t.Errorf("%d of %d cards lay on the reader", near, read)
	}
	slices.Sort(back)
	if len(back) == 0 {
		t.Fatal("nothing was read after a kill")
	}
	t.Logf("%d cards read by %d kiosks, %d of them on the reader, %d readings cut off; %d kills, reading again after %s (median), %s (longest)",
		read, workers, near, torn, len(back), back[len(back)/2], back[len(back)-1])
	t.Logf("first worker: heap %v bytes, %v pages, descriptors %v, goroutines %v", results[0].Heap, results[0].Resident, results[0].Files, results[0].Routines)
}

// work runs a worker and takes its answer.
func work(t *testing.T, e *endurance) {
	raw, err := json.Marshal(e)
	if err != nil {
		t.Error(err)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), enduranceWord+"="+string(raw))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = os.Stderr
	runtime.LockOSThread() // the kernel kills the child when the thread that started it ends
	defer runtime.UnlockOSThread()
	out, err := cmd.Output()
	if err != nil {
		t.Error(err)
		return
	}
	if err := json.Unmarshal(out, e); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
