package profiles

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// LayerSchema returns the JSON Schema of one file alone, for editors: the same
// keys and values as [Schema], but a layer need not hold what it inherits, and
// null takes away. It is made of Schema, and layer.schema.json is a copy of it.
func LayerSchema() []byte {
	text, err := layerSchema(shipped)
	if err != nil {
		return nil // the embedded tree is read by every test
	}
	return text
}

func layerSchema(tree fs.FS) ([]byte, error) {
	text, err := fs.ReadFile(tree, schemaName)
	if err != nil {
		return nil, fmt.Errorf("read profile schema: %w", err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("read profile schema: %w", err)
	}
	doc["title"] = "Device profile, one layer alone"
	doc["required"] = []any{"schema", "id", "kind", "title"}
	defs, _ := doc["$defs"].(map[string]any)
	for name, def := range defs {
		if node, is := def.(map[string]any); is && !slices.Contains(whole, name) {
			loosen(node)
		}
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(doc); err != nil {
		return nil, fmt.Errorf("write layer schema: %w", err)
	}
	return out.Bytes(), nil
}

// whole are the parts of a layer that are never laid over others in pieces.
var whole = []string{"evidence", "firmware"}

// own are the keys that every layer has for itself.
var own = []string{"schema", "id", "kind", "title", "evidence", "firmware"}

// loosen lets a node of the schema be part of what it describes, or null. The
// elements of lists stay as they are: lists replace lists.
func loosen(node map[string]any) {
	for _, key := range []string{"required", "if", "then", "else"} {
		delete(node, key)
	}
	switch typed := node["type"].(type) {
	case string:
		node["type"] = []any{typed, "null"}
	default:
		if values, is := node["enum"].([]any); is {
			node["enum"] = append(values, nil)
		}
	}
	properties, _ := node["properties"].(map[string]any)
	for key, value := range properties {
		if child, is := value.(map[string]any); is && !slices.Contains(own, key) {
			loosen(child)
		}
	}
}

// alone checks one file by itself: what it says must be sayable, whatever lies
// above or below it.
func (s *shelf) alone(id string) error {
	l, err := s.layer(id)
	if err != nil {
		return err
	}
	if s.layers == nil {
		text, err := layerSchema(s.tree)
		if err != nil {
			return err
		}
		if s.layers, err = understood(text); err != nil {
			return err
		}
	}
	text, err := json.Marshal(l.value)
	if err != nil {
		return fmt.Errorf("profile %s: %w", id, err)
	}
	plain, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("profile %s: %w", id, err)
	}
	if err := s.layers.Validate(plain); err != nil {
		return explain(err, []layer{l})
	}
	return nil
}
