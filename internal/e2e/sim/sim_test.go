package sim

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

// lived runs a seed and holds it to what must be.
func lived(t *testing.T, cfg Config) Result {
	t.Helper()
	r, err := Run(t.Context(), cfg)
	if err != nil {
		t.Error(err)
	}
	return r
}

// asked is a size that the environment asks for.
func asked(t *testing.T, name string, usual int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s=%q: %v", name, text, err)
	}
	return n
}

// TestSeedsLoseAndDoubleNothing lives some seeds in which everything goes wrong: nothing acknowledged is gone, nothing
// was taken in twice, no number is on two papers and no request under two numbers, and headquarters ends with the
// journals of its branches.
func TestSeedsLoseAndDoubleNothing(t *testing.T) {
	seeds := 4
	if testing.Short() {
		seeds = 2
	}
	var sum Result
	for seed := range asked(t, "BALCAO_SIM_SEEDS", seeds) {
		sum.Add(lived(t, Config{Seed: uint64(1000 + seed), Branches: 1, Kiosks: 4, Span: 24 * time.Hour, Tickets: 120}))
	}
	t.Log(sum)
	if sum.Kills == 0 || sum.Cuts == 0 || sum.Restores == 0 && !testing.Short() {
		t.Errorf("nothing went wrong: %s", sum)
	}
	if given := sum.Numbered + sum.Slips; sum.Numbered*100 < 95*given {
		t.Errorf("%d of %d papers have a number, want 95 %%", sum.Numbered, given)
	}
}

// TestThreeDaysWithoutHeadquarters: a partition of 72 h changes nothing for citizens, and heals by itself.
func TestThreeDaysWithoutHeadquarters(t *testing.T) {
	if testing.Short() {
		t.Skip("lives three days: not with -short")
	}
	r := lived(t, Config{Seed: 72, Branches: 1, Kiosks: 2, Span: 74 * time.Hour, Away: 72 * time.Hour, Tickets: 120})
	t.Log(r)
}

// TestACountryOfTwentyBranches is the whole size: 20 branches with 100 kiosks, for an afternoon.
func TestACountryOfTwentyBranches(t *testing.T) {
	if testing.Short() {
		t.Skip("opens 121 databases: not with -short")
	}
	r := lived(t, Config{Seed: 20, Branches: 20, Kiosks: 5, Span: 4 * time.Hour, Tickets: 200})
	t.Log(r)
}

// TestASeedAlwaysLivesTheSameDays: what cannot be lived again cannot be repaired.
func TestASeedAlwaysLivesTheSameDays(t *testing.T) {
	var traces [2]strings.Builder
	var digests [2]uint64
	for i := range traces {
		r := lived(t, Config{Seed: 5, Branches: 1, Kiosks: 3, Span: 12 * time.Hour, Tickets: 60, Trace: &traces[i]})
		digests[i] = r.Digest
	}
	if digests[0] == digests[1] {
		return
	}
	a, b := strings.Split(traces[0].String(), "\n"), strings.Split(traces[1].String(), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("line %d is\n%s\nand, lived again,\n%s", i+1, a[i], b[i])
		}
	}
	t.Fatal("one is longer")
}

// TestTheWitnessSeesWhatIsWrong: a witness that accuses nobody proves nothing.
func TestTheWitnessSeesWhatIsWrong(t *testing.T) {
	for name, wrong := range map[string]func(w *world){
		"two papers of one number": func(w *world) {
			k := w.branches[0].kiosks[0]
			w.witness.papers[k.branch.name+" 2026-11-23 A001"] = "somebody else"
		},
		"a lost acknowledgement": func(w *world) {
			for key, a := range w.witness.marks {
				a.HWM += 1000
				w.witness.marks[key] = a
			}
		},
		"a paper that nobody knows": func(w *world) {
			k := w.branches[0].kiosks[0]
			w.witness.fates["nobody's"] = &fate{kiosk: k, day: k.today(), number: "A777", moved: true}
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := Config{Seed: 3, Branches: 1, Kiosks: 1, Span: 3 * time.Hour, Tickets: 40, Calm: true}
			cfg.spoil = func(w *world) {
				w.after(90*time.Minute, func() error { wrong(w); return nil })
				w.after(91*time.Minute, func() error { return w.branches[0].die(time.Second) })
			}
			if name == "two papers of one number" {
				cfg.spoil = wrong
			}
			_, err := Run(t.Context(), cfg)
			if err == nil || !strings.Contains(err.Error(), "go run ./internal/e2e/prove sim -seed 3 ") {
				t.Errorf("it was passed over, or the command is missing: %v", err)
			}
		})
	}
}
