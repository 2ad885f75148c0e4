package flow

import "strings"

// elsewhere is where this branch has paper while this kiosk has none: the numbers of other kiosks, at most two, as
// "2" or "2 / 3". It is empty while nobody knows.
func (s State) elsewhere() string {
	if !s.world.linkUp {
		return ""
	}
	var numbers []string
	for _, name := range s.world.offer.Paper {
		if n := kioskNumber(name); n != "" && len(numbers) < 2 {
			numbers = append(numbers, n)
		}
	}
	return strings.Join(numbers, " / ")
}

// kioskNumber is the number that stands on a kiosk: 2 of L901-K02; empty for what is no kiosk.
func kioskNumber(name string) string {
	_, tail, _ := strings.Cut(name, "-")
	digits, is := strings.CutPrefix(tail, "K")
	if !is || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return strings.TrimLeft(digits, "0")
}

// sayPaper is a text for a kiosk without paper; where another one has some, the text with ".other" names it.
func (s State) sayPaper(key string) string {
	if kiosk := s.elsewhere(); kiosk != "" {
		return s.say(key+".other", "kiosk", kiosk)
	}
	return s.say(key)
}
