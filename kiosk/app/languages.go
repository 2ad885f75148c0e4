package app

import (
	"slices"
	"strings"

	"balcao/internal/config"
	"balcao/kiosk/flow"
)

// codes are the languages that the path has words in.
func codes() []string {
	var list []string
	for _, l := range flow.Languages() {
		list = append(list, l.Code)
	}
	return list
}

func (c *Config) checkLanguages(faults *config.Faults) {
	known := codes()
	if !slices.Contains(known, c.Lang) {
		faults.Add("lang", "%q is none of %s", c.Lang, strings.Join(known, ", "))
	}
	for i, code := range c.Languages {
		switch {
		case !slices.Contains(known, code):
			faults.Add(config.Index("languages", i), "%q is none of %s", code, strings.Join(known, ", "))
		case slices.Contains(c.Languages[:i], code):
			faults.Add(config.Index("languages", i), "%q is there twice", code)
		}
	}
	if len(c.Languages) > 0 && !slices.Contains(c.Languages, c.Lang) {
		faults.Add("languages", "the language of the first screen, %q, is not among them", c.Lang)
	}
}

// offered are the languages of the touch face. That of the first screen always is one of them.
func (c *Config) offered() []string {
	list := c.Languages
	if len(list) == 0 {
		list = codes()
	}
	if !c.ReviewedOnly {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(code string) bool { return code != c.Lang && !flow.Reviewed(code) })
}
