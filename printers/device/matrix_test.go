package device_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	profiles "balcao/firmware-profiles"
	"balcao/printers"
	"balcao/printers/device"
	"balcao/printers/printertest"
)

var update = flag.Bool("update", false, "write the matrix of faults into docs/printers.md; needs BALCAO_SOAK")

// soaking tells whether this is the long form.
func soaking() bool { return os.Getenv("BALCAO_SOAK") != "" }

const (
	matrixPaper = "../../docs/printers.md"
	matrixBegin = "<!-- made by printers/device, TestNoFaultMakesAGhost: begin -->\n"
	matrixEnd   = "<!-- end -->"
	everyByte   = 16 // between two places of a job at which a fault begins
	manyCells   = 24 // tried at the same time; they mostly wait
)

// cell is one fault at one place of a job, over one kind of cable.
type cell struct {
	profile string
	cable   cable
	kind    printertest.Kind
	at      int // bytes of the job obeyed before it begins
}

// verdict is what became of it.
type verdict struct {
	first, again        printers.Result
	reprinted           bool
	ghost, double, lost bool
	err                 error
}

// TestNoFaultMakesAGhost breaks each printer in every way, at places all over the job of a slip, and then does what a
// kiosk does: a slip known to have failed is printed again. Law: a slip that is said to have failed is not in anybody's
// hand (ghost), no number is on two whole slips of which neither says that it is a copy, or on one and a copy of it
// (double), and a slip that is said to be printed is there (lost).
func TestNoFaultMakesAGhost(t *testing.T) {
	if testing.Short() {
		t.Skip("breaks a printer some hundred times")
	}
	var cells []cell
	places := map[string]int{}
	for _, id := range matrixProfiles {
		length := jobLength(t, id)
		places[id] = length / everyByte
		for _, kind := range printertest.Kinds() {
			for place := 1; place*everyByte <= length; place++ {
				for _, c := range cables {
					// The end is where it is decided whether the slip was cut.
					if soaking() || place%c.step() == 1 || place*everyByte > length-2*everyByte {
						cells = append(cells, cell{profile: id, cable: c, kind: kind, at: place * everyByte})
					}
				}
			}
		}
	}
	outcomes := map[string]int{}
	var mu sync.Mutex
	var work sync.WaitGroup
	gate := make(chan struct{}, manyCells)
	for _, c := range cells {
		gate <- struct{}{}
		work.Go(func() {
			defer func() { <-gate }()
			v := c.try(filepath.Join(t.TempDir(), "printer"))
			mu.Lock()
			defer mu.Unlock()
			outcomes[v.first.String()]++
			if v.err != nil || v.ghost || v.double || v.lost {
				t.Errorf("%s over %s, %s after %d bytes: %+v", c.profile, c.cable, c.kind, c.at, v)
			}
		})
	}
	work.Wait()
	t.Logf("%d cells: %v", len(cells), outcomes)
	if outcomes["printed"] == 0 || outcomes["failed"] == 0 || outcomes["unknown"] == 0 {
		t.Errorf("outcomes %v: one never came", outcomes)
	}
	keepTable(t, places)
}

var matrixProfiles = []string{"virtual/escpos-80", "virtual/star-80", "virtual/starprnt-80", "virtual/custom-80"}

func jobLength(t *testing.T, id string) int {
	t.Helper()
	job, err := dialectOf(t, id).Encode(slip("A023"), 1)
	if err != nil {
		t.Fatal(err)
	}
	return len(job.Bytes)
}

