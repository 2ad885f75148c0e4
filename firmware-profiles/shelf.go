package profiles

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"balcao/internal/config"
)

const (
	ending     = ".yaml"
	schemaName = "schema.json"
	layerOnly  = "-base"
)

// Schema returns the JSON Schema of a profile, all its layers laid together,
// for editors and for other programs.
func Schema() []byte {
	text, _ := fs.ReadFile(shipped, schemaName) // the embedded tree cannot be unreadable
	return text
}

// shelf is one look at a tree of profiles: each file is read once, and the
// schema is understood once. It belongs to one goroutine.
type shelf struct {
	tree   fs.FS
	paths  map[string][]string // of the files of an id
	read   map[string]layer
	schema *jsonschema.Schema // of profiles
	layers *jsonschema.Schema // of single files
}

func newShelf(tree fs.FS) (*shelf, error) {
	s := &shelf{tree: tree, paths: map[string][]string{}, read: map[string]layer{}}
	paths, err := fs.Glob(tree, "*/*/*"+ending)
	if err != nil {
		return nil, fmt.Errorf("list profiles: %w", err)
	}
	for _, p := range paths {
		_, id, _ := strings.Cut(strings.TrimSuffix(p, ending), "/")
		s.paths[id] = append(s.paths[id], p)
	}
	return s, nil
}

// ids are all layers of some kinds, in order; without a kind, of any.
func (s *shelf) ids(kinds ...string) []string {
	var out []string
	for id, paths := range s.paths {
		kind, _, _ := strings.Cut(paths[0], "/")
		if len(kinds) == 0 || slices.Contains(kinds, kind) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// devices are the ids that describe a device.
func (s *shelf) devices(kinds ...string) []string {
	return slices.DeleteFunc(s.ids(kinds...), func(id string) bool { return strings.HasSuffix(id, layerOnly) })
}

// load is [shelf.load] for one profile.
func load(tree fs.FS, id, firmware string) (Profile, error) {
	s, err := newShelf(tree)
	if err != nil {
		return Profile{}, err
	}
	return s.load(id, firmware)
}

// load lays the layers of a profile together and checks the result.
func (s *shelf) load(id, firmware string) (Profile, error) {
	flat, layers, err := s.laid(id, firmware)
	if err != nil {
		return Profile{}, err
	}
	if s.schema == nil {
		if s.schema, err = compile(s.tree); err != nil {
			return Profile{}, err
		}
	}
	text, err := json.Marshal(flat)
	if err != nil {
		return Profile{}, fmt.Errorf("profile %s: %w", id, err)
	}
	plain, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return Profile{}, fmt.Errorf("profile %s: %w", id, err)
	}
	if err := s.schema.Validate(plain); err != nil {
		return Profile{}, explain(err, layers)
	}
	p := Profile{canonical: text}
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&p); err != nil {
		return Profile{}, fmt.Errorf("profile %s: %w", id, err)
	}
	if err := errors.Join(p.check(), s.composed(p)); err != nil {
		return Profile{}, fmt.Errorf("profile %s: %w", id, err)
	}
	return p, nil
}

// laid is flatten with the overlays of a firmware version on top.
func (s *shelf) laid(id, firmware string) (map[string]any, []layer, error) {
	flat, layers, err := s.flatten(id, nil)
	if err != nil {
		return nil, nil, err
	}
	if flat, layers, err = withFirmware(flat, layers, firmware); err != nil {
		return nil, nil, fmt.Errorf("profile %s: %w", id, err)
	}
	return flat, layers, nil
}

func compile(tree fs.FS) (*jsonschema.Schema, error) {
	text, err := fs.ReadFile(tree, schemaName)
	if err != nil {
		return nil, fmt.Errorf("read profile schema: %w", err)
	}
	return understood(text)
}

// understood makes a schema of its text.
func understood(text []byte) (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("read profile schema: %w", err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schemaName, doc); err != nil {
		return nil, fmt.Errorf("read profile schema: %w", err)
	}
	return c.Compile(schemaName)
}

// layer is one file of a profile.
type layer struct {
	path string
	// firmware is the range of versions of an overlay, else empty.
	firmware string
	file     *config.File
	value    map[string]any
}

