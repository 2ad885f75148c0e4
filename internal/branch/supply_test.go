package branch_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"balcao/internal/branch"
	"balcao/internal/config"
	"balcao/internal/hours"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

const described = `id: L901
name: Loja
zone: Europe/Lisbon
bodies: [{id: irn, short: IRN, name: {pt: Registos}}, {id: at, short: AT, name: {pt: Finanças}}]
divisions: [{id: a, body: irn, prefix: A}, {id: f, body: at, prefix: F}]
services:
  - {id: cc, division: a, name: {pt: Cartão}}
  - {id: nif, division: f, name: {pt: NIF}}
counters: [{id: "1", label: Balcão 1, primary: [cc, nif]}]
supply:
`

func read(t *testing.T, supply string) (*branch.Branch, error) {
	t.Helper()
	var w whole
	text := "branch:\n  " + strings.ReplaceAll(strings.TrimSpace(described+supply), "\n", "\n  ")
	err := config.Decode("branch.yaml", []byte(text), &w)
	return &w.Branch, err
}

// whole is a file that holds a branch.
type whole struct {
	Branch branch.Branch `yaml:"branch"`
}

func (w *whole) Check(faults *config.Faults) { w.Branch.Check("branch", faults) }

func TestFaultsOfHoursAreNamedWithTheirLines(t *testing.T) {
	_, err := read(t, `  holidays: everywhere
  municipal_holiday: 31-02
  stop_before: 9h
  day_end: "18:00"
  hours:
    - days: mon-fri
      spans: ["08:30-19:30", "12:00-13:00"]
    - days: someday
      spans: ["09:00-15:00"]
  exceptions:
    - {date: 2026-12-24, spans: ["13:00-09:00"]}
    - {date: 2026-02-30}
  bodies:
    - {body: iss, hours: [{days: mon, spans: ["09:00-09:00"]}]}
  services:
    - {service: cc, quota: -1}
    - {service: cc, next: {en: Elsewhere}}
`)
	var got []string
	for _, p := range config.Problems(err) {
		got = append(got, p.String())
	}
	want := []string{
		`line 12: branch.supply.holidays: "everywhere" is none of national, azores, madeira, none`,
		`line 13: branch.supply.municipal_holiday: "31-02" is not a day (month-day) such as 06-13, or easter+39`,
		`line 14: branch.supply.stop_before: must be between 0 and 8h`,
		`line 18: branch.supply.hours[0].spans[0]: 08:30-19:30 goes on after the Day's end, 18:00`,
		`line 18: branch.supply.hours[0].spans[1]: 12:00-13:00 overlaps 08:30-19:30 on mon`,
		`line 19: branch.supply.hours[1].days: "someday" are not weekdays such as mon-fri or tue,sat`,
		`line 19: branch.supply.hours[1].days: say on which weekdays, such as mon-fri`,
		`line 22: branch.supply.exceptions[0].spans[0]: 13:00-09:00 runs backward; a span over midnight is two: up to 24:00, and from 00:00 on the next day`,
		`line 23: branch.supply.exceptions[1].date: "2026-02-30" is not a date such as 2026-12-24`,
		`line 23: branch.supply.exceptions[1].date: say which date, such as 2026-12-24`,
		`line 25: branch.supply.bodies[0].body: unknown body "iss"`,
		`line 25: branch.supply.bodies[0].hours[0].spans[0]: 09:00-09:00 is empty`,
		`line 27: branch.supply.services[0].quota: must be between 0 and 9999`,
		`line 28: branch.supply.services[1].service: "cc" stands twice`,
		`line 28: branch.supply.services[1].next: needs a Portuguese text (pt)`,
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("faults:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestWhatAKioskIsTold lives a Monday and looks at the offer after each step.
func TestWhatAKioskIsTold(t *testing.T) {
	b, err := read(t, `  hours: [{days: mon-fri, spans: ["08:30-19:30"]}]
  stop_before: 30m
  occupancy: 3
  elsewhere: {pt: "A Loja do Centro fecha às 22:00.", en: "The Centro branch closes at 22:00."}
  book: {pt: "Marque em loja.example.", en: "Book at loja.example."}
  bodies: [{body: at, hours: [{days: mon-fri, spans: ["10:00-12:00"]}]}]
  services: [{service: cc, quota: 2, give_back: true}]
`)
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation(b.Zone)
	if err != nil {
		t.Fatal(err)
	}
	d := queue.NewDay(b.Catalogue(), 0)
	var at time.Time
	clock := func(hhmm string) {
		t.Helper()
		if at, err = time.ParseInLocation("2006-01-02 15:04", "2026-11-23 "+hhmm, zone); err != nil {
			t.Fatal(err)
		}
	}
	do := func(cmd queue.Command) {
		t.Helper()
		if _, err := d.Handle(cmd, at); err != nil {
			t.Fatalf("%T: %v", cmd, err)
		}
	}
	say := func(service int, want string) {
		t.Helper()
		o := b.Offer(d, nothing{}, at)
		s := o.Services[service]
		if got := s.State + " | " + s.Why["pt"] + " | " + s.Next["pt"]; got != want {
			t.Errorf("%s %s: %q\nwant %q", at.Format("15:04"), s.ID, got, want)
		}
		if (s.Why == nil) != (s.Why["en"] == "") || (s.Next == nil) != (s.Next["en"] == "") {
			t.Errorf("%s %s: not in English: %v %v", at.Format("15:04"), s.ID, s.Why, s.Next)
		}
	}
	door := func(want string) {
		t.Helper()
		o := b.Offer(d, nothing{}, at).Branch
		if got := o.State + " | " + o.Why["pt"] + " | " + o.Next["pt"]; got != want {
			t.Errorf("%s door: %q\nwant %q", at.Format("15:04"), got, want)
		}
		if o.Open != (o.State == "" || o.State == wire.OfferFull) {
			t.Errorf("%s door: open %v as %q", at.Format("15:04"), o.Open, o.State)
		}
	}
	clock("07:00")
	do(queue.OpenDay{Day: "2026-11-23"})
	say(0, "not_open | Ainda não abriu | Abre hoje às 08:30.")
	door("not_open | Ainda não abriu | Abre hoje às 08:30.")
	clock("08:30")
	say(0, "open |  | ")
	say(1, "not_open | Ainda não abriu | Abre hoje às 10:00.")
	door(" |  | ")
	do(queue.OpenCounter{Counter: "1"})
	for _, r := range []queue.RequestID{"1", "2"} {
		do(queue.Issue{Request: r, Service: "cc", Class: queue.ClassWalkIn})
	}
	say(0, "sold_out | Senhas de hoje esgotadas | Há mais amanhã às 08:30. Marque em loja.example.")
	do(queue.CallNext{Counter: "1"})
	do(queue.NoShow{Counter: "1"})
	say(0, "open |  | ")
	do(queue.SuspendService{Service: "cc", Cause: branch.CauseSystem, Until: at.Add(time.Hour)})
	say(0, "suspended | Suspenso: o sistema da entidade não responde | Reabre às 09:30. Marque em loja.example.")
	do(queue.ReopenService{Service: "cc"})
	clock("10:00")
	for _, r := range []queue.RequestID{"3", "4"} {
		do(queue.Issue{Request: r, Service: "nif", Class: queue.ClassWalkIn})
	}
	say(1, "full | Lotação completa | Espere um pouco. Volta a haver senhas quando sair alguém.")
	door("full | Lotação completa | Espere um pouco. Volta a haver senhas quando sair alguém.")
	clock("11:30")
	say(1, "closed | Já não há senhas antes do fecho | Abre amanhã às 10:00. A Loja do Centro fecha às 22:00.")
	clock("19:00")
	door("closed | Já não há senhas antes do fecho | Abre amanhã às 08:30.")
	if board := b.Board(d, nothing{}, nil, 1, at); !board.Open {
		t.Error("the board is closed while people wait")
	}
	if live := b.Live(d, at); !live.Closed || live.NextMS != at.Add(13*time.Hour+30*time.Minute).UnixMilli() {
		t.Errorf("headquarters hears closed %v, next %v", live.Closed, time.UnixMilli(live.NextMS).In(zone))
	}
	do(queue.CloseDay{})
	say(0, "closed | O dia já terminou | Abre amanhã às 08:30. A Loja do Centro fecha às 22:00.")
}

func TestABranchThatSaysNothingIsAlwaysOpen(t *testing.T) {
	b, err := read(t, "  occupancy: 0\n")
	if err != nil {
		t.Fatal(err)
	}
	d := queue.NewDay(b.Catalogue(), 0)
	at := time.Date(2026, 12, 25, 3, 0, 0, 0, time.UTC)
	if _, err := d.Handle(queue.OpenDay{Day: "2026-12-25"}, at); err != nil {
		t.Fatal(err)
	}
	if o := b.Offer(d, nothing{}, at); !o.Branch.Open || o.Services[0].State != wire.OfferOpen || len(o.Branch.Hours) > 0 {
		t.Errorf("at Christmas: %+v", o)
	}
	if !b.Change(at).IsZero() || !b.Ends("2026-12-25", time.UTC).IsZero() {
		t.Error("something changes by itself")
	}
}

// nothing tells nobody how long a wait is.
type nothing struct{}

func (nothing) Wait(*queue.Day, time.Time, queue.ServiceID, queue.ClassID) wire.Range {
	return wire.Range{}
}

func (nothing) Told(*queue.Day, time.Time, queue.ServiceID, queue.ClassID, time.Time) *queue.Told {
	return nil
}

// TestTheExampleOfTheManualIsRight reads the example of docs/operations.md as a branch server would.
func TestTheExampleOfTheManualIsRight(t *testing.T) {
	manual, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(manual), "  supply:\n")
	example, _, ended := strings.Cut(example, "```")
	if !found || !ended {
		t.Fatal("the manual has no example of supply")
	}
	example = strings.ReplaceAll("\n"+example, "\n  ", "\n") // it stands one level deeper
	example = strings.ReplaceAll(example, "passaporte", "nif")
	b, err := read(t, example)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Supply.Hours) != 2 || len(b.Supply.Services) != 1 || !b.Supply.Municipal.On(hours.Date{Year: 2027, Month: 6, Day: 13}) {
		t.Errorf("read %+v", b.Supply)
	}
}
