package device_test

import (
	"path/filepath"
	"testing"
	"time"

	"balcao/printers"
	"balcao/printers/device"
	"balcao/printers/printertest"
	"balcao/printers/serialport"
)

// emblem is a picture that holds all bytes, those that a printer obeys in real time among them.
func emblem(seed byte) printers.Picture {
	bits := make([]byte, 12*40)
	for i := range bits {
		bits[i] = byte(i)*7 + seed
	}
	copy(bits[100:], []byte{0x10, 0x04, 0x01, 0x10, 0x14, 0x08, 0x18, 0x1b, 0x06, 0x01, 0x11, 0x13})
	return printers.NewPicture(12, 40, bits)
}

// withEmblem is a slip with pictures at its top.
func withEmblem(number string, all ...printers.Picture) printers.Slip {
	s := slip(number)
	form := printers.Standard()
	for _, p := range all {
		form.Parts = append([]printers.Part{{Kind: printers.PartLogo, Picture: &p}}, form.Parts...)
	}
	s.Form = &form
	return s
}

func (b *bench) until(what string, so func() bool) {
	b.t.Helper()
	changed, cancel := b.virtual.Subscribe()
	defer cancel()
	deadline := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-changed:
		case <-tick.C:
		case <-deadline:
			b.t.Fatalf("never: %s", what)
		}
	}
}

func (b *bench) keeps(n int) func() bool {
	return func() bool { _, kept := b.Logos(); return kept == n }
}

// printsAtTop tells whether the last slip begins with a picture that looks as it should, dots that a printer may obey
// apart, and whether it came out of the memory.
func (b *bench) printsAtTop(p printers.Picture) {
	b.t.Helper()
	papers := b.virtual.Papers()
	var rows []byte
	width := 0
	for _, i := range papers[len(papers)-1].Items {
		if i.Raster == nil {
			break
		}
		rows, width = append(rows, i.Raster...), i.Width
	}
	want, _ := p.Centred(576)
	differ := 0
	for y := range p.Rows {
		for x := range 576 {
			dot := func(row []byte, wide int) bool {
				at := y*wide/8 + x/8
				return x < wide && at < len(row) && row[at]&(0x80>>(x%8)) != 0
			}
			placed := want
			if width == 8*p.Columns || width == 8*(p.Columns+1) { // kept without the white at its left: the printer centres it
				placed = p
			}
			if dot(rows, width) != dot(placed.Bits, 8*placed.Columns) {
				differ++
			}
		}
	}
	if rows == nil || differ > 6 {
		b.t.Errorf("the slip's picture of %d bytes, %d dots wide, differs in %d dots", len(rows), width, differ)
	}
}

var keepers = []string{"virtual/escpos-80", "virtual/custom-80", "virtual/star-80", "virtual/starprnt-80"}

// TestAPictureIsStoredOnceAndPrintedFromTheMemory for every dialect: the slip itself does not bring it.
func TestAPictureIsStoredOnceAndPrintedFromTheMemory(t *testing.T) {
	for _, profile := range keepers {
		t.Run(profile, func(t *testing.T) {
			b := start(t, options{profile: profile})
			p := emblem(3)
			b.becomes(printers.Ready)
			b.want(withEmblem("A001", p), printers.Done, "")
			b.printsAtTop(p)
			b.KeepLogos([]printers.Picture{p})
			b.until("the picture is kept", b.keeps(1))
			b.until("the memory is written", func() bool { return b.virtual.LogoWrites() > 0 }) // the line holds what is sent
			if n := b.virtual.LogoWrites(); n != 1 {
				t.Errorf("the memory was written %d times", n)
			}
			b.want(withEmblem("A002", p), printers.Done, "")
			b.printsAtTop(p)
			other := emblem(99)
			b.KeepLogos([]printers.Picture{p, other})
			b.until("both are kept", b.keeps(2))
			b.want(withEmblem("A003", other), printers.Done, "")
			b.printsAtTop(other)
			b.wantSlips("A001", "A002", "A003")
		})
	}
}

// TestAPictureThatTheMemoryHasLostIsStoredAgain where the printer says what it keeps.
func TestAPictureThatTheMemoryHasLostIsStoredAgain(t *testing.T) {
	b := start(t, options{})
	p := emblem(3)
	b.KeepLogos([]printers.Picture{p})
	b.until("the picture is kept", b.keeps(1))
	b.set(printertest.Fault{Kind: printertest.PowerOff, On: true})
	b.becomes(printers.Disconnected)
	b.virtual.LoseLogos()
	b.set(printertest.Fault{Kind: printertest.PowerOff})
	b.until("the picture is kept again", func() bool { return b.virtual.LogoWrites() == 2 && b.keeps(1)() })
	b.want(withEmblem("A001", p), printers.Done, "")
	b.printsAtTop(p)
}

