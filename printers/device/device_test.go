package device_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	profiles "balcao/firmware-profiles"
	"balcao/printers"
	"balcao/printers/device"
	"balcao/printers/printertest"
	"balcao/printers/serialport"
)

// patience only ends a test that hangs.
const patience = 60 * time.Second

// bench is a printer made of software, a serial line to it, and the device
// that is tested.
type bench struct {
	*device.Printer
	t       testing.TB
	virtual *printertest.Printer
	changes chan printers.Status
	late    chan string
	mouth   chan device.Mouth
	stored  chan map[int]string
}

type options struct {
	profile string
	confirm time.Duration
	virtual printertest.Config
	faults  []printertest.Fault
	open    func() (device.Transport, error)
}

func start(t testing.TB, o options) *bench {
	t.Helper()
	if p, ok := t.(interface{ Parallel() }); ok {
		p.Parallel() // they mostly wait
	}
	o.virtual.Link = filepath.Join(t.TempDir(), "printer")
	o.virtual.Now = time.Now
	if o.virtual.BytesPerSecond == 0 {
		o.virtual.BytesPerSecond = -1
	}
	if o.virtual.MillimetresPerSecond == 0 {
		o.virtual.MillimetresPerSecond = -1
	}
	if o.profile == "" {
		o.profile = "virtual/escpos-80"
	}
	o.virtual.Language = language(t, o.profile)
	virtual, err := printertest.New(o.virtual)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range o.faults {
		if err := virtual.Set(f); err != nil {
			t.Fatal(err)
		}
	}
	o.open = func() (device.Transport, error) {
		return serialport.Open(serialport.Config{Path: o.virtual.Link, Baud: 19200})
	}
	return attach(t, virtual, o)
}

// language is the one of a profile, for the virtual printer.
func language(t testing.TB, id string) printertest.Language {
	t.Helper()
	p, err := profiles.Load(id)
	if err != nil {
		t.Fatal(err)
	}
	return languages[p.Dialect]
}

var languages = map[string]printertest.Language{
	"escpos": printertest.ESCPOS, "star": printertest.Star, "starprnt": printertest.StarPRNT, "custom": printertest.Custom,
}

// attach runs a device at a virtual printer, and both until the test ends.
func attach(t testing.TB, virtual *printertest.Printer, o options) *bench {
	t.Helper()
	profile, err := profiles.Load(o.profile)
	if err != nil {
		t.Fatal(err)
	}
	dialect, err := device.Dialect(profile)
	if err != nil {
		t.Fatal(err)
	}
	if o.confirm == 0 {
		o.confirm = patience
	}
	b := &bench{t: t, virtual: virtual, changes: make(chan printers.Status, 1000), late: make(chan string, 10), mouth: make(chan device.Mouth, 100), stored: make(chan map[int]string, 10)}
	b.Printer = device.New(device.Config{
		Dialect: dialect,
		Open:    func(context.Context) (device.Transport, error) { return o.open() },
		Confirm: o.confirm,
		Now:     time.Now,
		Log:     slog.New(slog.DiscardHandler),
		Changed: func(s printers.Status) { b.changes <- s },
		Late:    func(id string) { b.late <- id },
		Mouth:   func(m device.Mouth) { b.mouth <- m },
		Stored:  func(book map[int]string) { b.stored <- book },
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- virtual.Run(ctx) }()
	go func() { ended <- b.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		for range 2 {
			select {
			case err := <-ended:
				if err != nil {
					t.Errorf("Run = %v", err)
				}
			case <-time.After(patience):
				t.Error("Run does not end")
			}
		}
	})
	return b
}

// becomes waits until the status says the given reason.
func (b *bench) becomes(want printers.Reason) {
	b.t.Helper()
	end := time.After(patience)
	for b.Status().Reason() != want {
		select {
		case <-b.changes:
		case <-end:
			b.t.Fatalf("status = %+v, want %s", b.Status(), want)
		}
	}
}

