package arrivals_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"balcao/branch-server/arrivals"
	"balcao/branch-server/engine"
	"balcao/branch-server/store"
	"balcao/internal/branch"
	"balcao/internal/citizen"
	"balcao/internal/eventlog"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

const (
	today    = queue.Date("2026-11-23")
	document = "000000000ZZ4" // invented; passes its own check
)

// reception is a desk over a real journal, a real table and real files of keys.
type reception struct {
	t      *testing.T
	dir    string
	branch *branch.Branch
	store  *store.Store
	engine *engine.Engine
	desk   *arrivals.Desk

	mu sync.Mutex
	at time.Time
}

func newReception(t *testing.T) *reception {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Lisbon")
	if err != nil {
		t.Fatal(err)
	}
	pt := func(s string) wire.Text { return wire.Text{"pt": s} }
	r := &reception{
		t: t, dir: t.TempDir(), at: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC),
		branch: &branch.Branch{
			ID: "L901", Name: "Loja de ensaio", Zone: "Europe/Lisbon",
			Bodies:    []branch.Body{{ID: "irn", Short: "IRN", Name: pt("Registos")}},
			Divisions: []branch.Division{{ID: "cc", Body: "irn", Prefix: "A", Quota: 4}, {ID: "p", Body: "irn", Prefix: "P"}},
			Services:  []branch.Service{{ID: "cc", Division: "cc", Name: pt("Cartão de Cidadão")}, {ID: "p", Division: "p", Name: pt("Passaporte")}},
			Counters:  []branch.Counter{{ID: "1", Label: "Balcão 1", Primary: []string{"cc", "p"}}},
			Bookings:  branch.Bookings{Shares: []branch.Share{{Division: "cc", Percent: 50}}, Names: map[string]string{"Renovação": "cc"}},
		},
	}
	minted := 0
	r.store, err = store.Open(t.Context(), filepath.Join(r.dir, "branch.db"), eventlog.Config{
		MintEpoch: func() uint64 { return 1 }, Uptime: func() int64 { return 1 },
		MintID: func(time.Time) string { minted++; return fmt.Sprintf("%026d", minted) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.store.Close() })
	log := slog.New(slog.DiscardHandler)
	r.engine, err = engine.New(t.Context(), engine.Config{Catalogue: r.branch.Catalogue(), Zone: zone, Journal: r.store, Audience: deaf{}, Now: r.now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	r.do(queue.OpenDay{Day: today})
	r.desk = arrivals.New(arrivals.Config{
		Branch: func() *branch.Branch { return r.branch }, Zone: zone, Zones: time.LoadLocation, Table: r.store,
		Keys: store.NewDayKeys(filepath.Join(r.dir, "keys")), Commands: refusing{r.engine}, Now: r.now, Log: log,
	})
	return r
}

type deaf struct{}

func (deaf) Hear([]queue.Entry) {}

type refusing struct{ *engine.Engine }

func (r refusing) Do(ctx context.Context, key string, cmd queue.Command) (queue.Refusal, error) {
	a, err := r.Engine.Do(ctx, key, cmd)
	return a.Refused, err
}

func (r *reception) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.at
}

// clock moves to an hour of the Day, in winter's Lisbon the same as UTC.
func (r *reception) clock(hour string) {
	r.t.Helper()
	at, err := time.Parse("2006-01-02 15:04", string(today)+" "+hour)
	if err != nil {
		r.t.Fatal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at = at
}

func (r *reception) do(cmd queue.Command) engine.Answer {
	r.t.Helper()
	a, err := r.engine.Do(r.t.Context(), "", cmd)
	if err != nil {
		r.t.Fatal(err)
	}
	return a
}

func (r *reception) load(file string) arrivals.Result {
	r.t.Helper()
	result, err := r.desk.Import(r.t.Context(), "", "ines", []byte(file))
	if err != nil {
		r.t.Fatal(err)
	}
	return result
}

// come checks somebody in and returns what became of it, and the number of their ticket.
func (r *reception) come(claim arrivals.Claim, request queue.RequestID) (arrivals.Verdict, string) {
	r.t.Helper()
	out, err := r.desk.CheckIn(r.t.Context(), claim, request, func(s queue.ServiceID, c queue.ClassID, slot time.Time) queue.Command {
		return queue.Issue{Request: request, Service: s, Class: c, Slot: slot}
	})
	if err != nil {
		r.t.Fatal(err)
	}
	number := ""
	if out.Request != "" {
		if err := r.engine.Read(r.t.Context(), func(d *queue.Day, _ time.Time) {
			v, _ := d.Requested(out.Request)
			number = v.Number.String() + " " + string(v.Class)
		}); err != nil {
			r.t.Fatal(err)
		}
	}
	return out.Verdict, number
}

func (r *reception) code(c string) arrivals.Claim {
	r.t.Helper()
	key, err := r.desk.Key(today)
	if err != nil {
		r.t.Fatal(err)
	}
	d, err := key.CodeDigest(c)
	if err != nil {
		r.t.Fatal(err)
	}
	return arrivals.Claim{Code: &d}
}

func (r *reception) card(number string) arrivals.Claim {
	r.t.Helper()
	key, err := r.desk.Key(today)
	if err != nil {
		r.t.Fatal(err)
	}
	n, err := citizen.ParseDocumentNumber([]byte(number))
	if err != nil {
		r.t.Fatal(err)
	}
	d, err := key.Digest(n)
	if err != nil {
		r.t.Fatal(err)
	}
	return arrivals.Claim{Card: &d}
}

func (r *reception) waiting() int {
	r.t.Helper()
	n := 0
	if err := r.engine.Read(r.t.Context(), func(d *queue.Day, _ time.Time) { n = len(d.Waiting()) }); err != nil {
		r.t.Fatal(err)
	}
	return n
}

const file = "id;servico;data;hora;codigo;documento\n" +
	"1;Renovação;2026-11-23;10:00;7K3M9P;" + document + "\n" +
	"2;cc;2026-11-23;10:30;222222;\n" +
	"3;p;2026-11-23;11:00;333333;\n" +
	"4;p;2026-11-24;11:00;444444;\n" +
	"5;Pesca;2026-11-23;11:00;;\n"

func TestWhoBookedIsReceivedOnceWhateverTheWay(t *testing.T) {
	r := newReception(t)
	if got := r.load(file); got.Added != 4 || got.Faulty != 1 || got.Faults[0].Line != 6 {
		t.Fatalf("import = %+v", got)
	}
	if n := r.waiting(); n != 0 {
		t.Errorf("waiting before anybody came = %d", n)
	}
	for _, step := range []struct {
		hour    string
		claim   arrivals.Claim
		request string
		verdict arrivals.Verdict
		number  string
	}{
		{"09:29", r.code("7K3M9P"), "r1", arrivals.TooEarly, ""},
		{"09:30", r.card(document), "r2", arrivals.Received, "A001 booked"},
		{"09:31", r.card(document), "r2", arrivals.Received, "A001 booked"}, // its answer was lost
		{"09:32", r.code("7K3M9P"), "r3", arrivals.Again, "A001 booked"},
		{"09:33", arrivals.Claim{ID: "1"}, "r4", arrivals.Again, "A001 booked"},
		{"09:34", r.code("999999"), "r5", arrivals.NotFound, ""},
		{"09:35", r.code("444444"), "r6", arrivals.OtherDay, ""},
		{"10:46", r.code("222222"), "r7", arrivals.WalkIn, "A002 walkin"},
		{"11:15", arrivals.Claim{ID: "3"}, "r8", arrivals.Received, "P001 booked"},
	} {
		r.clock(step.hour)
		if verdict, number := r.come(step.claim, queue.RequestID(step.request)); verdict != step.verdict || number != step.number {
			t.Errorf("%s %s = %s %q, want %s %q", step.hour, step.request, verdict, number, step.verdict, step.number)
		}
	}
	if n := r.waiting(); n != 3 {
		t.Errorf("waiting = %d, want 3", n)
	}
}

func TestAnImportMovesRemovesAndIsUndoneButNotUnderWhoIsHere(t *testing.T) {
	r := newReception(t)
	r.load(file)
	if again := r.load(file); again.Added+again.Moved+again.Removed != 0 || again.Same != 4 {
		t.Errorf("the same file again = %+v", again.Import)
	}
	r.clock("09:45")
	if v, _ := r.come(r.code("7K3M9P"), "r1"); v != arrivals.Received {
		t.Fatalf("check-in = %s", v)
	}
	changed := "id;servico;data;hora;estado\n1;cc;2026-11-23;12:00;\n2;cc;2026-11-23;12:30;\n3;;;;cancelada\n"
	got := r.load(changed)
	if got.Moved != 1 || got.Removed != 1 || got.Faulty != 1 || !strings.Contains(got.Faults[0].What, "A001") {
		t.Fatalf("change = %+v", got)
	}
	if v, _ := r.come(r.code("333333"), "r2"); v != arrivals.Withdrawn {
		t.Errorf("a cancelled booking: %s", v)
	}
	r.clock("12:05")
	if v, n := r.come(r.code("222222"), "r3"); v != arrivals.Received || n != "A002 booked" {
		t.Errorf("a moved booking: %s %s", v, n)
	}
	undone, stayed, err := r.desk.Undo(t.Context(), got.ID)
	if err != nil || undone != 1 || stayed != 1 {
		t.Errorf("undo = %d, %d, %v", undone, stayed, err)
	}
	lines, err := r.desk.List(t.Context(), today)
	if err != nil || len(lines) != 3 {
		t.Fatalf("list = %+v, %v", lines, err)
	}
	for i, want := range []arrivals.Standing{arrivals.Here, arrivals.Missed, arrivals.Here} {
		if lines[i].Standing != want {
			t.Errorf("line %d: %s is %s, want %s", i, lines[i].ID, lines[i].Standing, want)
		}
	}
}

func TestAKeyedImportCountsOnce(t *testing.T) {
	r := newReception(t)
	first, err := r.desk.Import(t.Context(), "a key", "api", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.desk.Import(t.Context(), "a key", "api", []byte(file))
	if err != nil || again.ID != first.ID || again.Added != 4 {
		t.Errorf("again = %+v, %v", again, err)
	}
}

func TestNumbersAreKeptForBookingsAndReleased(t *testing.T) {
	r := newReception(t) // four numbers of division cc, two of which may be kept
	r.load("id;servico;data;hora;codigo\n1;cc;2026-11-23;10:00;222222\n2;cc;2026-11-23;10:30;333333\n3;cc;2026-11-23;11:00;444444\n")
	keep := func() {
		t.Helper()
		if err := r.desk.KeepShares(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	walkIn := func(request string) queue.Refusal {
		return r.do(queue.Issue{Request: queue.RequestID(request), Service: "cc", Class: queue.ClassWalkIn}).Refused
	}
	r.clock("09:00")
	keep()
	if a, b, c := walkIn("w1"), walkIn("w2"), walkIn("w3"); a != "" || b != "" || c != queue.ErrSoldOut {
		t.Fatalf("walk-ins = %q %q %q", a, b, c)
	}
	r.clock("09:55")
	if v, n := r.come(r.code("222222"), "r1"); v != arrivals.Received || n != "A003 booked" {
		t.Fatalf("the first booking: %s %s", v, n)
	}
	keep()
	if refused := walkIn("w4"); refused != queue.ErrSoldOut {
		t.Errorf("the last number, kept for a booking: %q", refused)
	}
	r.clock("11:16") // a quarter of an hour after the last slot
	keep()
	if refused := walkIn("w5"); refused != "" {
		t.Errorf("a share given up: %q", refused)
	}
	day, _, err := r.store.Replay(t.Context(), r.branch.Catalogue())
	if err != nil || day.HeldShare("cc") != 0 || day.Free("cc") != 0 {
		t.Errorf("lived again: kept %d, free %d, %v", day.HeldShare("cc"), day.Free("cc"), err)
	}
}

func TestTheKeyOfADayIsDestroyedAfterIt(t *testing.T) {
	r := newReception(t)
	r.load(file)
	path := filepath.Join(r.dir, "keys", string(today)+".key")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("key of the day: %v, %v", info, err)
	}
	if err := r.desk.Forget(t.Context(), "2026-11-24"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the key outlives its day: %v", err)
	}
	if _, err := os.Stat(filepath.Join(r.dir, "keys", "2026-11-24.key")); err != nil {
		t.Errorf("the key of tomorrow is gone: %v", err)
	}
	all, err := r.store.Bookings(t.Context(), today)
	if err != nil || len(all) != 4 {
		t.Fatalf("bookings = %d, %v", len(all), err)
	}
	for _, b := range all {
		if b.Day == today && b.Digest != nil {
			t.Errorf("booking %s keeps its digest", b.ID)
		}
	}
}

func TestOneDigestIsNotAnotherDays(t *testing.T) {
	r := newReception(t)
	r.load("id;servico;data;hora;documento\n1;cc;2026-11-23;10:00;" + document + "\n2;cc;2026-11-24;10:00;" + document + "\n")
	all, err := r.store.Bookings(t.Context(), today)
	if err != nil || len(all) != 2 || string(all[0].Digest) == string(all[1].Digest) || len(all[0].Digest) != 32 {
		t.Errorf("digests of two days: %+v, %v", all, err)
	}
}

func TestTwoAtOnceGetOneTicket(t *testing.T) {
	r := newReception(t)
	r.load(file)
	r.clock("10:00")
	claim := r.code("7K3M9P")
	var wg sync.WaitGroup
	for i := range 8 {
		request := queue.RequestID(fmt.Sprint("r", i))
		wg.Go(func() {
			_, err := r.desk.CheckIn(t.Context(), claim, request, func(s queue.ServiceID, c queue.ClassID, slot time.Time) queue.Command {
				return queue.Issue{Request: request, Service: s, Class: c, Slot: slot}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := r.waiting(); n != 1 {
		t.Errorf("waiting = %d, want 1", n)
	}
}

func TestNothingOfWhoBookedIsInTheJournal(t *testing.T) {
	r := newReception(t)
	r.load(file)
	r.clock("09:45")
	r.come(r.code("7K3M9P"), "r1")
	after, _, err := r.store.After(t.Context(), 0, 1000, 1<<20)
	if err != nil || len(after) == 0 {
		t.Fatalf("journal: %d entries, %v", len(after), err)
	}
	for _, e := range after {
		for _, canary := range []string{"7K3M9P", document, "Renova"} {
			if strings.Contains(string(e.Raw), canary) {
				t.Errorf("%s stands in %s", canary, e.Raw)
			}
		}
	}
	raw, err := os.ReadFile(filepath.Join(r.dir, "branch.db"))
	if err != nil || strings.Contains(string(raw), document) {
		t.Errorf("the document number is in the database: %v", err)
	}
	wal, _ := os.ReadFile(filepath.Join(r.dir, "branch.db-wal"))
	if strings.Contains(string(wal), document) {
		t.Error("the document number is in the database's log")
	}
}
