package app

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
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
	a, err := opening(t, data)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// opening is standing where the Day may not be opened.
func opening(t *testing.T, data string) (*App, error) {
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
	return a, a.openToday(t.Context())
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

// TestADayBehindAClockThatStoodDaysBeforeItIsNotLivedTwice puts a copy back while the clock stands days before what the branch
// had come to: the Day of that clock goes on in a block, and so does, once the clock is right, the Day whose numbers are in
// people's hands. The Day after it is an ordinary one.
func TestADayBehindAClockThatStoodDaysBeforeItIsNotLivedTwice(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(data, "branch.db")
	var first queue.Date
	on := func(a *App, days int, request queue.RequestID) (day queue.Date, number string) {
		t.Helper()
		if days > 0 {
			date, err := time.Parse(time.DateOnly, string(first))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := a.engine.Do(t.Context(), "", queue.CloseDay{}); err != nil {
				t.Fatal(err)
			}
			if _, err := a.engine.Do(t.Context(), "", queue.OpenDay{Day: queue.DateOf(date.AddDate(0, 0, days), time.UTC)}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := a.engine.Do(t.Context(), "", queue.Reserve{Request: request, Service: "cc", Class: queue.ClassWalkIn}); err != nil {
			t.Fatal(err)
		}
		if err := a.engine.Read(t.Context(), func(d *queue.Day, _ time.Time) {
			v, _ := d.Requested(request)
			day, number = d.Date(), v.Number.String()
		}); err != nil {
			t.Fatal(err)
		}
		return day, number
	}
	a := standing(t, data)
	first, _ = on(a, 0, "a")
	end(t, a)
	copied, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a = standing(t, data)
	for days := 1; days <= 4; days++ {
		on(a, days, queue.RequestID(fmt.Sprint("lost-", days)))
	}
	end(t, a)

	if err := os.WriteFile(file, copied, 0o600); err != nil {
		t.Fatal(err)
	}
	a = standing(t, data)
	for _, row := range []struct {
		days   int
		number string
	}{{0, "A6000"}, {2, "A7000"}, {4, "A6000"}, {5, "A001"}, {6, "A001"}} {
		day, number := on(a, row.days, queue.RequestID(fmt.Sprint("again-", row.days)))
		if number != row.number {
			t.Errorf("the day %d days later, %s, begins with %s, want %s", row.days, day, number, row.number)
		}
		end(t, a)
		a = standing(t, data) // a restart in between changes nothing
	}
	end(t, a)
}

// TestABranchThatIsPutBackTooOftenSaysSoAndStartsAgainTwoDaysLater uses all blocks of a Day up: nobody knows a number then that
// nobody holds, today or, of what was lent, tomorrow.
func TestABranchThatIsPutBackTooOftenSaysSoAndStartsAgainTwoDaysLater(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(data, "branch.db")
	a := standing(t, data)
	end(t, a)
	copied, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	end(t, standing(t, data)) // which the copy does not know
	back := func() {
		t.Helper()
		for _, name := range []string{file + "-wal", file + "-shm"} {
			if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(file, copied, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var day queue.Date
	for _, want := range []int{6000, 7000, 8000, 9000} {
		back()
		a = standing(t, data)
		if err := a.engine.Read(t.Context(), func(d *queue.Day, _ time.Time) {
			if day = d.Date(); d.Recovered().From != want {
				t.Errorf("goes on from %d, want %d", d.Recovered().From, want)
			}
		}); err != nil {
			t.Fatal(err)
		}
		end(t, a)
	}
	guard, err := os.ReadFile(file + ".guard")
	if err != nil {
		t.Fatal(err)
	}
	date, err := time.Parse(time.DateOnly, string(day))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		ago    int // days since all blocks were begun
		starts bool
	}{{0, false}, {1, false}, {2, true}} {
		back()
		then := date.AddDate(0, 0, -row.ago).Format(time.DateOnly)
		if err := os.WriteFile(file+".guard", bytes.ReplaceAll(guard, []byte(day), []byte(then)), 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := opening(t, data)
		if starts := err == nil; starts != row.starts || !starts && !errors.Is(err, errNoBlock) {
			t.Errorf("%d days after it starts %t: %v", row.ago, starts, err)
		}
		end(t, a)
	}
}
