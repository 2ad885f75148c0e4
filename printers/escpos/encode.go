// Package escpos speaks ESC/POS, the language of Epson's receipt printers and
// of most others.
//
// Command names and byte values follow Epson's public ESC/POS reference; the
// comments name the command as it is called there. Where makers differ, the
// difference is in [Options], which a device profile fills.
package escpos

import (
	"cmp"
	"fmt"
	"slices"

	"golang.org/x/text/encoding/charmap"

	"balcao/printers"
)

// Options is what differs between printers that speak ESC/POS.
type Options struct {
	// Media is paper and head.
	Media printers.Media
	// Area is how many dots of a wider head lie over the paper; 0 is all of
	// them. It is told with each slip (GS W), so that the middle is the paper's.
	Area int
	// CodePages in order of preference; the first that has all letters of a
	// slip is used, else the first.
	CodePages []CodePage
	// LeaveKanji sends FS . so that printers for Asian markets do not read
	// two accented letters as one sign.
	LeaveKanji bool
	// FullCut cuts through; else the slip hangs by a point.
	FullCut bool
	// CutFeed is how many dots to feed before the cut, beyond the distance
	// from head to blade that the printer knows itself.
	CutFeed byte
	// StatusPush makes the printer report its status by itself (GS a).
	StatusPush bool
	// Questions are the n of DLE EOT n that the printer answers, 1 to 4.
	Questions []byte
	// CanClear says that the printer knows DLE DC4 8, which forgets what is
	// not printed and answers when it has.
	CanClear bool
	// Confirmation is the best the printer can do.
	Confirmation printers.Confirmation
	// LogoMemory is true for models that keep pictures under keys (GS ( L).
	LogoMemory bool
	// QRStore is the m of the QR functions that store and print; 0 means 30h,
	// as Epson has it.
	QRStore byte
	// QRLevelM is the parameter for error correction level M; 0 means 31h, as
	// Epson has it.
	QRLevelM byte
	// Ending stands in place of the cut at the end of a slip, such as the
	// command of a kiosk printer that cuts and presents. Nil means a cut.
	Ending []byte
	// Cut stands in place of GS V where remains are cut off. Nil means GS V.
	Cut []byte
}

// Dialect is ESC/POS for one model. It implements [printers.Dialect].
type Dialect struct {
	options Options
	tables  []*charmap.Charmap
}

// New checks the options and returns the dialect.
func New(o Options) (*Dialect, error) {
	if o.Media.CellWidth <= 0 || o.Media.CellHeight <= 0 || o.Media.Dots < 16*o.Media.CellWidth {
		return nil, fmt.Errorf("escpos: paper of %d dots with letters of %d by %d dots", o.Media.Dots, o.Media.CellWidth, o.Media.CellHeight)
	}
	if o.Media.QRModule < 1 || o.Media.QRModule > 16 {
		return nil, fmt.Errorf("escpos: QR module of %d dots; 1 to 16 can be set", o.Media.QRModule)
	}
	if len(o.CodePages) == 0 {
		return nil, fmt.Errorf("escpos: no code page")
	}
	d := &Dialect{options: o}
	for _, page := range o.CodePages {
		table, err := page.Table()
		if err != nil {
			return nil, fmt.Errorf("escpos: code page %d: %w", page.Number, err)
		}
		d.tables = append(d.tables, table)
	}
	for _, n := range o.Questions {
		if n < 1 || n > 4 {
			return nil, fmt.Errorf("escpos: question %d; DLE EOT knows 1 to 4", n)
		}
	}
	d.options.CodePages = slices.Clone(o.CodePages)
	d.options.Questions = slices.Clone(o.Questions)
	return d, nil
}

// Control bytes.
const (
	lf  = 0x0a
	dle = 0x10
	xon = 0x11
	xof = 0x13
	esc = 0x1b
	fs  = 0x1c
	gs  = 0x1d

	eot = 0x04
	enq = 0x05
	dc4 = 0x14
)

// Encode makes the job for a slip: reset, code page, the blocks of
// [printers.Layout], feed and cut, then the request to confirm id.
func (d *Dialect) Encode(s printers.Slip, id printers.JobID) (printers.Job, error) {
	if err := s.Check(); err != nil {
		return printers.Job{}, fmt.Errorf("encode slip: %w", err)
	}
	blocks := printers.Layout(s, d.options.Media)
	best := printers.Job{}
	for i := range d.tables {
		job := d.with(i, blocks, id)
		if i == 0 || len(job.Unprintable) < len(best.Unprintable) {
			best = job
		}
		if len(best.Unprintable) == 0 {
			break
		}
	}
	return best, nil
}

