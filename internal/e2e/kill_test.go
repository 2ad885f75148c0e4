package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"balcao/internal/machine"
	"balcao/internal/queue"
	"balcao/internal/wire"

	branchstore "balcao/branch-server/store"
	hqstore "balcao/hq/store"
	kioskstore "balcao/kiosk/store"
)

// TestKilledProgramsLoseNothing kills programs of the running demo at random while citizens and clerks work: 30 times,
// or 200 with BALCAO_SOAK=1. Afterwards no number was given twice, every slip that came out and every ticket that a
// screen showed is known to the branch, nearly everybody got a number, and headquarters holds the branch's journal
// byte for byte.
func TestKilledProgramsLoseNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("kills running programs for a minute: not with -short")
	}
	kills := 30
	if os.Getenv("BALCAO_SOAK") != "" {
		kills = 200
	}
	dir := t.TempDir()
	w := newWitness()
	t.Run("under traffic", func(t *testing.T) { w.watch(t, start(t, dir, "-traffic", "-speed", "400"), kills) })
	t.Run("afterwards", func(t *testing.T) { settle(t, start(t, dir)) })
	w.judge(t, dir)
}

// witness is what citizens saw.
type witness struct {
	mu     sync.Mutex
	came   int
	alone  int            // numbers that a kiosk gave by itself
	shown  map[string]int // numbers that a screen showed as a valid ticket
	papers map[int]paper
}

// paper is one slip that came out.
type paper struct {
	N      int    `json:"n"`
	Number string `json:"number"`
	ID     string `json:"id"`
	Text   string `json:"text"`
}

func newWitness() *witness {
	return &witness{shown: map[string]int{}, papers: map[int]paper{}}
}

// watch lets a citizen take tickets at the kiosk, one after another, while programs are killed.
func (w *witness) watch(t *testing.T, r *rig, kills int) {
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	page := openTouchPage(ctx, &wg, r.Kiosk)
	done := make(chan struct{})
	wg.Go(func() { w.citizens(ctx, page, done) })
	wg.Go(func() { w.collect(ctx, r) })

	dice := rand.New(rand.NewPCG(20261122, uint64(kills)))
	programs := []string{"kiosk", "branch-server", "hq", "branch-server", "kiosk", "callboard"}
	for n := 0; n < kills; {
		rest(ctx, time.Duration(300+dice.IntN(1500))*time.Millisecond)
		if program := programs[dice.IntN(len(programs))]; r.kill(program) {
			n++
		}
	}
	close(done)
	rest(ctx, 3*time.Second) // the last slip may still be on its way
	w.gather(ctx, r)
	t.Logf("%d citizens at the kiosk, %d numbers shown, %d slips, %d kills", w.came, len(w.shown), len(w.papers), kills)
}

// citizens come one after another until done: each touches the first service and waits for a number, as long as a
// citizen would.
func (w *witness) citizens(ctx context.Context, page *touchPage, done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		case <-ctx.Done():
			return
		default:
		}
		home, ok := page.until(ctx, func(v view) bool { return v.Screen == "home" && service(v) != "" })
		if !ok {
			return
		}
		w.mu.Lock()
		w.came++
		w.mu.Unlock()
		waiting, cancel := context.WithTimeout(ctx, 45*time.Second)
		if number := w.take(waiting, page, home); number != "" {
			w.mu.Lock()
			w.shown[number]++
			w.mu.Unlock()
		}
		cancel()
	}
}

// take touches a service until a ticket is on the screen; a restarted kiosk is touched again.
func (w *witness) take(ctx context.Context, page *touchPage, v view) string {
	for ctx.Err() == nil {
		if v.Screen == "home" && service(v) != "" {
			if err := page.tap(ctx, v.Screen, "service", service(v)); err != nil {
				return ""
			}
			step, cancel := context.WithTimeout(ctx, 4*time.Second)
			v, _ = page.until(step, func(v view) bool { return v.given() || v.can("accept") })
			cancel()
		} else {
			step, cancel := context.WithTimeout(ctx, time.Second)
			v, _ = page.until(step, func(v view) bool { return v.given() || v.can("accept") || v.Screen == "home" })
			cancel()
		}
		if v.can("accept") { // no paper: the number on the screen will do
			if page.tap(ctx, v.Screen, "accept", "") == nil {
				step, cancel := context.WithTimeout(ctx, 2*time.Second)
				v, _ = page.until(step, view.given)
				cancel()
			}
		}
		if v.given() {
			number := v.Slip.Number
			page.leave(ctx)
			return number
		}
	}
	return ""
}

func service(v view) string {
	for _, s := range v.Sections {
		for _, c := range s.Choices {
			if c.Action == "service" {
				return c.Arg
			}
		}
	}
	return ""
}

// collect reads the slips that come out; the virtual printer keeps only the last ones.
func (w *witness) collect(ctx context.Context, r *rig) {
	for ctx.Err() == nil {
		w.gather(ctx, r)
		rest(ctx, time.Second)
	}
}

func (w *witness) gather(ctx context.Context, r *rig) {
	var all struct {
		Papers []paper `json:"papers"`
	}
	if get(ctx, r.Index+"api/papers", &all) != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range all.Papers {
		w.papers[p.N] = p
	}
}

