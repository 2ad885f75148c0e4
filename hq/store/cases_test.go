package store_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/hq/alert"
	"balcao/hq/cases"
	"balcao/hq/people"
	"balcao/hq/store"
	"balcao/internal/signin"
)

// watchman is a desk over a real file, with a clock of its own.
type watchman struct {
	t     *testing.T
	store *store.Store
	desk  *cases.Desk
	now   time.Time
}

func watching(t *testing.T, file place) *watchman {
	t.Helper()
	w := &watchman{t: t, now: clock()}
	w.begin(file(t))
	return w
}

func (w *watchman) begin(path string) {
	w.t.Helper()
	w.store = open(w.t, path)
	w.store.TellBy([]string{"email", "webhook"})
	var err error
	if w.desk, err = cases.New(w.t.Context(), w.store, cases.Options{Escalate: 10 * time.Minute, Now: func() time.Time { return w.now }}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *watchman) look(opened, closed, open []alert.Alert) {
	w.t.Helper()
	if err := w.desk.Look(w.t.Context(), opened, closed, open); err != nil {
		w.t.Fatal(err)
	}
}

func (w *watchman) told() []string {
	w.t.Helper()
	due, err := w.store.DueNotices(w.t.Context(), w.now, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	var all []string
	for _, n := range due {
		all = append(all, string(n.Kind)+" by "+n.Way)
		if err := w.store.Noticed(w.t.Context(), n.ID, w.now, time.Time{}, ""); err != nil {
			w.t.Fatal(err)
		}
	}
	return all
}

func (w *watchman) steps(id int64) string {
	w.t.Helper()
	steps, err := w.store.Steps(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	var all []string
	for _, s := range steps {
		all = append(all, strings.TrimSpace(s.By+" "+string(s.Kind)))
	}
	return strings.Join(all, ", ")
}

func paperOut(branch string, at time.Time) alert.Alert {
	return alert.Alert{Since: at.Add(-15 * time.Second), Opened: at, Finding: alert.Finding{
		Rule: alert.NoPaper, Branch: branch, Where: "Loja " + branch, Degree: alert.Urgent, Words: "Não imprime.", First: "Pôr papel.",
	}}
}

func TestACaseIsTakenNotedGivenBackAndClosedAndAllOfItStays(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		t.Parallel()
		w := watching(t, file)
		a := paperOut("L001", w.now)
		w.look([]alert.Alert{a}, nil, []alert.Alert{a})
		open := w.desk.Open()
		if len(open) != 1 || !slices.Equal(w.told(), []string{"opened by email", "opened by webhook"}) {
			t.Fatalf("open: %+v", open)
		}
		id := open[0].ID
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(w.desk.Take(t.Context(), "duarte", id))
		must(w.desk.Take(t.Context(), "duarte", id)) // pressed twice
		if err := w.desk.Take(t.Context(), "helena", id); !errors.Is(err, cases.ErrTaken) {
			t.Errorf("taken twice: %v", err)
		}
		must(w.desk.Note(t.Context(), "duarte", id, " O local vai buscar papel. "))
		if err := w.desk.Release(t.Context(), "helena", id); !errors.Is(err, cases.ErrNotYours) {
			t.Errorf("given back by another: %v", err)
		}
		must(w.desk.Release(t.Context(), "duarte", id))
		must(w.desk.Take(t.Context(), "helena", id))
		closed := a
		closed.Closed = w.now.Add(time.Minute)
		w.look(nil, []alert.Alert{closed}, nil)
		if want := "opened, duarte taken, duarte noted, duarte released, helena taken, closed"; w.steps(id) != want {
			t.Errorf("steps %q, want %q", w.steps(id), want)
		}
		if err := w.desk.Note(t.Context(), "helena", id, "late"); !errors.Is(err, cases.ErrNoCase) {
			t.Errorf("a note on a closed case: %v", err)
		}
		past, err := w.store.PastCases(t.Context(), w.now.Add(-time.Hour), "L001", 10)
		if err != nil || len(past) != 1 || past[0].Taken.By != "helena" || past[0].Words != "Não imprime." || past[0].Closed.IsZero() {
			t.Errorf("past: %+v, %v", past, err)
		}
		if other, _ := w.store.PastCases(t.Context(), w.now.Add(-time.Hour), "L002", 10); len(other) != 0 {
			t.Errorf("of another branch: %+v", other)
		}
	})
}

func TestARestartGoesOnWithWhatWasOpen(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		t.Parallel()
		w := &watchman{t: t, now: clock()}
		path := file(t)
		w.begin(path)
		a := paperOut("L001", w.now)
		w.look([]alert.Alert{a}, nil, []alert.Alert{a})
		id := w.desk.Open()[0].ID
		if err := w.desk.Take(t.Context(), "duarte", id); err != nil {
			t.Fatal(err)
		}
		if _, err := w.desk.Hush(t.Context(), cases.Silence{Branch: "L001", Reason: "obras", By: "duarte", Until: w.now.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if err := w.store.Close(); err != nil {
			t.Fatal(err)
		}
		w.begin(path)
		open := w.desk.Open()
		if len(open) != 1 || open[0].ID != id || open[0].Taken.By != "duarte" || open[0].Silence == nil {
			t.Fatalf("after the restart: %+v", open)
		}
		book := alert.NewBook()
		book.Restore(w.desk.Alerts())
		if opened, _ := book.Check(w.now.Add(15*time.Second), []alert.Finding{a.Finding}); len(opened) != 0 || len(book.Open()) != 1 {
			t.Error("the same alert opened again")
		}
		book.Check(w.now.Add(30*time.Second), nil)
		_, closed := book.Check(w.now.Add(45*time.Second), nil)
		w.look(nil, closed, nil)
		if len(w.desk.Open()) != 0 {
			t.Error("it never closes")
		}
	})
}

func TestAnUrgentAlertThatNobodyTakesIsToldToMorePeopleOnce(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		t.Parallel()
		w := watching(t, file)
		a, b := paperOut("L001", w.now), paperOut("L002", w.now)
		w.look([]alert.Alert{a, b}, nil, []alert.Alert{a, b})
		w.told()
		if err := w.desk.Take(t.Context(), "duarte", w.desk.Open()[0].ID); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(10*time.Minute - time.Second)
		w.look(nil, nil, []alert.Alert{a, b})
		if told := w.told(); len(told) != 0 {
			t.Errorf("too early: %v", told)
		}
		w.now = w.now.Add(time.Second)
		for range 3 {
			w.look(nil, nil, []alert.Alert{a, b})
		}
		if told := w.told(); !slices.Equal(told, []string{"escalated by email", "escalated by webhook"}) {
			t.Errorf("told %v", told)
		}
	})
}

