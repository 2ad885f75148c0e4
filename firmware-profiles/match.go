package profiles

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Identification is what a device said of itself. What it did not say is empty.
type Identification struct {
	// Kind is what it is, such as [KindPrinter]; empty is any.
	Kind string
	// Maker, Model and Firmware are its own words.
	Maker, Model, Firmware string
	// Serial is its serial number.
	Serial string
	// USB is vendor and product, such as "08e6:3437".
	USB string
}

// Match returns the profiles that describe a device, best first: those that
// name its USB vendor and product, then those that name its model, of the same
// maker if both are known. None is no error: the device is not known.
func Match(i Identification) ([]string, error) { return Shipped().Match(i) }

func matchIn(tree fs.FS, i Identification) ([]string, error) {
	s, err := newShelf(tree)
	if err != nil {
		return nil, err
	}
	var kinds []string
	if i.Kind != "" {
		kinds = []string{i.Kind}
	}
	var plugged, named []string
	for _, id := range s.devices(kinds...) {
		flat, _, err := s.laid(id, "")
		if err != nil {
			return nil, err
		}
		known, err := identityOf(flat)
		if err != nil {
			return nil, fmt.Errorf("profile %s: %w", id, err)
		}
		switch {
		case i.USB != "" && slices.ContainsFunc(known.USB, func(u string) bool { return strings.EqualFold(u, i.USB) }):
			plugged = append(plugged, id)
		case known.names(i):
			named = append(named, id)
		}
	}
	return append(plugged, named...), nil
}

func identityOf(flat map[string]any) (Identity, error) {
	var known Identity
	text, err := json.Marshal(flat["identity"])
	if err != nil {
		return known, err
	}
	return known, json.Unmarshal(text, &known)
}

// names reports whether the identity is of the model that was said.
func (known Identity) names(i Identification) bool {
	is := func(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }
	if i.Model == "" || i.Maker != "" && known.Maker != "" && !is(known.Maker, i.Maker) {
		return false
	}
	return slices.ContainsFunc(known.Models, func(m string) bool { return is(m, i.Model) })
}

// ReaderModel is the model of a card reader in what the smart card service
// calls it: "Gemalto PC Twin Reader (4D1A) 00 00" is a "Gemalto PC Twin
// Reader". The numbers of the reader and of its slot stand behind the name,
// before them a serial number in round brackets and the name of the interface
// in square ones (pcsc-lite, and the CCID driver).
func ReaderModel(name string) string {
	words := strings.Fields(name)
	for n := 0; n < 2 && len(words) > 1 && isIndex(words[len(words)-1]); n++ {
		words = words[:len(words)-1]
	}
	model := strings.Join(words, " ")
	for _, brackets := range []string{"()", "[]"} {
		if strings.HasSuffix(model, brackets[1:]) {
			if at := strings.LastIndex(model, " "+brackets[:1]); at > 0 {
				model = model[:at]
			}
		}
	}
	return strings.TrimSpace(model)
}

// ReaderSerial is the serial number in what the smart card service calls a
// card reader; empty if there is none.
func ReaderSerial(name string) string {
	at := strings.LastIndex(name, " (")
	if at < 0 {
		return ""
	}
	inside, _, closed := strings.Cut(name[at+2:], ")")
	if !closed {
		return ""
	}
	return strings.TrimSpace(inside)
}

// isIndex tells a number of two hexadecimal digits, as pcsc-lite writes it.
func isIndex(word string) bool {
	return len(word) == 2 && strings.Trim(word, "0123456789ABCDEFabcdef") == ""
}