func (b *bench) set(f printertest.Fault) {
	b.t.Helper()
	if err := b.virtual.Set(f); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) want(s printers.Slip, result printers.Result, reason printers.Reason) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	got, err := b.Print(ctx, s, nil)
	if got.Result != result || got.Reason != reason {
		b.t.Fatalf("Print = %v %q (%v), want %v %q", got.Result, got.Reason, err, result, reason)
	}
	if (err == nil) != (result == printers.Done) || (err != nil && !errors.Is(err, device.ErrNotPrinted)) {
		b.t.Errorf("error = %v with result %v", err, result)
	}
}

// slips returns the numbers on the papers that were confirmed, and how many
// other pieces of paper there were.
func (b *bench) slips() (numbers []string, remains int) {
	for _, p := range b.virtual.Papers() {
		if p.ID == "" {
			remains++
			continue
		}
		numbers = append(numbers, p.Biggest())
	}
	return numbers, remains
}

func (b *bench) wantSlips(want ...string) {
	b.t.Helper()
	if got, _ := b.slips(); !slices.Equal(got, want) {
		b.t.Errorf("confirmed slips = %v, want %v", got, want)
	}
}

func slip(number string) printers.Slip {
	return printers.Slip{
		TicketID: "T-" + number, Number: number, Branch: "Loja de Cidadão Vila Serena", Body: "IRN Registos e Notariado",
		Service: "Cartão de Cidadão", Place: "Piso 0 · Balcões 1 a 6", Issued: "22-11-2026 10:24",
		Validity: "Válida só hoje.", QR: "https://b.example.pt/t/7K2MA023", Ahead: 7, Wait: printers.Wait{From: 20, To: 35},
	}
}

func TestASlipIsPrintedWhenThePrinterSaysSo(t *testing.T) {
	b := start(t, options{virtual: printertest.Config{BytesPerSecond: 11520, MillimetresPerSecond: 500}})
	b.becomes(printers.Ready)
	first := make(chan int, 1)
	outcome, err := b.Print(t.Context(), slip("A023"), func() { first <- len(b.virtual.Papers()) })
	if err != nil || outcome.Result != printers.Done || outcome.Weak {
		t.Fatalf("Print = %+v, %v", outcome, err)
	}
	if papers := <-first; papers != 0 {
		t.Errorf("the first byte was told after %d papers were out", papers)
	}
	b.want(slip("A024"), printers.Done, "")
	b.wantSlips("A023", "A024")
	if p := b.virtual.Papers()[0]; !p.Says("Cartão de Cidadão") || p.QR() != "https://b.example.pt/t/7K2MA023" {
		t.Errorf("paper says:\n%s", p.Text())
	}
}

func TestWithoutPaperNothingIsSent(t *testing.T) {
	b := start(t, options{faults: []printertest.Fault{{Kind: printertest.PaperOut, On: true}}})
	b.becomes(printers.PaperOut)
	b.want(slip("A023"), printers.Failed, printers.PaperOut)
	b.set(printertest.Fault{Kind: printertest.PaperOut})
	b.becomes(printers.Ready)
	b.want(slip("A023"), printers.Done, "")
	b.wantSlips("A023")
}

func TestAnOldCopyDoesNotComeOutWithTheReprint(t *testing.T) {
	for _, fault := range []printertest.Kind{printertest.PaperOut, printertest.CoverOpen} {
		t.Run(string(fault), func(t *testing.T) {
			b := start(t, options{})
			b.becomes(printers.Ready)
			b.set(printertest.Fault{Kind: fault, On: true, AfterBytes: 350})
			b.want(slip("A023"), printers.Failed, printers.Reason(fault))
			b.want(slip("A023"), printers.Failed, printers.Reason(fault))
			b.set(printertest.Fault{Kind: fault})
			b.becomes(printers.Ready)
			again := slip("A023")
			again.Copy = 2
			b.want(again, printers.Done, "")
			b.wantSlips("A023")
			papers := b.virtual.Papers()
			if last := papers[len(papers)-1]; !last.Says("2.ª via") {
				t.Errorf("the reprint is not marked:\n%s", last.Text())
			}
			if _, remains := b.slips(); remains != 1 {
				t.Errorf("pieces of the old copy = %d, want one, cut off", remains)
			}
		})
	}
}

