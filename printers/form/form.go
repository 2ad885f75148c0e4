// Package form reads what stands on a slip from a file that a coordinator can
// change: which parts, in which order, and the branch's own words among them.
// standard.yaml is the form used where there is none, and schema.json tells
// editors what may be written.
//
// It is a package of its own so that printers stays free of files and YAML.
package form

import (
	_ "embed"
	"fmt"
	"slices"

	"balcao/internal/config"
	"balcao/internal/slip"
	"balcao/printers"
)

//go:embed standard.yaml
var standard []byte

//go:embed schema.json
var schema []byte

// Standard returns the file of the standard form, for those who want to begin
// with it.
func Standard() []byte { return slices.Clone(standard) }

// Schema returns the JSON Schema of a form's file, for editors.
func Schema() []byte { return slices.Clone(schema) }

// version is the only one there is.
const version = "balcao.slip/v1"

// sheet is the file.
type sheet struct {
	Schema string `yaml:"schema"`

	slip.Layout
}

// Read reads a form. The error is a *config.Error that names every fault with
// its line.
func Read(name string, data []byte) (printers.Form, error) {
	var s sheet
	if err := config.Decode(name, data, &s); err != nil {
		return printers.Form{}, err
	}
	return Of(s.Layout), nil
}

// Of returns the form of a layout that was checked.
func Of(l slip.Layout) printers.Form {
	var f printers.Form
	for _, p := range l.In() {
		f.Parts = append(f.Parts, printers.Part{
			Picture: picture(p.Picture),
			Kind:    printers.Kind(p.Kind), Portuguese: p.Text["pt"], Other: other(p.Text),
			Bold: p.Bold, Centred: p.Centred, Strong: p.Strong, Dots: p.Dots, Module: p.Module, Logo: p.Logo,
		})
	}
	return f
}

// picture is that of a part; nil if there is none.
func picture(text string) *printers.Picture {
	if text == "" {
		return nil
	}
	bits, err := slip.ReadPicture(text)
	if err != nil {
		return nil // the layout was checked: no such thing
	}
	p := printers.NewPicture(bits.Width/8, bits.Height, bits.Rows)
	return &p
}

// other are the words in languages beside Portuguese; nil if there are none.
func other(words map[string]string) map[string]string {
	var out map[string]string
	for lang, text := range words {
		if lang != "pt" && text != "" {
			if out == nil {
				out = map[string]string{}
			}
			out[lang] = text
		}
	}
	return out
}

// Check finds what types cannot say. A slip without number, service and
// validity is none, and a number stands on it once.
func (s *sheet) Check(faults *config.Faults) {
	if s.Schema != version {
		faults.Add("schema", "want %q", version)
	}
	if len(s.Parts) == 0 {
		faults.Add("parts", "there is no part %q", string(printers.PartNumber))
	}
	s.Layout.Check("", faults)
}

// Papers are the rolls a form is made for: the width of the paper and of what
// can be printed on it at 8 dots a millimetre.
func Papers() []Paper {
	return []Paper{{"58", 384}, {"60", 432}, {"80", 576}, {"82.5", 640}}
}

// Paper is one width of roll.
type Paper struct {
	// Millimetres is how the trade calls it.
	Millimetres string
	// Dots is the printable width.
	Dots int
}

// String names the roll as in "82.5 mm".
func (p Paper) String() string { return fmt.Sprintf("%s mm", p.Millimetres) }