// with encodes blocks in the i-th code page.
func (d *Dialect) with(i int, blocks []printers.Block, id printers.JobID) printers.Job {
	w := writer{out: make([]byte, 0, 1024), table: d.tables[i]}
	w.put(esc, '@') // ESC @: print buffer and modes as after power on
	if d.options.LeaveKanji {
		w.put(fs, '.') // FS .: leave Kanji mode
	}
	w.put(esc, 'R', 0)                             // ESC R: no national variants of # $ @ [ \ ] ^ { | } ~
	w.put(esc, 't', d.options.CodePages[i].Number) // ESC t: reset by ESC @, so set for each slip
	if n := d.options.Area; n > 0 {
		w.put(gs, 'W', byte(n), byte(n>>8))
	}
	// ESC 3: no white between lines, so that the lines of the bar touch;
	// every line is advanced by its own height at least.
	w.put(esc, '3', byte(d.options.Media.CellHeight))
	for _, b := range blocks {
		w.block(b, d.options)
	}
	if d.Fenced() {
		w.put(gs, 'r', 1) // GS r: answered in the order of the stream
	}
	if d.options.Ending != nil {
		w.put(d.options.Ending...)
	} else {
		w.cut(d.options)
	}
	w.confirm(d.options.Confirmation, id)
	return printers.Job{Bytes: w.out, Unprintable: w.lacking}
}

// Greeting turns status push on: GS a with on-line state, errors and paper,
// not the drawer.
func (d *Dialect) Greeting() []byte {
	if !d.options.StatusPush {
		return nil
	}
	return []byte{gs, 'a', 0x0e}
}

// Question asks DLE EOT n, which the printer answers at once, whatever waits
// in its buffer.
func (d *Dialect) Question(turn int) []byte {
	n, ok := question(d.options.Questions, turn)
	if !ok {
		return nil
	}
	return []byte{dle, eot, n}
}

func question(all []byte, turn int) (byte, bool) {
	if len(all) == 0 || turn < 0 {
		return 0, false
	}
	return all[turn%len(all)], true
}

// Clear is DLE DC4 8: forget receive and print buffer, then answer 37 25 00.
func (d *Dialect) Clear() []byte {
	if !d.options.CanClear {
		return nil
	}
	return []byte{dle, dc4, 8, 1, 3, 20, 1, 6, 2, 8}
}

// Separate feeds and cuts. In front of it come zeros and a reset: should the
// printer still wait for the arguments of a command that was cut short, they
// are eaten as those; the longest argument of ours is a QR text.
func (d *Dialect) Separate() []byte {
	w := writer{out: make([]byte, printers.MaxQR+8, printers.MaxQR+16)}
	w.put(esc, '@')
	w.cut(d.options)
	return w.out
}

// Fenced is true where it can matter: for a printer that can be made to forget,
// and whose last word is another.
func (d *Dialect) Fenced() bool { return d.options.CanClear && d.options.Confirmation == printers.ByID }

// Confirms says what Encode asks for.
func (d *Dialect) Confirms() printers.Confirmation { return d.options.Confirmation }

// NewParser returns a reader of the printer's answers.
func (d *Dialect) NewParser() printers.Parser {
	return &Parser{questions: d.options.Questions}
}

// AskIdentity is GS I for maker, model, firmware and serial number; the answers
// are text blocks.
func (d *Dialect) AskIdentity() [][]byte {
	return [][]byte{{gs, 'I', 0x42}, {gs, 'I', 0x43}, {gs, 'I', 0x41}, {gs, 'I', 0x44}}
}

// ReadIdentity takes the answers in the order of the questions.
func (d *Dialect) ReadIdentity(answers []string) printers.Identity {
	var id printers.Identity
	for i, into := range []*string{&id.Maker, &id.Model, &id.Firmware, &id.Serial} {
		if i < len(answers) {
			*into = answers[i]
		}
	}
	return id
}

// writer gathers the bytes of a job and remembers the modes it has set, so
// that a slip does not grow by a command for each piece of text.
type writer struct {
	out     []byte
	table   *charmap.Charmap
	lacking []rune

	size                          byte
	bold, inverse, ruled, centred bool
}

func (w *writer) put(b ...byte) { w.out = append(w.out, b...) }

