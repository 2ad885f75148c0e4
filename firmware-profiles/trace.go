package profiles

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// Trace says where one value of a profile comes from.
type Trace struct {
	// Key is the path of the value, such as "confirm.method".
	Key string `json:"key"`
	// Value is the value as JSON.
	Value string `json:"value"`
	// Layer is the file that sets it.
	Layer string `json:"layer"`
	// Firmware is the range of versions for which it does; empty for all.
	Firmware string `json:"firmware,omitempty"`
	// Evidence is how it is known; its zero value for keys that need none.
	Evidence Evidence `json:"evidence"`
}

// Explain returns where each value of a profile comes from, in the order of
// the keys. Firmware is the version of the device, "" if it is not known.
func Explain(id, firmware string) ([]Trace, error) { return Shipped().Explain(id, firmware) }

func explainIn(tree fs.FS, id, firmware string) ([]Trace, error) {
	s, err := newShelf(tree)
	if err != nil {
		return nil, err
	}
	flat, layers, err := s.laid(id, firmware)
	if err != nil {
		return nil, err
	}
	delete(flat, "evidence")
	delete(flat, "firmware")
	leaves := paths(flat, "")
	var out []Trace
	for _, key := range slices.Sorted(maps.Keys(leaves)) {
		text, err := json.Marshal(leaves[key])
		if err != nil {
			return nil, fmt.Errorf("explain %s: %w", id, err)
		}
		t := Trace{Key: key, Value: string(text)}
		for _, l := range layers {
			if _, sets := paths(l.value, "")[key]; sets {
				t.Layer, t.Firmware, t.Evidence = l.path, l.firmware, l.evidence(key)
				break
			}
		}
		out = append(out, t)
	}
	return out, nil
}

// evidence returns the entry of the layer that covers a key most closely.
func (l layer) evidence(key string) Evidence {
	entries, _ := l.value["evidence"].([]any)
	var best Evidence
	for _, e := range entries {
		entry, _ := e.(map[string]any)
		fact, _ := entry["fact"].(string)
		if (fact == key || strings.HasPrefix(key, fact+".")) && len(fact) > len(best.Fact) {
			best.Fact = fact
			best.Source, _ = entry["source"].(string)
			best.Status, _ = entry["status"].(string)
		}
	}
	return best
}
