package alpha

import "strings"

// Call is one call as a sign tells it.
type Call struct {
	Number  string // A023
	Counter string // its label, such as Balcão 3
	Body    string // said too where the letter repeats in the branch; else empty
	New     bool   // it has just come, or come again: it flashes
}

// Face is how much a sign shows at once.
type Face struct {
	// Lines and Columns are its letters; 0 columns are not known, and taken for few.
	Lines, Columns int
}

// Bounds of what a sign shows.
const (
	// fewColumns is what the shortest sign of the family shows in letters of seven dots.
	fewColumns = 12
	// mostPages is how many calls a sign of one line shows in turn: more, and the newest is away for too long.
	mostPages = 3
)

// Show lays calls out, newest first. A sign of several lines shows one in each and lets new ones flash; a sign of one line
// lets the newest flash alone, and shows the last few in turn when it is no longer new. No calls is nothing to show.
func Show(calls []Call, f Face) (Text, bool) {
	if len(calls) == 0 {
		return Text{}, false
	}
	columns := f.Columns
	if columns <= 0 {
		columns = fewColumns
	}
	if f.Lines <= 1 {
		return oneLine(calls, columns), true
	}
	t := Text{Mode: Hold, Position: Fill}
	var page []Line
	for _, c := range calls[:min(len(calls), f.Lines)] {
		page = append(page, Line{Words: Words(c, columns), Flashing: c.New})
	}
	t.Pages = [][]Line{page}
	return fitted(t), true
}

func oneLine(calls []Call, columns int) Text {
	if calls[0].New {
		return fitted(Text{Mode: Flash, Position: Middle, Pages: [][]Line{{{Words: Words(calls[0], columns)}}}})
	}
	t := Text{Mode: Hold, Position: Middle}
	for _, c := range calls[:min(len(calls), mostPages)] {
		t.Pages = append(t.Pages, []Line{{Words: Words(c, columns)}})
	}
	return fitted(t)
}

// fitted drops the oldest calls until the rest fits into the priority file.
func fitted(t Text) Text {
	for {
		if _, err := WritePriority(t); err == nil {
			return t
		}
		last := len(t.Pages) - 1
		switch {
		case len(t.Pages[last]) > 1:
			t.Pages[last] = t.Pages[last][:len(t.Pages[last])-1]
		case last > 0:
			t.Pages = t.Pages[:last]
		default: // one line that is too long for any sign
			t.Pages[0][0].Words = cut(t.Pages[0][0].Words, fewColumns)
			return t
		}
	}
}

// Words is a call in one line, in the most words that fit: number and counter always, then what the counter is called,
// then the body.
func Words(c Call, columns int) string {
	number, counter := clean(c.Number), clean(c.Counter)
	short := counter
	if at := strings.LastIndexByte(counter, ' '); at >= 0 {
		short = counter[at+1:]
	}
	var ways []string
	if body := clean(c.Body); body != "" {
		ways = append(ways, body+" "+number+" > "+counter, body+" "+number+" > "+short)
	}
	ways = append(ways, number+" > "+counter, number+" > "+short, number+">"+short)
	for _, w := range ways {
		if Width(w) <= columns {
			return w
		}
	}
	return cut(number+">"+short, columns)
}

// clean leaves the letters and single spaces of a text.
func clean(text string) string { return strings.Join(strings.Fields(text), " ") }
