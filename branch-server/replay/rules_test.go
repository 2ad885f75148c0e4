package replay_test

import (
	"strings"
	"testing"
	"time"

	"balcao/branch-server/replay"
	"balcao/internal/trace"
)

// TestPriorityByLawWaitsAQuarter holds the default rule to its bar on forty made-up days: who has priority by law waits,
// at the 95th percentile, at most a quarter of what first come, first served would make them wait.
func TestPriorityByLawWaitsAQuarter(t *testing.T) {
	n := 40
	if testing.Short() {
		n = 8
	}
	var days []trace.Day
	for seed := range n {
		days = append(days, trace.Generate(uint64(seed)))
	}
	all, err := replay.Compared(days, replay.Rules())
	if err != nil {
		t.Fatal(err)
	}
	fcfs, lawful := all[0], all[1]
	if a, b := replay.P95(lawful.Law), replay.P95(fcfs.Law); a > b/4 {
		t.Errorf("priority by law waits %s at p95; first come, first served %s", a, b)
	}
	if len(fcfs.Law) < n*20 || len(fcfs.Booked) < n*60 || fcfs.Tickets < n*500 {
		t.Errorf("%d days hold %d tickets, %d with priority, %d booked", n, fcfs.Tickets, len(fcfs.Law), len(fcfs.Booked))
	}
	var table strings.Builder
	if err := replay.WriteTable(&table, all); err != nil || strings.Count(table.String(), "\n") != 2+len(all) {
		t.Errorf("table: %v\n%s", err, &table)
	}
	t.Log("\n" + table.String())
}

func TestAGeneratedDayIsTheSameForTheSameSeed(t *testing.T) {
	a, b, other := trace.Generate(3), trace.Generate(3), trace.Generate(4)
	if len(a.Arrivals) != len(b.Arrivals) || a.Arrivals[10] != b.Arrivals[10] || a.Counters[3].Speed != b.Counters[3].Speed {
		t.Error("seed 3 gave two days")
	}
	if len(a.Arrivals) == len(other.Arrivals) && a.Arrivals[10] == other.Arrivals[10] {
		t.Error("seeds 3 and 4 gave one day")
	}
	last := time.Duration(0)
	for _, c := range a.Arrivals {
		if c.At < last || c.At < a.Open || c.At >= a.Close {
			t.Fatalf("citizen %d comes at %s", c.ID, c.At)
		}
		last = c.At
	}
}
