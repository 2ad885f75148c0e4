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
	"strings"
	"unicode/utf8"

	"balcao/internal/config"
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

const (
	// version is the only one there is.
	version = "balcao.slip/v1"
	// mostParts and mostText keep a slip shorter than a citizen's arm.
	mostParts = 40
	mostText  = 300
)

// sheet is the file.
type sheet struct {
	Schema string `yaml:"schema"`
	Parts  []part `yaml:"parts"`
}

type part struct {
	Part    string `yaml:"part"`
	Text    words  `yaml:"text"`
	Bold    bool   `yaml:"bold"`
	Centred bool   `yaml:"centred"`
	Strong  bool   `yaml:"strong"`
	Dots    int    `yaml:"dots"`
	Module  int    `yaml:"module"`
	Logo    int    `yaml:"logo"`
}

type words struct {
	Portuguese string `yaml:"pt"`
	English    string `yaml:"en"`
}

// Read reads a form. The error is a *config.Error that names every fault with
// its line.
func Read(name string, data []byte) (printers.Form, error) {
	var s sheet
	if err := config.Decode(name, data, &s); err != nil {
		return printers.Form{}, err
	}
	var f printers.Form
	for _, p := range s.Parts {
		f.Parts = append(f.Parts, printers.Part{
			Kind: printers.Kind(p.Part), Portuguese: p.Text.Portuguese, English: p.Text.English,
			Bold: p.Bold, Centred: p.Centred, Strong: p.Strong, Dots: p.Dots, Module: p.Module, Logo: p.Logo,
		})
	}
	return f, nil
}

// Check finds what types cannot say. A slip without number, service and
// validity is none, and a number stands on it once.
func (s *sheet) Check(faults *config.Faults) {
	if s.Schema != version {
		faults.Add("schema", "want %q", version)
	}
	if len(s.Parts) > mostParts {
		faults.Add("parts", "%d parts are more than %d", len(s.Parts), mostParts)
	}
	seen := map[printers.Kind]bool{}
	for i, p := range s.Parts {
		p.check(config.Index("parts", i), faults)
		kind := printers.Kind(p.Part)
		if seen[kind] && !slices.Contains(repeatable, kind) {
			faults.Add(config.Index("parts", i)+".part", "%q stands on the slip already", p.Part)
		}
		seen[kind] = true
	}
	for _, kind := range needed {
		if !seen[kind] {
			faults.Add("parts", "there is no part %q", string(kind))
		}
	}
}

// needed are the parts without which a slip is none; repeatable those that may
// stand on it more than once.
var (
	needed     = []printers.Kind{printers.PartNumber, printers.PartService, printers.PartCopy, printers.PartPriority, printers.PartValidity}
	repeatable = []printers.Kind{printers.PartText, printers.PartRule, printers.PartGap, printers.PartLogo}
)

func (p part) check(at string, faults *config.Faults) {
	kind := printers.Kind(p.Part)
	if !slices.Contains(printers.Kinds(), kind) {
		var names []string
		for _, k := range printers.Kinds() {
			names = append(names, string(k))
		}
		faults.Add(at+".part", "%q is none of %s", p.Part, strings.Join(names, ", "))
		return
	}
	only := func(key string, set bool, of printers.Kind) {
		if set && kind != of {
			faults.Add(at+"."+key, "belongs to a part %q, not to %q", string(of), p.Part)
		}
	}
	only("text", p.Text != words{}, printers.PartText)
	only("bold", p.Bold, printers.PartText)
	only("centred", p.Centred, printers.PartText)
	only("strong", p.Strong, printers.PartText)
	only("dots", p.Dots != 0, printers.PartGap)
	only("module", p.Module != 0, printers.PartQR)
	only("logo", p.Logo != 0, printers.PartLogo)
	within := func(key string, n, least, most int) {
		if n < least || n > most {
			faults.Add(at+"."+key, "%d is outside %d to %d", n, least, most)
		}
	}
	switch kind {
	case printers.PartGap:
		within("dots", p.Dots, 1, 400)
	case printers.PartLogo:
		within("logo", p.Logo, 1, 99)
	case printers.PartQR:
		if p.Module != 0 {
			within("module", p.Module, 4, 8)
		}
	case printers.PartText:
		if strings.TrimSpace(p.Text.Portuguese) == "" {
			faults.Add(at+".text.pt", "has no words")
		}
		if max(utf8.RuneCountInString(p.Text.Portuguese), utf8.RuneCountInString(p.Text.English)) > mostText {
			faults.Add(at+".text", "is longer than %d letters", mostText)
		}
	case printers.PartHeader, printers.PartService, printers.PartBody, printers.PartCopy, printers.PartNumber,
		printers.PartPriority, printers.PartPlace, printers.PartAhead, printers.PartWait, printers.PartValidity,
		printers.PartTicket, printers.PartRule:
	}
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
