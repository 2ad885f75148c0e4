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
	"strings"

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
	// LogoMemory is true for models that keep pictures (ESC FS q).
	LogoMemory bool
	// PRNT is true for models that speak StarPRNT: they repeat the id of a
	// document once it is printed (ESC GS ETX).
	PRNT bool
	// Confirmation is [printers.ByID] for StarPRNT, [printers.ByCounter] where
	// the firmware sends byte 8 of its status, else [printers.NoConfirmation].
	Confirmation printers.Confirmation
}

// Dialect is Star's language for one model. It implements [printers.Dialect],
// [printers.Cutter], [printers.Presenter], [printers.Sensors],
// [printers.LogoMemory] and [printers.Identifier].
type Dialect struct {
	options  Options
	composer *printers.Composer
}

// most is how many times a letter can be widened or heightened: ESC i takes 0
// to 5.
const most = 6

// New checks the options and returns the dialect.
func New(o Options) (*Dialect, error) {
	if o.Media.QRModule < 1 || o.Media.QRModule > 8 {
		return nil, fmt.Errorf("star: QR module of %d dots; 1 to 8 can be set", o.Media.QRModule)
	}
	switch o.Confirmation {
	case printers.ByCounter, printers.NoConfirmation:
	case printers.ByID:
		if !o.PRNT {
			return nil, fmt.Errorf("star: confirmation %q; Line Mode has end-counter and none", o.Confirmation)
		}
	case printers.ByPresenter, printers.ByOrder:
		return nil, fmt.Errorf("star: confirmation %q; there are process-id, end-counter and none", o.Confirmation)
	}
	o.Media.Scale = most
	composer, err := printers.NewComposer(o.Media, o.CodePages, hand{o})
	if err != nil {
		return nil, fmt.Errorf("star: %w", err)
	}
	return &Dialect{options: o, composer: composer}, nil
}

// Control bytes.
const (
	soh = 0x01
	etx = 0x03
	ack = 0x06
	lf  = 0x0a
	so  = 0x0e
	xon = 0x11
	xof = 0x13
	dc4 = 0x14
	syn = 0x16
	etb = 0x17
	can = 0x18
	esc = 0x1b
	fs  = 0x1c
	gs  = 0x1d
	rs  = 0x1e
)

// Encode makes the job for a slip: reset, code page, the blocks of
// [printers.Layout], feed and cut, then ETB, which counts once all before it
// is printed, or in StarPRNT the request to repeat the document's id. In Line
// Mode the id is not in the bytes; the parser knows the order of jobs.
func (d *Dialect) Encode(s printers.Slip, id printers.JobID) (printers.Job, error) {
	return d.composer.Compose(s, id)
}

// Cut is ESC d 2 or 3: feed to the blade, cut through or leave a point.
func (d *Dialect) Cut() []byte { return d.options.cut() }

func (o Options) cut() []byte {
	if o.FullCut {
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
	return &Parser{
		counter:   d.options.Confirmation == printers.ByCounter || d.options.Confirmation == printers.ByID,
		documents: d.options.Confirmation == printers.ByID,
	}
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
