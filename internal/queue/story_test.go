package queue_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"balcao/internal/queue"
)

var update = flag.Bool("update", false, "rewrite what happened in the stories")

// TestStories lives the days of testdata: wishes above ----, what happened below.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("stories: %v, %d files", err, len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			wishes, want, _ := strings.Cut(string(raw), "----\n")
			got := live(t, wishes)
			if *update {
				if err := os.WriteFile(file, []byte(wishes+"----\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("what happened:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// storyCatalogue has services A (division A) and B, L (division B), three counters: 1 serves A; 2 serves B, L and A
// as a second skill; 3 serves all.
func storyCatalogue() queue.Catalogue {
	p := queue.DefaultPolicy()
	p.Recalls = 2
	return queue.Catalogue{
		Divisions: []queue.Division{{ID: "a", Body: "irn", Prefix: "A", First: 1}, {ID: "b", Body: "at", Prefix: "B", First: 1, Quota: 3}},
		Services: []queue.Service{
			{ID: "A", Body: "irn", Division: "a"}, {ID: "B", Body: "at", Division: "b"}, {ID: "L", Body: "at", Division: "b"},
		},
		Counters: []queue.Counter{
			{ID: "1", Primary: []queue.ServiceID{"A"}},
			{ID: "2", Primary: []queue.ServiceID{"B", "L"}, Secondary: []queue.ServiceID{"A"}},
			{ID: "3", Primary: []queue.ServiceID{"A", "B", "L"}},
		},
		Policy: p,
	}
}

const storyDay = "2026-11-23"

func live(t *testing.T, wishes string) string {
	t.Helper()
	c := storyCatalogue()
	wishes = adapt(t, &c, wishes)
	d := queue.NewDay(c, 0)
	var all []queue.Entry
	var out strings.Builder
	for line := range strings.SplitSeq(strings.TrimSpace(wishes), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		clock, wish, _ := strings.Cut(line, " ")
		at := storyTime(t, clock)
		cmd, err := parseWish(wish)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		entries, err := d.Handle(cmd, at)
		switch {
		case err != nil:
			fmt.Fprintf(&out, "%s refused: %v\n", clock, err)
		case len(entries) == 0:
			fmt.Fprintf(&out, "%s nothing new\n", clock)
		}
		for _, e := range entries {
			fmt.Fprintf(&out, "%s %s\n", clock, tell(d, e.Event))
		}
		all = append(all, entries...)
	}
	again := queue.NewDay(c, 0)
	for _, e := range all {
		again.Apply(e)
	}
	if a, b := portrait(d), portrait(again); a != b {
		t.Errorf("replay differs from living:\n%s\n%s", a, b)
	}
	return out.String()
}

func storyTime(t *testing.T, clock string) time.Time {
	t.Helper()
	layout := "15:04"
	if strings.Count(clock, ":") == 2 {
		layout = "15:04:05"
	}
	at, err := time.Parse("2006-01-02 "+layout, storyDay+" "+clock)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// parseWish reads "reserve A r1 [law]", "call 3" and so on.
func parseWish(s string) (queue.Command, error) {
	f := strings.Fields(s)
	arg := func(i int) string {
		if i < len(f) {
			return f[i]
		}
		return ""
	}
	class := queue.ClassWalkIn
	if last := f[len(f)-1]; slices.Contains([]string{"law", "summons", "lawyer"}, last) {
		class = queue.ClassID(last)
	}
	request := queue.RequestID(arg(1))
	counter := queue.CounterID(arg(1))
	visit, _ := strconv.Atoi(arg(2))
	v := queue.VisitID(visit)
	switch f[0] {
	case "day":
		return queue.OpenDay{Day: queue.Date(arg(1))}, nil
	case "close":
		return queue.CloseDay{}, nil
	case "reserve":
		return queue.Reserve{Request: queue.RequestID(arg(2)), Service: queue.ServiceID(arg(1)), Class: class, Then: parseThen(f), Kiosk: "K1", Boot: "b1"}, nil
	case "issue":
		return queue.Issue{Request: queue.RequestID(arg(2)), Service: queue.ServiceID(arg(1)), Class: class, Then: parseThen(f)}, nil
	case "printed":
		return queue.ConfirmPrint{Request: request}, nil
	case "failed":
		return queue.FailPrint{Request: request, Cause: "paper_out"}, nil
	case "doubt":
		return queue.DoubtPrint{Request: request}, nil
	case "accept":
		return queue.Accept{Request: request}, nil
	case "abandon":
		return queue.Abandon{Request: request}, nil
	case "tick":
		return queue.Tick{}, nil
	case "open":
		return queue.OpenCounter{Counter: counter}, nil
	case "shut":
		return queue.CloseCounter{Counter: counter}, nil
	case "call":
		return queue.CallNext{Counter: counter}, nil
	case "recall":
		return queue.Recall{Counter: counter, Visit: v}, nil
	case "start":
		return queue.Start{Counter: counter, Visit: v}, nil
	case "finish":
		return queue.Finish{Counter: counter, Visit: v, Whole: arg(3) == "whole"}, nil
	case "noshow":
		return queue.NoShow{Counter: counter, Visit: v}, nil
	case "grant", "withdraw":
		id, _ := strconv.Atoi(arg(1))
		return queue.SetPriority{Visit: queue.VisitID(id), Granted: f[0] == "grant"}, nil
	}
	return parseLifeWish(f[0], arg)
}

// tell writes a fact as a sentence.
func tell(d *queue.Day, e queue.Event) string {
	number := func(id queue.VisitID) string {
		v, _ := d.Visit(id)
		return v.Number.String()
	}
	switch e := e.(type) {
	case queue.DayOpened:
		return "day " + string(e.Day) + " opened"
	case queue.DayClosed:
		return fmt.Sprintf("day closed %+v", e.Totals)
	case queue.Reserved:
		return fmt.Sprintf("reserved %s for %s", e.Number, e.Request) + then(e.Then)
	case queue.Issued:
		if e.Revived {
			return fmt.Sprintf("revived %s (%s)", e.Number, e.Print)
		}
		return fmt.Sprintf("issued %s (%s)", e.Number, e.Print)
	case queue.PrintKnown:
		return fmt.Sprintf("paper of %s is known: %s", number(e.Visit), e.Print)
	case queue.PrintFailure:
		return fmt.Sprintf("paper of %s failed (%s), open until %s", number(e.Visit), e.Cause, e.Until.Format("15:04"))
	case queue.Voided:
		return fmt.Sprintf("voided %s (%s)", e.Number, e.Cause)
	case queue.RequestClosed:
		return "closed request " + string(e.Request)
	case queue.Called:
		s := fmt.Sprintf("called %s to counter %s by %s (%d,%d,%s) others %d passed %q", e.Number, e.Counter, e.Why.Rule,
			e.Why.Tier, e.Why.Penalty, e.Why.Key.Format("15:04"), e.Why.Others, e.Why.PassedTkt)
		if e.Why.Reason != "" {
			s += " because " + e.Why.Reason
		}
		if e.Why.Unlawful {
			s += " UNLAWFUL"
		}
		return s
	case queue.Recalled:
		return fmt.Sprintf("recalled %s, %d", number(e.Visit), e.Count)
	case queue.Started:
		return "started " + number(e.Visit)
	case queue.Finished:
		return strings.TrimSpace("finished "+number(e.Visit)+delivered(e.Delivered)) + left(e.Left)
	case queue.NotShown:
		return "no-show " + number(e.Visit)
	case queue.PrioritySet:
		return fmt.Sprintf("class of %s is %s", number(e.Visit), e.Class)
	case queue.CounterOpened:
		return "counter " + string(e.Counter) + " opened"
	case queue.CounterClosed:
		return "counter " + string(e.Counter) + " closed"
	case queue.Noted:
		return "noted " + e.Type
	default:
		return tellLife(e, number)
	}
}

// portrait writes all that can be seen of a Day.
func portrait(d *queue.Day) string {
	var b strings.Builder
	fmt.Fprintln(&b, d.Date(), d.Open(), d.Seq(), d.Totals(), d.Due(), d.Left("a"), d.Left("b"), d.Free("b"), d.HeldShare("b"))
	for _, v := range d.Visits() {
		fmt.Fprintf(&b, "%+v\n", v)
	}
	for _, s := range []queue.ServiceID{"A", "B", "L"} {
		suspension, is := d.Suspension(s)
		fmt.Fprintf(&b, "%s %v %+v %+v\n", s, is, suspension, d.Quota(s))
	}
	for _, v := range d.Waiting() {
		fmt.Fprint(&b, v.Number, " ")
	}
	fmt.Fprintf(&b, "\n%+v\n", d.Calls())
	for _, c := range []queue.CounterID{"1", "2", "3"} {
		s := d.Counter(c)
		fmt.Fprint(&b, s.ID, s.Open, s.Since, s.Free, s.BreakDue, s.OnBreak, s.Planned, s.BreakReason)
		if s.Visit != nil {
			fmt.Fprint(&b, s.Visit.Number)
		}
		fmt.Fprintln(&b)
	}
	return b.String()
}