// TestANewRunTrustsTheBookAndThePrinter: nothing is written twice, and a key of somebody else's picture is not taken
// for ours.
func TestANewRunTrustsTheBookAndThePrinter(t *testing.T) {
	for _, profile := range keepers {
		t.Run(profile, func(t *testing.T) {
			b := start(t, options{profile: profile})
			p := emblem(3)
			b.becomes(printers.Ready)
			b.want(slip("A001"), printers.Done, "") // it began with a clearing, which nothing may be stored before
			b.KeepLogos([]printers.Picture{p})
			b.until("the picture is kept", b.keeps(1))
			b.RememberLogos(<-b.stored) // as the next run is told
			b.until("it is looked at again", b.keeps(1))
			b.until("the memory is written", func() bool { return b.virtual.LogoWrites() > 0 }) // the line holds what is sent
			if w := b.virtual.LogoWrites(); w != 1 {
				t.Errorf("the memory was written %d times", w)
			}
			b.ForgetLogos()
			b.until("it is stored for what is not known", func() bool { return b.virtual.LogoWrites() == 2 && b.keeps(1)() })
		})
	}
}

// TestAPrinterThatDoesNotTellGetsThePictureWithTheSlip: a mute list is no reason to keep a citizen waiting.
func TestAPrinterThatDoesNotTellGetsThePictureWithTheSlip(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "printer")
	virtual, err := printertest.New(printertest.Config{Link: link, Now: time.Now, BytesPerSecond: -1, MillimetresPerSecond: -1, NoLogoMemory: true})
	if err != nil {
		t.Fatal(err)
	}
	b := attach(t, virtual, options{profile: "virtual/escpos-80", open: func() (device.Transport, error) {
		return serialport.Open(serialport.Config{Path: link, Baud: 19200})
	}})
	p := emblem(3)
	b.KeepLogos([]printers.Picture{p})
	b.becomes(printers.Ready)
	b.want(withEmblem("A001", p), printers.Done, "")
	b.printsAtTop(p)
	if _, kept := b.Logos(); kept != 0 {
		t.Errorf("kept = %d", kept)
	}
}

// TestALineLostUnderAPictureDoesNotEatTheNextSlip: the printer keeps its power and waits for the rest of the picture. No
// picture made of both halves is trusted.
func TestALineLostUnderAPictureDoesNotEatTheNextSlip(t *testing.T) {
	for _, profile := range keepers {
		t.Run(profile, func(t *testing.T) {
			b := start(t, options{profile: profile})
			b.becomes(printers.Ready)
			b.want(slip("A001"), printers.Done, "")
			b.set(printertest.Fault{Kind: printertest.CableOut, On: true, AfterBytes: 200})
			p := striped()
			b.KeepLogos([]printers.Picture{p})
			b.becomes(printers.Disconnected)
			b.set(printertest.Fault{Kind: printertest.CableOut})
			b.becomes(printers.Ready)
			b.want(withEmblem("A002", p), printers.Done, "")
			b.printsAtTop(p)
			b.until("the picture is kept", b.keeps(1))
			b.want(withEmblem("A003", p), printers.Done, "")
			b.printsAtTop(p)
			b.wantSlips("A001", "A002", "A003")
		})
	}
}

// striped is a picture of more bytes than any question and slip.
func striped() printers.Picture {
	bits := make([]byte, 48*150)
	for i := range bits {
		bits[i] = 0x55
	}
	return printers.NewPicture(48, 150, bits)
}

// TestAClearingDoesNotTakeAPictureOutOfTheLineUnseen: the first slip of a run begins with one, and so does that after a torn
// slip; a printer that cannot be asked is not believed to keep what was on its way then.
func TestAClearingDoesNotTakeAPictureOutOfTheLineUnseen(t *testing.T) {
	for _, profile := range keepers {
		t.Run(profile, func(t *testing.T) {
			b := start(t, options{profile: profile})
			p := striped()
			b.KeepLogos([]printers.Picture{p})
			b.becomes(printers.Ready)
			b.want(withEmblem("A001", p), printers.Done, "")
			b.printsAtTop(p)
			b.until("the picture is kept", b.keeps(1))
			b.want(withEmblem("A002", p), printers.Done, "")
			b.printsAtTop(p)
			b.wantSlips("A001", "A002")
		})
	}
}

// TestAPictureBeforeATornSlipIsStoredAgain by a printer that is cleared and cannot be asked: nobody knows how much of the
// picture it had.
func TestAPictureBeforeATornSlipIsStoredAgain(t *testing.T) {
	for _, profile := range []string{"virtual/star-80", "virtual/starprnt-80"} {
		t.Run(profile, func(t *testing.T) {
			b := start(t, options{profile: profile})
			p := striped()
			b.becomes(printers.Ready)
			b.want(slip("A001"), printers.Done, "")
			b.KeepLogos([]printers.Picture{p})
			b.until("the memory is written", func() bool { return b.virtual.LogoWrites() == 1 })
			b.set(printertest.Fault{Kind: printertest.PaperOut, On: true, AfterBytes: 60})
			if outcome, err := b.Print(t.Context(), withEmblem("A002", p), nil); err == nil {
				t.Errorf("Print = %v, without paper", outcome)
			}
			b.set(printertest.Fault{Kind: printertest.PaperOut})
			b.becomes(printers.Ready)
			b.want(withEmblem("A003", p), printers.Done, "")
			b.printsAtTop(p)
			b.until("it is stored again", func() bool { return b.virtual.LogoWrites() == 2 && b.keeps(1)() })
			b.want(withEmblem("A004", p), printers.Done, "")
			b.printsAtTop(p)
		})
	}
}