func (w *writer) block(b printers.Block, o Options) {
	switch b := b.(type) {
	case printers.Line:
		w.line(b)
	case printers.Gap:
		for rest := b.Dots; rest > 0; rest -= 255 {
			w.put(esc, 'J', byte(min(rest, 255))) // ESC J: feed dots
		}
	case printers.Code:
		w.code(b, o)
	case printers.Logo:
		// GS ( L fn 69: print the picture whose key is two digits.
		if !o.LogoMemory {
			return
		}
		w.alignment(true)
		w.put(gs, '(', 'L', 6, 0, 0x30, 0x45, byte('0'+b.Number/10%10), byte('0'+b.Number%10), 1, 1)
	}
}

func (w *writer) line(l printers.Line) {
	w.alignment(l.Centred)
	w.mode(&w.inverse, l.Inverse, gs, 'B', 1) // GS B: white on black
	w.mode(&w.ruled, l.Ruled, esc, '-', 2)    // ESC -: line of two dots below
	for _, s := range l.Spans {
		if s.Text == "" {
			continue
		}
		w.mode(&w.bold, s.Bold, esc, 'E', 1) // ESC E: bold
		if size := byte((s.Width-1)<<4 | (s.Height - 1)); size != w.size {
			w.size = size
			w.put(gs, '!', size) // GS !: times the width and height
		}
		var lacking []rune
		w.out, lacking = printers.Letters(w.out, w.table, s.Text)
		w.lacking = append(w.lacking, lacking...)
	}
	w.put(lf)
}

func (w *writer) mode(now *bool, want bool, lead, command, on byte) {
	if *now == want {
		return
	}
	*now = want
	if !want {
		on = 0
	}
	w.put(lead, command, on)
}

func (w *writer) alignment(centred bool) {
	w.mode(&w.centred, centred, esc, 'a', 1) // ESC a: only at the start of a line
}

// code draws a QR code with the printer's own commands, GS ( k: a picture of
// it would take seconds on a serial line.
func (w *writer) code(c printers.Code, o Options) {
	store, level := cmp.Or(o.QRStore, 0x30), cmp.Or(o.QRLevelM, 0x31)
	w.alignment(true)
	w.put(gs, '(', 'k', 4, 0, 0x31, 0x41, 0x32, 0)              // fn 165: model 2
	w.put(gs, '(', 'k', 3, 0, 0x31, 0x43, byte(c.Module))       // fn 167: module size
	w.put(gs, '(', 'k', 3, 0, 0x31, 0x45, level)                // fn 169: level M
	n := len(c.Text) + 3                                        //
	w.put(gs, '(', 'k', byte(n), byte(n>>8), 0x31, 0x50, store) // fn 180: store
	w.out = append(w.out, c.Text...)
	w.put(gs, '(', 'k', 3, 0, 0x31, 0x51, store) // fn 181: print
}

func (w *writer) cut(o Options) {
	if o.Cut != nil {
		w.put(o.Cut...)
		return
	}
	kind := byte(0x42) // GS V B: feed to the blade and n dots on, leave a point
	if o.FullCut {
		kind = 0x41
	}
	w.put(gs, 'V', kind, o.CutFeed)
}

func (w *writer) confirm(c printers.Confirmation, id printers.JobID) {
	switch c {
	case printers.ByID:
		d := digits(id)
		w.put(gs, '(', 'H', 6, 0, 0x30, 0x30) // fn 48: answer when all before is printed
		w.put(d[:]...)
	case printers.ByOrder:
		w.put(gs, 'r', 1) // GS r: answered in the order of the stream
	case printers.ByCounter, printers.ByPresenter, printers.NoConfirmation:
		// Nothing to ask for: the first is another language, the second is
		// told by the sensor in the mouth.
	}
}

// digits writes an id as the four printable bytes the command allows.
func digits(id printers.JobID) [4]byte {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	var d [4]byte
	n := uint32(id) % printers.IDs
	for i := 3; i >= 0; i-- {
		d[i] = alphabet[n%36]
		n /= 36
	}
	return d
}

// undigits reads what digits wrote.
func undigits(d [4]byte) (printers.JobID, bool) {
	var n uint32
	for _, c := range d {
		switch {
		case c >= '0' && c <= '9':
			n = n*36 + uint32(c-'0')
		case c >= 'A' && c <= 'Z':
			n = n*36 + uint32(c-'A') + 10
		default:
			return 0, false
		}
	}
	return printers.JobID(n), true
}