func TestAPrinterThatStopsWithAFullBufferIsStillCleared(t *testing.T) {
	// The buffer is so small that the printer holds the flow in the middle of
	// the slip.
	b := start(t, options{virtual: printertest.Config{Buffer: 128, BytesPerSecond: 20000}})
	b.becomes(printers.Ready)
	b.set(printertest.Fault{Kind: printertest.PaperOut, On: true, AfterBytes: 150})
	b.want(slip("A023"), printers.Failed, printers.PaperOut)
	b.set(printertest.Fault{Kind: printertest.PaperOut})
	b.becomes(printers.Ready)
	b.want(slip("A023"), printers.Done, "")
	b.wantSlips("A023")
}

func TestAStuckCutterLeavesTheOutcomeOpen(t *testing.T) {
	b := start(t, options{})
	b.becomes(printers.Ready)
	b.set(printertest.Fault{Kind: printertest.CutterError, On: true, AfterBytes: 400})
	b.want(slip("A023"), printers.Unknown, printers.CutterError)
}

func TestASilentPrinterLeavesTheOutcomeOpen(t *testing.T) {
	b := start(t, options{confirm: 3 * time.Second, faults: []printertest.Fault{{Kind: printertest.Silent, On: true}}})
	b.becomes(printers.Ready)
	b.want(slip("A023"), printers.Unknown, printers.NotConfirmed)
	if n := len(b.virtual.Papers()); n != 1 {
		t.Errorf("papers = %d: the slip had come out", n)
	}
	b.set(printertest.Fault{Kind: printertest.Silent})
	b.want(slip("A024"), printers.Done, "")
}

func TestTheEndOfTheProgramLeavesTheOutcomeOpen(t *testing.T) {
	b := start(t, options{faults: []printertest.Fault{{Kind: printertest.Silent, On: true}}})
	b.becomes(printers.Ready)
	ctx, cancel := context.WithCancel(t.Context())
	outcome, err := b.Print(ctx, slip("A023"), cancel)
	if outcome.Result != printers.Unknown || outcome.Reason != printers.Stopping || !errors.Is(err, context.Canceled) {
		t.Errorf("Print = %+v, %v", outcome, err)
	}
	if outcome, err = b.Print(ctx, slip("A024"), nil); outcome.Result != printers.Failed || outcome.Reason != printers.Stopping {
		t.Errorf("Print after the end = %+v, %v; nothing was sent", outcome, err)
	}
}

func TestALateWordIsPassedOn(t *testing.T) {
	b := start(t, options{confirm: 300 * time.Millisecond, virtual: printertest.Config{MillimetresPerSecond: 120}})
	b.becomes(printers.Ready)
	b.want(slip("A023"), printers.Unknown, printers.NotConfirmed)
	select {
	case id := <-b.late:
		if id != "T-A023" {
			t.Errorf("late word for %q", id)
		}
	case <-time.After(patience):
		t.Fatal("the late word was not passed on")
	}
}

func TestAPulledCableLeavesTheOutcomeOpenAndThePrinterComesBack(t *testing.T) {
	b := start(t, options{virtual: printertest.Config{BytesPerSecond: 4000}})
	b.becomes(printers.Ready)
	b.set(printertest.Fault{Kind: printertest.CableOut, On: true, AfterBytes: 200})
	b.want(slip("A023"), printers.Unknown, printers.Disconnected)
	b.becomes(printers.Disconnected)
	b.want(slip("A024"), printers.Failed, printers.Disconnected)
	b.set(printertest.Fault{Kind: printertest.CableOut})
	b.becomes(printers.Ready)
	b.want(slip("A025"), printers.Done, "")
	if got, _ := b.slips(); got[len(got)-1] != "A025" {
		t.Errorf("slips = %v, want A025 last", got)
	}
}

func TestAPowerCutLeavesTheOutcomeOpen(t *testing.T) {
	b := start(t, options{confirm: 3 * time.Second})
	b.becomes(printers.Ready)
	b.set(printertest.Fault{Kind: printertest.PowerOff, On: true, AfterBytes: 300})
	b.want(slip("A023"), printers.Unknown, printers.NotConfirmed)
	b.becomes(printers.Disconnected) // it no longer answers
	b.want(slip("A024"), printers.Failed, printers.Disconnected)
	b.set(printertest.Fault{Kind: printertest.PowerOff})
	b.becomes(printers.Ready)
	b.want(slip("A024"), printers.Done, "")
	b.wantSlips("A024")
}