func dialectOf(t testing.TB, id string) printers.Dialect {
	t.Helper()
	p, err := profiles.Load(id)
	if err != nil {
		t.Fatal(err)
	}
	d, err := device.Dialect(p)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// table is what docs/printers.md says of the matrix. It is the same for every run that finds nothing.
func table(places map[string]int) string {
	var b strings.Builder
	b.WriteString("| fault | ESC/POS | Star Line | StarPRNT | CUSTOM |\n|---|---|---|---|---|\n")
	for _, kind := range printertest.Kinds() {
		fmt.Fprintf(&b, "| `%s` |", kind)
		for _, id := range matrixProfiles {
			fmt.Fprintf(&b, " %d places × %d cables: 0 · 0 · 0 |", places[id], len(cables))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// keepTable compares the table with the paper, or writes it after a run that was whole.
func keepTable(t *testing.T, places map[string]int) {
	t.Helper()
	raw, err := os.ReadFile(matrixPaper)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(raw), matrixBegin)
	old, after, closed := strings.Cut(rest, matrixEnd)
	if !found || !closed {
		t.Fatalf("%s has no place for the matrix", matrixPaper)
	}
	want := "\n" + table(places) + "\n"
	switch {
	case *update && soaking() && !t.Failed():
		if err := os.WriteFile(matrixPaper, []byte(before+matrixBegin+want+matrixEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
	case old != want && !*update:
		t.Errorf("%s is not what the matrix says: run BALCAO_SOAK=1 go test ./printers/device -run Ghost -update", matrixPaper)
	}
}

// try breaks one printer at one place, and does what a kiosk does then.
func (c cell) try(link string) (v verdict) {
	p, err := profiles.Load(c.profile)
	if err != nil {
		return verdict{err: err}
	}
	d, err := device.Dialect(p)
	if err != nil {
		return verdict{err: err}
	}
	virtual, err := printertest.New(printertest.Config{Link: link, Language: languages[p.Dialect], BytesPerSecond: -1, MillimetresPerSecond: -1, Now: time.Now})
	if err != nil {
		return verdict{err: err}
	}
	told := make(chan struct{}, 1)
	open, unplug, err := c.cable.plug(link)
	if err != nil {
		return verdict{err: err}
	}
	defer unplug()
	dev := device.New(device.Config{
		Dialect: d, Confirm: 1500 * time.Millisecond, Now: time.Now, Log: slog.New(slog.DiscardHandler), Open: open,
		Changed: func(printers.Status) {
			select {
			case told <- struct{}{}:
			default:
			}
		},
	})
	ctx, cancel := context.WithTimeout(context.Background(), 4*patience)
	defer cancel()
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 2)
	go func() { ended <- virtual.Run(running) }()
	go func() { ended <- dev.Run(running) }()
	defer func() {
		stop()
		v.err = errors.Join(v.err, <-ended, <-ended)
	}()
	ready := func() error {
		for !dev.Status().Ready() {
			select {
			case <-told:
			case <-ctx.Done():
				return fmt.Errorf("printer is never ready: %s", dev.Status().Reason())
			}
		}
		return nil
	}
	put := func(number string, copies int) printers.Result {
		s := slip(number)
		s.Copy = copies
		outcome, _ := dev.Print(ctx, s, nil) // the outcome says what is known
		return outcome.Result
	}
	if v.err = ready(); v.err != nil {
		return v
	}
	for put("A022", 1) != printers.Done { // a machine under load may be slow to hear the word
		if ctx.Err() != nil {
			v.err = errors.New("a sound printer does not print")
			return v
		}
	}
	if v.err = virtual.Set(printertest.Fault{Kind: c.kind, On: true, AfterBytes: c.at}); v.err != nil {
		return v
	}
	v.first = put("A023", 1)
	if v.err = virtual.Set(printertest.Fault{Kind: c.kind}); v.err != nil {
		return v
	}
	if v.err = ready(); v.err != nil {
		return v
	}
	if v.first == printers.Failed {
		v.reprinted, v.again = true, put("A023", 2)
	}
	last := put("A024", 1) // whatever the printer still held is out now
	if v.err = ready(); v.err != nil {
		return v
	}
	v.judge(virtual.Papers(), last)
	return v
}

// judge looks at the paper.
func (v *verdict) judge(papers []printertest.Paper, last printers.Result) {
	whole := func(number, mark string) int {
		return len(slices.DeleteFunc(slices.Clone(papers), func(p printertest.Paper) bool {
			return p.Biggest() != number || !p.Says("T-"+number) || p.Says("2.ª via") != (mark != "")
		}))
	}
	originals, copies := whole("A023", ""), whole("A023", "2.ª via")
	v.ghost = v.first == printers.Failed && originals > 0
	v.double = originals > 1 || copies > 1 || originals > 0 && copies > 0
	v.lost = v.first == printers.Done && originals == 0 || v.reprinted && v.again == printers.Done && copies == 0 ||
		last == printers.Done && whole("A024", "") == 0
}
