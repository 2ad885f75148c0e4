package app

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"balcao/internal/queue"
)

// standing opens a branch on a folder that is not served; its Day is looked after as before the first connection.
func standing(t *testing.T, data string) *App {
	t.Helper()
	path := filepath.Join(t.TempDir(), "branch-server.yaml")
	text := fmt.Sprintf(small, data, "c29tZWhhc2hzb21laGFzaHNvbWVoYXNoc29tZWhhc2g")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.openToday(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

// TestADayThatWasOpenedBeforeACopyWasPutBackIsNotLivedTwice is seed 10289 of the proving ground: the Day after that of the
// copy had given numbers, and the clock stands before it.
func TestADayThatWasOpenedBeforeACopyWasPutBackIsNotLivedTwice(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(data, "branch.db")
	ended := func(a *App) {
		t.Helper()
		if err := a.close(); err != nil {
			t.Fatal(err)
		}
	}
	gives := func(a *App, request string) (queue.Date, string) {
		t.Helper()
		if _, err := a.engine.Do(t.Context(), "", queue.Issue{Request: queue.RequestID(request), Service: "cc", Class: queue.ClassWalkIn}); err != nil {
			t.Fatal(err)
		}
		var day queue.Date
		var number string
		if err := a.engine.Read(t.Context(), func(d *queue.Day, _ time.Time) {
			v, _ := d.Requested(queue.RequestID(request))
			day, number = d.Date(), v.Number.String()
		}); err != nil {
			t.Fatal(err)
		}
		return day, number
	}
	a := standing(t, data)
	today, _ := gives(a, "a")
	ended(a)
	copied, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	date, err := time.Parse(time.DateOnly, string(today))
	if err != nil {
		t.Fatal(err)
	}
	tomorrow := queue.DateOf(date.AddDate(0, 0, 1), time.UTC)
	a = standing(t, data)
	if _, err := a.engine.Do(t.Context(), "", queue.OpenDay{Day: tomorrow}); err != nil {
		t.Fatal(err)
	}
	if day, number := gives(a, "b"); day != tomorrow || number != "A001" {
		t.Fatalf("the first number of %s is %s of %s", tomorrow, number, day)
	}
	ended(a)

	if err := os.WriteFile(file, copied, 0o600); err != nil {
		t.Fatal(err)
	}
	a = standing(t, data)
	if day, number := gives(a, "c"); day != tomorrow || number != "A6000" {
		t.Errorf("goes on with %s of %s, want A6000 of %s", number, day, tomorrow)
	}
	ended(a)
	a = standing(t, data) // nothing more is recovered
	if day, number := gives(a, "d"); day != tomorrow || number != "A6001" {
		t.Errorf("goes on with %s of %s, want A6001 of %s", number, day, tomorrow)
	}
	ended(a)
}