func TestWhatIsSilentIsSeenAndNotTold(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		t.Parallel()
		w := watching(t, file)
		for name, c := range map[string]struct {
			s    cases.Silence
			want error
		}{
			"of nothing":     {cases.Silence{Reason: "obras", Until: w.now.Add(time.Hour)}, cases.ErrScope},
			"without reason": {cases.Silence{Branch: "L001", Until: w.now.Add(time.Hour)}, cases.ErrNoReason},
			"for ever":       {cases.Silence{Branch: "L001", Reason: "obras", Until: w.now.AddDate(0, 1, 0)}, cases.ErrDuration},
			"in the past":    {cases.Silence{Branch: "L001", Reason: "obras", Until: w.now}, cases.ErrDuration},
		} {
			if _, err := w.desk.Hush(t.Context(), c.s); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		id, err := w.desk.Hush(t.Context(), cases.Silence{Branch: "L001", Rule: alert.NoPaper, Reason: "obras", By: "duarte", Until: w.now.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		a, b := paperOut("L001", w.now), paperOut("L002", w.now)
		w.look([]alert.Alert{a, b}, nil, []alert.Alert{a, b})
		open := w.desk.Open()
		if len(open) != 2 || open[0].Silence == nil || open[1].Silence != nil || len(w.told()) != 2 {
			t.Errorf("open: %+v", open)
		}
		if err := w.desk.EndSilence(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if err := w.desk.EndSilence(t.Context(), id); !errors.Is(err, cases.ErrNoSilence) {
			t.Errorf("ended twice: %v", err)
		}
		w.now = w.now.Add(11 * time.Minute)
		w.look(nil, nil, []alert.Alert{a, b})
		if told := w.told(); len(told) != 4 {
			t.Errorf("after the silence told %v", told)
		}
	})
}

func TestASessionEndsByTimeBySigningOutAndWithThePerson(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		t.Parallel()
		s := open(t, file(t))
		lia := people.Record{ID: "lia", Name: "Lia", Role: people.Viewer, Districts: []string{"Faro"}, Bodies: []string{"at"}, Hash: "h"}
		if err := s.PutPerson(t.Context(), lia); err != nil {
			t.Fatal(err)
		}
		if all, err := s.People(t.Context()); err != nil || len(all) != 1 || !reflect.DeepEqual(all[0], lia) {
			t.Fatalf("kept %+v, %v", all, err)
		}
		who := func(token signin.TokenHash) string {
			t.Helper()
			id, err := s.Session(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		one, two, old := signin.TokenOf("one"), signin.TokenOf("two"), signin.TokenOf("old")
		for token, end := range map[signin.TokenHash]time.Time{one: clock().Add(time.Hour), two: clock().Add(time.Hour), old: clock()} {
			if err := s.BeginSession(t.Context(), token, "lia", end); err != nil {
				t.Fatal(err)
			}
		}
		if who(one) != "lia" || who(old) != "" {
			t.Errorf("signed in as %q and %q", who(one), who(old))
		}
		if err := s.EndSession(t.Context(), one); err != nil || who(one) != "" || who(two) != "lia" {
			t.Errorf("after signing out %q: %v", who(one), err)
		}
		lia.Name = "Lia N."
		if err := s.PutPerson(t.Context(), lia); err != nil || who(two) != "lia" {
			t.Errorf("a new name ended the session: %v", err)
		}
		lia.Hash = "another"
		if err := s.PutPerson(t.Context(), lia); err != nil || who(two) != "" {
			t.Errorf("a new password left the old session: %v", err)
		}
		if err := s.BeginSession(t.Context(), two, "lia", clock().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		lia.Gone = true
		if err := s.PutPerson(t.Context(), lia); err != nil || who(two) != "" {
			t.Errorf("who is gone is still signed in: %v", err)
		}
		all, err := s.People(t.Context())
		if err != nil || len(all) != 1 || !slices.Equal(all[0].Districts, []string{"Faro"}) || !all[0].Gone {
			t.Errorf("people: %+v, %v", all, err)
		}
	})
}
