package profiles

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"balcao/internal/config"
)

// explain turns what the schema finds wrong with a profile into faults of the
// files it was laid together from, each with its line. A fault of a key is one
// of the uppermost file that has the key; a key that is missing everywhere is
// one of the model's own file.
func explain(err error, layers []layer) error {
	var found *jsonschema.ValidationError
	if !errors.As(err, &found) {
		return err
	}
	english := message.NewPrinter(language.English)
	faults := make([]*config.Faults, len(layers))
	for i, l := range layers {
		faults[i] = l.file.Faults()
	}
	for _, leaf := range leaves(found) {
		for _, key := range places(leaf) {
			i := max(0, slices.IndexFunc(layers, func(l layer) bool { return l.file.Has(key) }))
			faults[i].Add(key, "%s", leaf.ErrorKind.LocalizedString(english))
		}
	}
	var all []error
	for _, f := range faults {
		all = append(all, f.Err())
	}
	return errors.Join(all...)
}

// leaves returns the faults that are not made of others.
func leaves(e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(e.Causes) == 0 {
		return []*jsonschema.ValidationError{e}
	}
	var out []*jsonschema.ValidationError
	for _, c := range e.Causes {
		out = append(out, leaves(c)...)
	}
	return out
}

// places returns the keys a fault is about: those that should not be there, or
// the one whose value is wrong.
func places(e *jsonschema.ValidationError) []string {
	at := ""
	for _, step := range e.InstanceLocation {
		if n, err := strconv.Atoi(step); err == nil {
			at = config.Index(at, n)
			continue
		}
		at = strings.TrimPrefix(at+"."+step, ".")
	}
	extra, ok := e.ErrorKind.(*kind.AdditionalProperties)
	if !ok {
		return []string{at}
	}
	var keys []string
	for _, name := range extra.Properties {
		keys = append(keys, strings.TrimPrefix(at+"."+name, "."))
	}
	return keys
}
