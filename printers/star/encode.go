// Package star speaks Star Line Mode and StarPRNT, the languages of Star's
// receipt printers.
//
// Command names and byte values follow Star's public "STAR Line Mode Command
// Specifications"; the comments name the command as it is called there. Which
// status bytes a printer sends depends on its firmware, so [Options] is filled
// from a profile with firmware ranges.
package star

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"balcao/printers"
)

// Options is what differs between printers that speak Star's language.
type Options struct {
	// Media is paper and head.
	Media printers.Media
	// CodePages in order of preference, with the n of ESC GS t n; the first
	// that has all letters of a slip is used, else the first.
	CodePages []printers.CodePage
	// FullCut cuts through; else the slip hangs by a point.
	FullCut bool
	// StatusPush makes the printer report its status by itself (ESC RS a).
	// Without it the end of a slip is seen at the next question only.
	StatusPush bool
	// Asks is true if ESC ACK SOH is answered.
	Asks bool
	// CanClear says that CAN forgets what is not printed at once, also while
	// the printer is stopped. Star's manual does not say so; measure it.
	CanClear bool
	// Presenter is true for models that hold the slip in their mouth.
	Presenter bool
	// NearEndSensor is true for models that have one.
	NearEndSensor bool
	// Confirmation is [printers.ByCounter] where the firmware sends byte 8 of
	// its status, else [printers.NoConfirmation].
	Confirmation printers.Confirmation
}

// Dialect is Star's language for one model. It implements [printers.Dialect],
// [printers.Cutter], [printers.Presenter], [printers.Sensors] and
// [printers.Identifier].
type Dialect struct {
	options Options
	tables  []*charmap.Charmap
}

// New checks the options and returns the dialect.
func New(o Options) (*Dialect, error) {
	if o.Media.CellWidth <= 0 || o.Media.CellHeight <= 0 || o.Media.Dots < 16*o.Media.CellWidth {
		return nil, fmt.Errorf("star: paper of %d dots with letters of %d by %d dots", o.Media.Dots, o.Media.CellWidth, o.Media.CellHeight)
	}
	if o.Media.QRModule < 1 || o.Media.QRModule > 8 {
		return nil, fmt.Errorf("star: QR module of %d dots; 1 to 8 can be set", o.Media.QRModule)
	}
	switch o.Confirmation {
	case printers.ByCounter, printers.NoConfirmation:
	case printers.ByID, printers.ByPresenter, printers.ByOrder:
		return nil, fmt.Errorf("star: confirmation %q; there are end-counter and none", o.Confirmation)
	}
	if len(o.CodePages) == 0 {
		return nil, fmt.Errorf("star: no code page")
	}
	d := &Dialect{options: o}
	for _, page := range o.CodePages {
		table, err := page.Table()
		if err != nil {
			return nil, fmt.Errorf("star: code page %d: %w", page.Number, err)
		}
		d.tables = append(d.tables, table)
	}
	d.options.CodePages = slices.Clone(o.CodePages)
	return d, nil
}

// Control bytes.
const (
	soh = 0x01
	ack = 0x06
	lf  = 0x0a
	xon = 0x11
	xof = 0x13
	syn = 0x16
	etb = 0x17
	can = 0x18
	esc = 0x1b
	gs  = 0x1d
	rs  = 0x1e
)

// Encode makes the job for a slip: reset, code page, the blocks of
// [printers.Layout], feed and cut, then ETB, which counts once all before it
// is printed. The id is not in the bytes; the parser knows the order of jobs.
func (d *Dialect) Encode(s printers.Slip, _ printers.JobID) (printers.Job, error) {
	if err := s.Check(); err != nil {
		return printers.Job{}, fmt.Errorf("encode slip: %w", err)
	}
	blocks := printers.Layout(s, d.options.Media)
	best := printers.Job{}
	for i := range d.tables {
		job := d.with(i, blocks)
		if i == 0 || len(job.Unprintable) < len(best.Unprintable) {
			best = job
		}
		if len(best.Unprintable) == 0 {
			break
		}
	}
	return best, nil
}

func (d *Dialect) with(i int, blocks []printers.Block) printers.Job {
	w := writer{out: make([]byte, 0, 1024), table: d.tables[i]}
	w.put(esc, '@')                                    // ESC @: modes as after power on
	w.put(esc, 'R', 0)                                 // ESC R: no national variants
	w.put(esc, gs, 't', d.options.CodePages[i].Number) // ESC GS t: code page
	w.put(esc, '0')                                    // ESC 0: lines of 3 mm, the height of a letter
	for _, b := range blocks {
		w.block(b)
	}
	w.put(d.Cut()...)
	if d.options.Confirmation == printers.ByCounter {
		w.put(etb)
	}
	return printers.Job{Bytes: w.out, Unprintable: w.lacking}
}

// Cut is ESC d 2 or 3: feed to the blade, cut through or leave a point.
func (d *Dialect) Cut() []byte {
	if d.options.FullCut {
		return []byte{esc, 'd', 2}
	}
	return []byte{esc, 'd', 3}
}

