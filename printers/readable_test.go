package printers_test

import (
	"strings"
	"testing"
	"unicode"

	"balcao/printers"
)

// A dot of a receipt printer is an eighth of a millimetre; font A is 24 dots high, its capitals two thirds of that.
const (
	dotMM      = 25.4 / 203
	capitalOfA = 2.0 / 3
)

func TestASlipIsReadWithoutGlasses(t *testing.T) {
	for _, large := range []bool{false, true} {
		s := sample()
		s.Large = large
		m := media()
		for _, b := range printers.Layout(s, m) {
			l, ok := b.(printers.Line)
			if !ok {
				continue
			}
			for _, sp := range l.Spans {
				points := float64(sp.Height*m.CellHeight) * dotMM / 25.4 * 72
				if sp.Text == s.Number {
					if mm := float64(sp.Height*m.CellHeight) * dotMM * capitalOfA; mm < 10 {
						t.Errorf("large %v: the number is %.1f mm high, want 10", large, mm)
					}
					continue
				}
				if strings.ContainsFunc(sp.Text, unicode.IsLetter) && sp.Text != s.TicketID && points < 12 {
					t.Errorf("large %v: %q is %.1f points, want 12", large, sp.Text, points)
				}
			}
		}
	}
}
