// Package profiles describes models of devices in files, so that a new model
// needs no new code: what paper it takes, which letters it has, how it tells
// its status and whether its word on a ticket can be trusted. README.md in
// this directory says how to describe one.
//
// A file is a layer. It inherits from at most one other and says what is
// different; the layers from vendor to model are laid over one another and
// the result is checked against a JSON Schema. Each fact names its evidence.
package profiles

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strings"
)

//go:embed callboard card-reader kiosk printer sound touch schema.json
var shipped embed.FS

// ErrUnknown is returned for a profile that does not exist.
var ErrUnknown = errors.New("unknown device profile")

// Profile describes one model. All its layers are laid together.
type Profile struct {
	Schema   string `json:"schema"`
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	Title    string `json:"title"`
	Inherits string `json:"inherits,omitempty"`
	// Simulated is true for devices made of software; screens say so.
	Simulated bool `json:"simulated,omitempty"`
	// Dialect is the language it speaks, such as "escpos".
	Dialect   string    `json:"dialect"`
	Transport Transport `json:"transport"`
	Media     Media     `json:"media"`
	Text      Text      `json:"text"`
	QR        QR        `json:"qr"`
	Cut       Cut       `json:"cut"`
	Status    Status    `json:"status"`
	Confirm   Confirm   `json:"confirm"`
	Speed     Speed     `json:"speed"`
	// LogoMemory is true if it keeps pictures and prints them by key.
	LogoMemory bool `json:"logoMemory,omitempty"`
	// What the other kinds of devices have; each is nil for all but its own.
	Reader    *Reader    `json:"reader,omitempty"`
	Callboard *Callboard `json:"callboard,omitempty"`
	Sound     *Sound     `json:"sound,omitempty"`
	Touch     *Touch     `json:"touch,omitempty"`
	Machine   *Machine   `json:"machine,omitempty"`
	// Presenter is nil for a printer that lets go of what it cuts.
	Presenter *Presenter `json:"presenter,omitempty"`
	// Identity is how the model names itself; nil if that is not known.
	Identity *Identity `json:"identity,omitempty"`
	// Firmware holds what depends on the version. [LoadFor] has laid the
	// overlays of its version over the rest already.
	Firmware []Overlay  `json:"firmware,omitempty"`
	Evidence []Evidence `json:"evidence"`

	canonical []byte
}

// Canonical returns the profile as JSON with sorted keys and no spaces, the
// form that is hashed.
func (p Profile) Canonical() []byte { return slices.Clone(p.canonical) }

// Hash returns the SHA-256 of the canonical form in hexadecimal. A kiosk
// reports it, so that headquarters sees which facts it works with.
func (p Profile) Hash() string {
	sum := sha256.Sum256(p.canonical)
	return hex.EncodeToString(sum[:])
}

// Identity is how a model names itself when asked.
type Identity struct {
	// Maker is the maker's name as the device says it; empty if it says none.
	Maker string `json:"maker,omitempty"`
	// Models are the names of the model, without version. Those of a card
	// reader are what the smart card service calls it, without the numbers
	// behind.
	Models []string `json:"models,omitempty"`
	// USB are vendor and product as four hexadecimal digits each, such as
	// "08e6:3437".
	USB []string `json:"usb,omitempty"`
}

// Transport says how the device is reached.
type Transport struct {
	Serial Serial `json:"serial"`
}

// Serial is the serial line as the device leaves the factory.
type Serial struct {
	// Bauds are the speeds it can be set to, Default the one it has.
	Bauds   []int `json:"bauds"`
	Default int   `json:"default"`
	// Handshake is "xonxoff", "rtscts" or "none".
	Handshake string `json:"handshake"`
	// ReceiveBuffer is in bytes.
	ReceiveBuffer int `json:"receiveBuffer,omitempty"`
	// Frame is data bits, parity and stop bits, such as "7E1"; empty is "8N1".
	Frame string `json:"frame,omitempty"`
}

// Media is paper and head.
type Media struct {
	WidthMM int `json:"widthMm"`
	// DPI is dots an inch; 0 if it is not known.
	DPI      int `json:"dpi,omitempty"`
	HeadDots int `json:"headDots"`
}

// Text says which letters the device has.
type Text struct {
	CodePages []CodePage `json:"codePages"`
	// Prefer lists encodings, best first.
	Prefer []string `json:"prefer"`
	// Fonts gives the cell of each font in dots; font A is used.
	Fonts []Font `json:"fonts"`
	// LeaveKanji is true where bytes from 80 on may be read in pairs.
	LeaveKanji bool `json:"leaveKanji"`
}

// CodePage is one table of letters and its number in the device.
type CodePage struct {
	N        int    `json:"n"`
	Encoding string `json:"encoding"`
}

// Font is the cell of a font, in dots.
type Font struct {
	ID string `json:"id"`
	W  int    `json:"w"`
	H  int    `json:"h"`
}

// QR says how codes are drawn.
type QR struct {
	// Module is the side of a square in dots.
	Module int `json:"module"`
	// Numbering is "custom" where the QR commands count from 31h on for what
	// Epson counts from 30h on; empty or "epson" otherwise.
	Numbering string `json:"numbering,omitempty"`
	// Missing is true for models that draw no codes by themselves; a slip has
	// none then.
	Missing bool `json:"missing,omitempty"`
	// Model2 is true for models whose codes are of model 2 after each reset:
	// then they are not told with every slip.
	Model2 bool `json:"model2,omitempty"`
}

