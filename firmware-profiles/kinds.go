package profiles

import (
	"fmt"
	"iter"
)

// The kinds of devices that profiles describe.
const (
	// KindPrinter is a printer of slips.
	KindPrinter = "printer"
	// KindReader is a reader of chip cards.
	KindReader = "card-reader"
	// KindCallboard is what shows calls in the hall: a sign of LEDs, a television.
	KindCallboard = "callboard"
	// KindSound is what calls are heard from.
	KindSound = "sound"
	// KindTouch is a screen that is touched.
	KindTouch = "touch"
	// KindKiosk is a whole machine, composed of devices of the other kinds.
	KindKiosk = "kiosk"
)

// Kinds lists all kinds.
func Kinds() []string {
	return []string{KindPrinter, KindReader, KindCallboard, KindSound, KindTouch, KindKiosk}
}

// Reader describes a card reader as its USB descriptor does (USB CCID
// specification 1.1, section 5.1). What is zero or empty is not known.
type Reader struct {
	// Interfaces are "contact", "contactless" and "sam".
	Interfaces []string `json:"interfaces,omitempty"`
	// Slots is how many cards it can hold (bMaxSlotIndex and one).
	Slots int `json:"slots,omitempty"`
	// Exchange is how commands reach the card: "tpdu", "short-apdu" or
	// "extended-apdu" (dwFeatures).
	Exchange string `json:"exchange,omitempty"`
	// MaxMessage is the longest message in bytes (dwMaxCCIDMessageLength).
	MaxMessage int `json:"maxMessage,omitempty"`
	// MaxIFSD is the longest block of T=1 in bytes (dwMaxIFSD).
	MaxIFSD int `json:"maxIfsd,omitempty"`
	// MaxBitsPerSecond is the fastest line to the card (dwMaxDataRate).
	MaxBitsPerSecond int `json:"maxBitsPerSecond,omitempty"`
	// Voltages are those that cards get: "5", "3" and "1.8".
	Voltages []string `json:"voltages,omitempty"`
	// Protocols are "T=0" and "T=1".
	Protocols []string `json:"protocols,omitempty"`
	// PINPad is "none", "announced" where the descriptor says that there is
	// one, or "unreliable" where it is known to say so wrongly.
	PINPad string `json:"pinPad,omitempty"`
	// Driver is what the CCID driver says of it: "supported", "should-work" or
	// "unsupported".
	Driver string `json:"driver,omitempty"`
}

// Callboard describes what shows calls.
type Callboard struct {
	// Type is "led" or "tv".
	Type string `json:"type"`
	// Columns and Lines are how many letters a sign of LEDs shows at once; 0
	// is not known.
	Columns int `json:"columns,omitempty"`
	Lines   int `json:"lines,omitempty"`
	// TypeCode is the letter that a sign of this type answers to in the Alpha
	// protocol; Address is its address, "00" for any.
	TypeCode string `json:"typeCode,omitempty"`
	Address  string `json:"address,omitempty"`
	// Width and Height are the picture of a television in pixels.
	Width  int `json:"width,omitempty"`
	Height int `json:"height,omitempty"`
}

// Sound describes what calls are heard from.
type Sound struct {
	// System is "alsa", "pulse" or "null".
	System string `json:"system"`
	// Card is the name of ALSA's card, such as "Device"; empty is the
	// system's choice.
	Card string `json:"card,omitempty"`
	// Rates are samples a second, Channels how many loudspeakers; empty is
	// not known.
	Rates    []int `json:"rates,omitempty"`
	Channels []int `json:"channels,omitempty"`
}

// Touch describes a screen that is touched.
type Touch struct {
	// Driver is the module of Linux that drives it.
	Driver string `json:"driver"`
	// Contacts is how many fingers it tells apart; 0 is not known.
	Contacts int `json:"contacts,omitempty"`
}

// Machine is a whole kiosk. Each part is the id of a profile of that kind;
// empty where the machine has none.
type Machine struct {
	Printer   string `json:"printer,omitempty"`
	Reader    string `json:"reader,omitempty"`
	Callboard string `json:"callboard,omitempty"`
	Sound     string `json:"sound,omitempty"`
	Touch     string `json:"touch,omitempty"`
	// LED is a sign of LEDs beside or in place of a television.
	LED string `json:"led,omitempty"`
	// Screen is the machine's own screen; nil is not known.
	Screen *Size `json:"screen,omitempty"`
}

// Size is how large a screen is, in pixels as it hangs: a standing one is
// higher than it is wide.
type Size struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

// String writes the size as 1080x1920.
func (s Size) String() string { return fmt.Sprintf("%dx%d", s.Width, s.Height) }

// Parts are the kinds and profiles of what the machine is made of.
func (m Machine) Parts() iter.Seq2[string, string] {
	return func(yield func(kind, id string) bool) {
		for _, part := range [][2]string{
			{KindPrinter, m.Printer},
			{KindReader, m.Reader},
			{KindCallboard, m.Callboard},
			{KindSound, m.Sound},
			{KindTouch, m.Touch},
			{KindCallboard, m.LED},
		} {
			if part[1] != "" && !yield(part[0], part[1]) {
				return
			}
		}
	}
}