// flatten reads a layer and lays it over the one it inherits from. It returns
// the layers as well, the model's own first. The list of heirs finds circles.
func (s *shelf) flatten(id string, heirs []string) (map[string]any, []layer, error) {
	if slices.Contains(heirs, id) {
		return nil, nil, fmt.Errorf("profile %s inherits from itself: %s", id, strings.Join(append(heirs, id), " → "))
	}
	own, err := s.layer(id)
	if err != nil {
		return nil, nil, err
	}
	parent, inherits := own.value["inherits"].(string)
	if !inherits {
		return own.value, []layer{own}, nil
	}
	below, layers, err := s.flatten(parent, append(heirs, id))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: line %d: inherits: %w", own.path, own.file.Line("inherits"), err)
	}
	if below["kind"] != own.value["kind"] {
		return nil, nil, fmt.Errorf("%s: line %d: inherits: %s is a %v", own.path, own.file.Line("inherits"), parent, below["kind"])
	}
	return merge(below, own.value), append([]layer{own}, layers...), nil
}

// layer reads one layer and checks what belongs to the layer alone: its id,
// its kind and the evidence for its facts.
func (s *shelf) layer(id string) (layer, error) {
	if l, known := s.read[id]; known {
		return l, nil
	}
	switch len(s.paths[id]) {
	case 0:
		return layer{}, fmt.Errorf("%w: %s", ErrUnknown, id)
	case 1:
	default:
		return layer{}, fmt.Errorf("profile %s is described by %d files", id, len(s.paths[id]))
	}
	l := layer{path: s.paths[id][0]}
	text, err := fs.ReadFile(s.tree, l.path)
	if err != nil {
		return layer{}, fmt.Errorf("read profile %s: %w", id, err)
	}
	if l.file, err = config.Parse(l.path, text); err != nil {
		return layer{}, err
	}
	value, err := l.file.Value()
	if err != nil {
		return layer{}, err
	}
	l.value, _ = value.(map[string]any)
	if l.value == nil {
		return layer{}, fmt.Errorf("%s: holds no keys", l.path)
	}
	faults := l.file.Faults()
	if l.value["id"] != id {
		faults.Add("id", "is %v, want %s as the file is named", l.value["id"], id)
	}
	if folder, _, _ := strings.Cut(l.path, "/"); l.value["kind"] != folder {
		faults.Add("kind", "is %v, and the file lies in %s", l.value["kind"], folder)
	}
	for _, fact := range facts(l.value) {
		if !evident(l.value, fact) {
			faults.Add(fact, "has no evidence")
		}
	}
	if err := faults.Err(); err != nil {
		return layer{}, err
	}
	s.read[id] = l
	return l, nil
}

// check finds what a schema cannot say.
func (p Profile) check() error {
	var faults []error
	if t := p.Transport.Serial; t.Bauds != nil && !slices.Contains(t.Bauds, t.Default) {
		faults = append(faults, fmt.Errorf("transport.serial.default: %d is not among the bauds", t.Default))
	}
	if p.Kind != KindPrinter {
		return errors.Join(faults...)
	}
	for _, want := range p.Text.Prefer {
		if !slices.ContainsFunc(p.Text.CodePages, func(c CodePage) bool { return c.Encoding == want }) {
			faults = append(faults, fmt.Errorf("text.prefer: the device has no code page %s", want))
		}
	}
	if !slices.ContainsFunc(p.Text.Fonts, func(f Font) bool { return f.ID == "A" }) {
		faults = append(faults, errors.New("text.fonts: there is no font A"))
	}
	return errors.Join(faults...)
}

// composed finds parts of a machine that do not exist or are something else.
func (s *shelf) composed(p Profile) error {
	if p.Machine == nil {
		return nil
	}
	var faults []error
	for kind, id := range p.Machine.Parts() {
		part, err := s.layer(id)
		switch {
		case err != nil:
			faults = append(faults, fmt.Errorf("machine: %w", err))
		case part.value["kind"] != kind:
			faults = append(faults, fmt.Errorf("machine: %s is a %v, not a %s", id, part.value["kind"], kind))
		}
	}
	return errors.Join(faults...)
}
