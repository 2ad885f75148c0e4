// Package custom speaks to CUSTOM's kiosk printers, such as VKP80III and
// KPM216. They print ESC/POS with some bytes of their own, have no answer when
// paper is out, but a mouth with a sensor: a slip that arrives there is
// printed, and what becomes of it can be told.
//
// Byte values follow CUSTOM's command references for VKP80III and
// KPM210/216 as far as they are public; where models and emulations differ,
// the difference is in [Options], which a profile fills.
package custom

import (
	"fmt"

	"balcao/printers"
	"balcao/printers/escpos"
)

// Command is how a model presents a slip.
type Command string

// The commands there are.
const (
	// FSP is 1C 50: cut and present at once, with what to do if the slip is
	// not taken (VKP80III).
	FSP Command = "fs-p"
	// GSE is a cut and then 1D 65 03 (KPM210, KPM216); what happens to a slip
	// that is not taken is set in the printer.
	GSE Command = "gs-e"
)

// Options is what differs between CUSTOM's models.
type Options struct {
	// Text is the ESC/POS part; its Ending, Cut, Confirmation, Questions,
	// StatusPush and CanClear are set here.
	Text escpos.Options
	// Numbering31 is true for models whose QR commands count from 31h on for
	// what Epson counts from 30h on.
	Numbering31 bool
	// Command is how to present.
	Command Command
	// Millimetres is how far to push the slip out.
	Millimetres int
	// Retract draws an untaken slip back after Seconds; else it is pushed
	// out, or held until the next one if Seconds is 0.
	Retract bool
	// Seconds is how long a slip waits; FSP only.
	Seconds byte
	// CountsRetracted is true if 1D E4 is answered.
	CountsRetracted bool
	// StatusPush is true if 1D E0 makes the printer report by itself.
	StatusPush bool
	// WithoutHeader is true if such reports lack 10 0F in front.
	WithoutHeader bool
	// NearEndSensor is true for models that have one.
	NearEndSensor bool
	// Confirmation is [printers.ByPresenter] or [printers.NoConfirmation].
	Confirmation printers.Confirmation
}

// Control bytes.
const (
	dle = 0x10
	eot = 0x04
	xon = 0x11
	xof = 0x13
	esc = 0x1b
	fs  = 0x1c
	gs  = 0x1d
)

// Dialect is one of CUSTOM's models. It implements [printers.Dialect],
// [printers.Cutter], [printers.Presenter], [printers.Sensors],
// [printers.LogoMemory], [printers.Counters] and [printers.Identifier].
type Dialect struct {
	*escpos.Dialect
	options Options
}

// New checks the options and returns the dialect.
func New(o Options) (*Dialect, error) {
	switch o.Confirmation {
	case printers.ByPresenter, printers.NoConfirmation:
	case printers.ByID, printers.ByCounter, printers.ByOrder:
		return nil, fmt.Errorf("custom: confirmation %q; there are presenter-edge and none", o.Confirmation)
	}
	ending, err := o.ending()
	if err != nil {
		return nil, err
	}
	text := o.Text
	text.Confirmation, text.Questions, text.StatusPush, text.CanClear = printers.NoConfirmation, nil, false, false
	text.PrintLogo = printLogo
	text.Cut, text.Ending = []byte{esc, 'i'}, ending // ESC i: full cut; there is no partial one
	if o.Numbering31 {
		text.QRStore, text.QRLevelM = 0x31, 0x32
	}
	d, err := escpos.New(text)
	if err != nil {
		return nil, fmt.Errorf("custom: %w", err)
	}
	return &Dialect{Dialect: d, options: o}, nil
}

// ending is what stands at the end of a slip.
func (o Options) ending() ([]byte, error) {
	switch o.Command {
	case FSP:
		untaken := byte('E')
		if o.Retract {
			untaken = 'R'
		}
		steps := o.Millimetres / 5
		if steps < 1 || steps > 255 {
			return nil, fmt.Errorf("custom: %d mm is no way to present a slip", o.Millimetres)
		}
		return []byte{fs, 'P', byte(steps), 1, untaken, o.Seconds}, nil // 1: the mouth blinks
	case GSE:
		steps := o.Millimetres * 8 / 5 // of 0.625 mm
		if steps < 1 || steps > 255 {
			return nil, fmt.Errorf("custom: %d mm is no way to present a slip", o.Millimetres)
		}
		return []byte{esc, 'i', gs, 'e', 3, byte(steps)}, nil
	}
	return nil, fmt.Errorf("custom: no way to present called %q", o.Command)
}

// Greeting makes the printer report by itself (1D E0 0F), and asks how many
// slips it has drawn back, to know a further one from one that was taken.
func (d *Dialect) Greeting() []byte {
	var out []byte
	if d.options.StatusPush {
		out = append(out, gs, 0xe0, 0x0f)
	}
	return append(out, d.AskRetracted()...)
}

// Question is DLE EOT 14h, the full status.
func (d *Dialect) Question(int) []byte { return []byte{dle, eot, 0x14} }

// Clear is nil: no command is documented that makes these printers forget what
// is not printed.
func (d *Dialect) Clear() []byte { return nil }

// Confirms says how a slip is known to be printed.
func (d *Dialect) Confirms() printers.Confirmation { return d.options.Confirmation }

// NewParser returns a reader of the printer's answers.
func (d *Dialect) NewParser() printers.Parser {
	return &Parser{bare: d.options.WithoutHeader, proves: d.options.Confirmation == printers.ByPresenter}
}

// Cut is ESC i, a full cut.
func (d *Dialect) Cut() []byte { return []byte{esc, 'i'} }

// AskRetracted is 1D E4, answered like "512ret".
func (d *Dialect) AskRetracted() []byte {
	if !d.options.CountsRetracted {
		return nil
	}
	return []byte{gs, 0xe4}
}

// Eject pushes a waiting slip out.
func (d *Dialect) Eject() []byte {
	if d.options.Command != GSE {
		return nil
	}
	return []byte{gs, 'e', 5}
}

// Retract draws a waiting slip back, if the printer is set up to do so.
func (d *Dialect) Retract() []byte {
	if d.options.Command != GSE {
		return nil
	}
	return []byte{gs, 'e', 2}
}

// NearEnd tells whether the model has a sensor for it.
func (d *Dialect) NearEnd() bool { return d.options.NearEndSensor }

// AskCounters is 1D E1 to 1D E5: paper left, cuts, length printed, slips
// drawn back, times switched on.
func (d *Dialect) AskCounters() [][]byte {
	return [][]byte{{gs, 0xe1}, {gs, 0xe2}, {gs, 0xe3}, {gs, 0xe4}, {gs, 0xe5}}
}

// AskIdentity is GS I FFh.
func (d *Dialect) AskIdentity() [][]byte { return [][]byte{{gs, 'I', 0xff}} }

// ReadIdentity takes the answer for the model; how these printers write more is
// not documented.
func (d *Dialect) ReadIdentity(answers []string) printers.Identity {
	id := printers.Identity{Maker: "CUSTOM"}
	if len(answers) > 0 {
		id.Model = answers[0]
	}
	if id.Model == "" {
		return printers.Identity{}
	}
	return id
}