// Greeting turns automatic status on (ESC RS a 1).
func (d *Dialect) Greeting() []byte {
	if !d.options.StatusPush {
		return nil
	}
	return []byte{esc, rs, 'a', 1}
}

// Question is ESC ACK SOH, which is answered on receipt, whatever waits in
// the buffer.
func (d *Dialect) Question(int) []byte {
	if !d.options.Asks {
		return nil
	}
	return []byte{esc, ack, soh}
}

// Clear is CAN, which also sets the ETB counter to zero without telling, and
// two questions, whose answers tell.
func (d *Dialect) Clear() []byte {
	if !d.options.CanClear {
		return nil
	}
	return []byte{can, esc, ack, soh, esc, ack, soh}
}

// Separate feeds and cuts. In front of it come zeros and a reset: should the
// printer still wait for the arguments of a command that was cut short, they
// are eaten as those.
func (d *Dialect) Separate() []byte {
	out := make([]byte, printers.MaxQR+8, printers.MaxQR+16)
	return append(append(out, esc, '@'), d.Cut()...)
}

// Confirms says what Encode asks for.
func (d *Dialect) Confirms() printers.Confirmation { return d.options.Confirmation }

// NewParser returns a reader of the printer's answers.
func (d *Dialect) NewParser() printers.Parser {
	return &Parser{counter: d.options.Confirmation == printers.ByCounter}
}

// NearEnd tells whether the model has a sensor for it.
func (d *Dialect) NearEnd() bool { return d.options.NearEndSensor }

// AskRetracted is nil: the position of the paper tells by itself.
func (d *Dialect) AskRetracted() []byte { return nil }

// Eject is nil: Star's presenters have no command for it.
func (d *Dialect) Eject() []byte { return nil }

// Retract is ESC SYN 0: draw the waiting slip back.
func (d *Dialect) Retract() []byte {
	if !d.options.Presenter {
		return nil
	}
	return []byte{esc, syn, '0', 0}
}

// AskIdentity is ESC # *, answered with model and version.
func (d *Dialect) AskIdentity() [][]byte { return [][]byte{{esc, '#', '*', lf, 0}} }

// ReadIdentity reads "TSP700Ver3.2".
func (d *Dialect) ReadIdentity(answers []string) printers.Identity {
	if len(answers) == 0 || answers[0] == "" {
		return printers.Identity{}
	}
	model, version, _ := strings.Cut(answers[0], "Ver")
	return printers.Identity{Maker: "STAR", Model: strings.TrimSpace(model), Firmware: strings.TrimSpace(version)}
}

type writer struct {
	out     []byte
	table   *charmap.Charmap
	lacking []rune

	width, height                 int // as set, 0 and 0 at the start
	bold, inverse, ruled, centred bool
}

func (w *writer) put(b ...byte) { w.out = append(w.out, b...) }

func (w *writer) block(b printers.Block) {
	switch b := b.(type) {
	case printers.Line:
		w.line(b)
	case printers.Gap:
		for rest := b.Dots; rest > 0; rest -= 255 {
			w.put(esc, 'I', byte(min(rest, 255))) // ESC I: feed n/8 mm, which is dots
		}
	case printers.Code:
		w.code(b)
	}
}

// most is how many times a letter can be widened or heightened: ESC i takes 0
// to 5.
const most = 6

func (w *writer) line(l printers.Line) {
	w.alignment(l.Centred)
	w.mode(&w.inverse, l.Inverse, []byte{esc, '4'}, []byte{esc, '5'})   // white on black
	w.mode(&w.ruled, l.Ruled, []byte{esc, '-', 1}, []byte{esc, '-', 0}) // line below
	for _, s := range l.Spans {
		if s.Text == "" {
			continue
		}
		w.mode(&w.bold, s.Bold, []byte{esc, 'E'}, []byte{esc, 'F'})
		if width, height := min(s.Width, most)-1, min(s.Height, most)-1; width != w.width || height != w.height {
			w.width, w.height = width, height
			w.put(esc, 'i', byte(height), byte(width)) // height first
		}
		var lacking []rune
		w.out, lacking = printers.Letters(w.out, w.table, s.Text)
		w.lacking = append(w.lacking, lacking...)
	}
	w.put(lf)
}

func (w *writer) mode(now *bool, want bool, on, off []byte) {
	switch {
	case *now == want:
	case want:
		w.put(on...)
	default:
		w.put(off...)
	}
	*now = want
}

func (w *writer) alignment(centred bool) {
	w.mode(&w.centred, centred, []byte{esc, gs, 'a', 1}, []byte{esc, gs, 'a', 0})
}

// code draws a QR code with ESC GS y.
func (w *writer) code(c printers.Code) {
	w.alignment(true)
	w.put(esc, gs, 'y', 'S', '0', 2)              // model 2
	w.put(esc, gs, 'y', 'S', '1', 1)              // level M
	w.put(esc, gs, 'y', 'S', '2', byte(c.Module)) // side of a square
	n := len(c.Text)                              //
	w.put(esc, gs, 'y', 'D', '1', 0, byte(n), byte(n>>8))
	w.out = append(w.out, c.Text...)
	w.put(esc, gs, 'y', 'P') // print
}