func TestGarbageIsNoConfirmation(t *testing.T) {
	b := start(t, options{confirm: 700 * time.Millisecond, faults: []printertest.Fault{{Kind: printertest.Silent, On: true}}})
	b.becomes(printers.Ready)
	b.set(printertest.Fault{Kind: printertest.Garbage, On: true, AfterBytes: 300})
	b.want(slip("A023"), printers.Unknown, printers.NotConfirmed)
}

func TestAPrinterThatIsMissingAtTheStartIsFoundLater(t *testing.T) {
	b := start(t, options{faults: []printertest.Fault{{Kind: printertest.CableOut, On: true}}})
	b.want(slip("A023"), printers.Failed, printers.Disconnected)
	b.set(printertest.Fault{Kind: printertest.CableOut})
	b.becomes(printers.Ready)
	b.want(slip("A023"), printers.Done, "")
}

func TestPaperNearItsEndStillPrints(t *testing.T) {
	b := start(t, options{faults: []printertest.Fault{{Kind: printertest.NearEnd, On: true}}})
	b.becomes(printers.NearEnd)
	b.want(slip("A023"), printers.Done, "")
}

func TestASlipThatCannotBePrintedIsRefused(t *testing.T) {
	b := start(t, options{})
	b.becomes(printers.Ready)
	bad := slip("A023")
	bad.QR = strings.Repeat("x", printers.MaxQR+1)
	b.want(bad, printers.Failed, printers.BadSlip)
}

func TestHalfASlipFromBeforeARestartIsCutOff(t *testing.T) {
	link := filepath.Join(t.TempDir(), "printer")
	virtual, err := printertest.New(printertest.Config{Link: link, Now: time.Now, BytesPerSecond: -1, MillimetresPerSecond: -1})
	if err != nil {
		t.Fatal(err)
	}
	half, err := serialport.Open(serialport.Config{Path: link, Baud: 19200})
	if err != nil {
		t.Fatal(err)
	}
	changed, cancel := virtual.Subscribe()
	defer cancel()
	b := attach(t, virtual, options{profile: "virtual/escpos-80", confirm: patience, open: func() (device.Transport, error) {
		return serialport.Open(serialport.Config{Path: link, Baud: 19200})
	}})
	if _, err := half.Write(t.Context(), []byte("\x1b@Half of A022\nand a command cut sh\x1d(k\x40")); err != nil {
		t.Fatal(err)
	}
	for !virtual.State().Printing {
		select {
		case <-changed:
		case <-time.After(patience):
			t.Fatal("the half slip does not arrive")
		}
	}
	if err := half.Close(); err != nil {
		t.Fatal(err)
	}
	b.becomes(printers.Ready)
	b.want(slip("A023"), printers.Done, "")
	b.wantSlips("A023")
	if papers := virtual.Papers(); len(papers) != 2 || !papers[0].Says("Half of A022") || papers[1].Says("A022") {
		t.Errorf("papers = %d, want the half slip and the whole one apart", len(papers))
	}
}

func TestSlipsAskedForTogetherComeOutOneByOne(t *testing.T) {
	b := start(t, options{})
	b.becomes(printers.Ready)
	done := make(chan error, 5)
	for _, n := range []string{"A1", "A2", "A3", "A4", "A5"} {
		go func() {
			_, err := b.Print(t.Context(), slip(n), nil)
			done <- err
		}()
	}
	for range 5 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	got, remains := b.slips()
	slices.Sort(got)
	if !slices.Equal(got, []string{"A1", "A2", "A3", "A4", "A5"}) || remains != 0 {
		t.Errorf("slips = %v and %d others", got, remains)
	}
}

// BenchmarkPrintToFirstByte measures from the call to the first byte that the
// serial line has accepted.
func BenchmarkPrintToFirstByte(b *testing.B) {
	d := start(b, options{})
	d.becomes(printers.Ready)
	var sum time.Duration
	for b.Loop() {
		begin := time.Now()
		if _, err := d.Print(b.Context(), slip("A023"), func() { sum += time.Since(begin) }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(sum.Nanoseconds())/float64(b.N), "ns/first-byte")
}