// Cut says how paper is cut.
type Cut struct {
	// Kind is "full", "partial", or "none" for a model without a blade, where
	// the slip is torn off.
	Kind string `json:"kind"`
	// Feed is how many dots to feed beyond the blade.
	Feed int `json:"feed"`
}

// Status says how the device tells its state.
type Status struct {
	// Push is true if it reports changes by itself.
	Push bool `json:"push"`
	// Questions are the n of the status questions it answers, in the order
	// in which to ask them.
	Questions []int `json:"questions"`
	// NoNearEnd is true if it has no sensor that tells before the roll ends.
	NoNearEnd bool `json:"noNearEnd,omitempty"`
	// WithoutHeader is true if its reports by itself lack the two bytes in
	// front that answers have.
	WithoutHeader bool `json:"withoutHeader,omitempty"`
	// NotchLow is true if a clear bit says that the black mark was found.
	NotchLow bool `json:"notchLow,omitempty"`
}

// Presenter says how a printer holds a slip until it is taken.
type Presenter struct {
	// Command is "fs-p" (1C 50) or "gs-e" (1D 65).
	Command string `json:"command"`
	// Millimetres is how far the slip is pushed out.
	Millimetres int `json:"mm"`
	// Untaken is "retract", "eject" or "hold".
	Untaken string `json:"untaken"`
	// Seconds is how long an untaken slip is held.
	Seconds int `json:"seconds"`
	// CountsRetracted is true if 1D E4 tells how many were drawn back.
	CountsRetracted bool `json:"countsRetracted"`
}

// Confirm says how far its word on a ticket can be trusted.
type Confirm struct {
	// Method is "process-id", "end-counter", "presenter-edge", "weak" or
	// "none".
	Method string `json:"method"`
	// TimeoutMS is how long to wait for it, in milliseconds.
	TimeoutMS int `json:"timeoutMs"`
	// Clear is true if it can be made to forget what is not printed, and
	// says when it has.
	Clear bool `json:"clear"`
}

// Speed is how fast paper moves.
type Speed struct {
	MillimetresPerSecond int `json:"mmPerS"`
}

// Evidence says how a fact is known.
type Evidence struct {
	// Fact is the path of a key, such as "confirm.method"; it covers the
	// keys below.
	Fact string `json:"fact"`
	// Source is a document with its section, or what was measured.
	Source string `json:"source"`
	// Status is "measured" (by us, on the model), "manual" (the maker's word),
	// "code" (public code or data of others) or "unconfirmed".
	Status string `json:"status"`
}

// Names lists the ids of all profiles that describe a device of one of the
// kinds, in order; without a kind, of any. Layers that only others inherit
// from, whose id ends in "-base", are left out.
func Names(kinds ...string) []string { return Shipped().Names(kinds...) }

// Load returns the profile with the given id, such as "epson/tm-t88v". The
// error wraps ErrUnknown if there is none, and is otherwise about a fault in a
// file.
//
// What depends on a firmware version is left out, since none is known; see
// [LoadFor].
func Load(id string) (Profile, error) {
	return load(shipped, id, "")
}

// LoadFor is [Load] for a device whose firmware version is known, such as
// "3.2".
func LoadFor(id, firmware string) (Profile, error) {
	return load(shipped, id, firmware)
}

// nature are the keys that say what a file is, and need no evidence.
var nature = []string{"schema", "id", "kind", "title", "inherits", "simulated", "evidence", "firmware"}

// facts lists the paths of all facts of a layer, two keys deep: "confirm.method".
func facts(layer map[string]any) []string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(layer)) {
		if slices.Contains(nature, key) {
			continue
		}
		if layer[key] == nil {
			continue // what is taken away is not claimed
		}
		section, ok := layer[key].(map[string]any)
		if !ok {
			out = append(out, key)
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(section)) {
			if section[name] != nil {
				out = append(out, key+"."+name)
			}
		}
	}
	return out
}

// evident tells whether an entry of the layer's evidence covers a fact.
func evident(layer map[string]any, fact string) bool {
	entries, _ := layer["evidence"].([]any)
	for _, e := range entries {
		entry, _ := e.(map[string]any)
		covers, _ := entry["fact"].(string)
		if covers != "" && (covers == fact || strings.HasPrefix(fact, covers+".")) {
			return true
		}
	}
	return false
}

// merge lays upper over lower: sections key by key, lists whole, and null
// takes a key away. Evidence is gathered, the upper layer's first.
func merge(lower, upper map[string]any) map[string]any {
	out := maps.Clone(lower)
	for key, value := range upper {
		switch value := value.(type) {
		case nil:
			delete(out, key)
		case map[string]any:
			if below, ok := out[key].(map[string]any); ok {
				out[key] = merge(below, value)
				continue
			}
			out[key] = value
		case []any:
			if below, ok := out[key].([]any); ok && key == "evidence" {
				out[key] = append(slices.Clone(value), below...)
				continue
			}
			out[key] = value
		default:
			out[key] = value
		}
	}
	return out
}