// settle waits until nothing is under way any more, headquarters having all that the branch has.
func settle(t *testing.T, r *rig) {
	last := uint64(0)
	calm := 0
	r.wait("headquarters to hold the whole journal", func() bool {
		var b struct {
			Log struct {
				HWM       uint64 `json:"hwm"`
				BranchSeq uint64 `json:"branch_seq"`
			} `json:"log"`
		}
		if err := get(t.Context(), r.HQ+"api/branches/L901", &b); err != nil {
			return false
		}
		if b.Log.HWM > 0 && b.Log.HWM == b.Log.BranchSeq && b.Log.HWM == last {
			calm++
		} else {
			calm = 0
		}
		last = b.Log.HWM
		return calm > 100 // five seconds without anything new
	})
}

// judge opens what is on disk when every program has ended.
func (w *witness) judge(t *testing.T, dir string) {
	ctx := context.WithoutCancel(t.Context())
	branch, err := branchstore.Open(ctx, filepath.Join(dir, "branch-server", "branch.db"), machine.Minter())
	if err != nil {
		t.Fatal(err)
	}
	defer branch.Close()
	journal, _, err := branch.After(ctx, 0, 1<<30, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	w.sameAtHeadquarters(t, dir, branch.Epoch(), journal)
	w.numbers(t, journal)
	simulatedKiosks(t, dir)
}

// simulatedKiosks checks that nearly every wish of the simulated citizens, who use kiosks of their own, got a number.
func simulatedKiosks(t *testing.T, dir string) {
	ctx := context.WithoutCancel(t.Context())
	asked, printed := 0, 0
	for _, file := range []string{"simulated-L901-K91.db", "simulated-L901-K92.db"} {
		s, err := kioskstore.Open(ctx, filepath.Join(dir, file), machine.Minter())
		if err != nil {
			t.Fatal(err)
		}
		records, _, err := s.After(ctx, 0, 1<<30, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			e, err := wire.DecodeEvent(r.Raw)
			if err != nil {
				t.Fatal(err)
			}
			switch e.Type {
			case wire.TypeTicketRequested:
				asked++
			case wire.TypeTicketPrinted:
				printed++
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d of %d simulated citizens got a number", printed, asked)
	if asked == 0 || float64(printed) < 0.95*float64(asked) {
		t.Errorf("%d of %d simulated citizens got a number, want 95 %%", printed, asked)
	}
}

func (w *witness) sameAtHeadquarters(t *testing.T, dir string, epoch uint64, journal []wire.Record) {
	ctx := context.WithoutCancel(t.Context())
	hq, err := hqstore.Open(ctx, filepath.Join(dir, "hq", "hq.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer hq.Close()
	var copies []wire.Record
	for record, err := range hq.Records(ctx, "L901", epoch, 0) {
		if err != nil {
			t.Fatal(err)
		}
		copies = append(copies, record)
	}
	if len(copies) != len(journal) {
		t.Fatalf("headquarters holds %d entries, the branch %d", len(copies), len(journal))
	}
	for i := range copies {
		if string(copies[i].Raw) != string(journal[i].Raw) {
			t.Fatalf("entry %d differs:\n%s\n%s", journal[i].Seq, copies[i].Raw, journal[i].Raw)
		}
	}
	t.Logf("%d entries of the journal are the same at headquarters", len(copies))
}

// numbers checks what was given out against the journal.
func (w *witness) numbers(t *testing.T, journal []wire.Record) {
	given := map[string]queue.Reserved{} // day and number
	requests := map[queue.RequestID]string{}
	state := map[string]string{}
	visit := map[string]string{} // day and visit → number
	day := ""
	for _, r := range journal {
		e, err := wire.DecodeEvent(r.Raw)
		if err != nil {
			t.Fatal(err)
		}
		fact, err := wire.DecodeFact(e.Type, e.Version, e.Data)
		if err != nil {
			t.Fatal(err)
		}
		switch f := fact.(type) {
		case queue.DayOpened:
			day = string(f.Day)
		case queue.Reserved:
			key := day + " " + f.Number.String()
			if other, twice := given[key]; twice {
				t.Errorf("%s given to requests %s and %s", key, other.Request, f.Request)
			}
			// A kiosk that was alone gave a number of its own: what the branch had given is nobody's then.
			if other, twice := requests[f.Request]; twice && (!f.Alone || state[given[other].Number.String()] != "void") {
				t.Errorf("request %s got %s and %s", f.Request, other, key)
			}
			if f.Alone {
				w.alone++
			}
			given[key], requests[f.Request] = f, key
			visit[fmt.Sprint(day, f.Visit)] = f.Number.String()
			state[f.Number.String()] = "reserved"
		case queue.Issued:
			state[f.Number.String()] = "issued"
		case queue.Voided:
			state[f.Number.String()] = "void"
		case queue.Cancelled:
			if f.Cause == "superseded" {
				state[f.Number.String()] = "void"
			}
		case queue.PrintKnown:
			state[visit[fmt.Sprint(day, f.Visit)]] = "issued"
		default: // what happened to a visit afterwards
		}
	}
	seen := map[string]string{}
	for _, p := range w.papers {
		if p.ID == "" {
			continue // cut short: the printer never finished it
		}
		if state[p.Number] != "issued" {
			t.Errorf("a slip says %s, the branch says %q", p.Number, state[p.Number])
		}
		seen[p.Number] = p.ID
	}
	for number, times := range w.shown {
		if state[number] != "issued" {
			t.Errorf("a screen showed %s as valid, the branch says %q", number, state[number])
		}
		if times > 1 {
			t.Errorf("%s was shown to %d people", number, times)
		}
	}
	t.Logf("%d numbers given by a kiosk that was alone", w.alone)
	total := 0
	for _, n := range w.shown {
		total += n
	}
	if w.came == 0 || float64(total) < 0.95*float64(w.came) {
		t.Errorf("%d of %d citizens at the kiosk got a number, want 95 %%", total, w.came)
	}
}
