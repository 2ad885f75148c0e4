// Package escpos speaks ESC/POS, the language of Epson's receipt printers and
// of most others.
//
// Command names and byte values follow Epson's public ESC/POS reference; the
// comments name the command as it is called there. Where makers differ, the
// difference is in [Options], which a device profile fills.
package escpos

import (
	"fmt"
	"slices"

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
	// PrintLogo stands in place of GS ( L where a picture of the memory is
	// printed. Nil means GS ( L.
	PrintLogo func(n int) []byte
	// QRStore is the m of the QR functions that store and print; 0 means 30h,
	// as Epson has it.
	QRStore byte
	// QRLevelM is the parameter for error correction level M; 0 means 31h, as
	// Epson has it.
	QRLevelM byte
	// QRIsModel2 is true for printers whose codes are of model 2 after a reset:
	// they need not be told.
	QRIsModel2 bool
	// Ending stands in place of the cut at the end of a slip, such as the
	// command of a kiosk printer that cuts and presents. Nil means a cut.
	Ending []byte
	// Cut stands in place of GS V where remains are cut off. Nil means GS V.
	Cut []byte
}

// Dialect is ESC/POS for one model. It implements [printers.Dialect].
type Dialect struct {
	options  Options
	composer *printers.Composer
}

// New checks the options and returns the dialect.
func New(o Options) (*Dialect, error) {
	if o.Media.QRModule < 1 || o.Media.QRModule > 16 {
		return nil, fmt.Errorf("escpos: QR module of %d dots; 1 to 16 can be set", o.Media.QRModule)
	}
	for _, n := range o.Questions {
		if n < 1 || n > 4 {
			return nil, fmt.Errorf("escpos: question %d; DLE EOT knows 1 to 4", n)
		}
	}
	o.CodePages = slices.Clone(o.CodePages)
	o.Questions = slices.Clone(o.Questions)
	composer, err := printers.NewComposer(o.Media, o.CodePages, hand{o})
	if err != nil {
		return nil, fmt.Errorf("escpos: %w", err)
	}
	return &Dialect{options: o, composer: composer}, nil
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
	ack = 0x06
	enq = 0x05
	dc4 = 0x14
)

// Encode makes the job for a slip: reset, code page, the blocks of
// [printers.Layout], feed and cut, then the request to confirm id.
func (d *Dialect) Encode(s printers.Slip, id printers.JobID) (printers.Job, error) {
	return d.composer.Compose(s, id)
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
	return hand{d.options}.cut(append(make([]byte, printers.MaxQR+8, printers.MaxQR+16), esc, '@'))
}

// Fenced is true where it can matter: for a printer that can be made to forget,
// and whose last word is another.
func (d *Dialect) Fenced() bool { return d.options.fenced() }

func (o Options) fenced() bool { return o.CanClear && o.Confirmation == printers.ByID }

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
