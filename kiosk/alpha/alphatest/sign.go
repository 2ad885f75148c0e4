// Package alphatest is a sign of LEDs made of software: it reads the very bytes that a sign is sent, keeps the files that
// they write, and draws what stands on it as a picture. It is for tests and for the demonstration, which say that it is
// simulated.
package alphatest

import (
	"slices"
	"strings"

	"balcao/kiosk/alpha"
)

// Config says what sign it is.
type Config struct {
	// Type and Address are what it answers to beside what means every sign.
	Type    byte
	Address string
	// Lines and Columns are its letters.
	Lines, Columns int
	// Firmware is what it says its version is.
	Firmware string
}

// Demo is the sign of the demonstration, as the profile virtual/alpha-led has it.
func Demo() Config { return Config{Type: '2', Address: "01", Lines: 2, Columns: 16, Firmware: "1.04"} }

// Cell is one letter on the sign.
type Cell struct {
	Letter   rune
	Flashing bool
}

// Sign is a sign of LEDs. It belongs to one goroutine at a time.
type Sign struct {
	cfg      Config
	decoder  alpha.Decoder
	priority []byte // content of the priority file; nil when it does not run
	ordinary []byte // content of TEXT file A
	heard    int    // packets for this sign
	refused  int    // that were garbled, or said what no sign knows
}

// New returns a sign that shows nothing.
func New(cfg Config) *Sign { return &Sign{cfg: cfg} }

// Hear takes in bytes from the line and returns what the sign answers.
func (s *Sign) Hear(b []byte) (answer []byte) {
	packets, faults := s.decoder.Hear(b)
	s.refused += len(faults)
	for _, p := range packets {
		if !s.meant(p) {
			continue
		}
		s.heard++
		for _, c := range p.Commands {
			answer = append(answer, s.obey(c)...)
		}
	}
	return answer
}

// Reset is the power going off and on: the sign keeps its files, and forgets a packet under way.
func (s *Sign) Reset() { s.decoder.Reset() }

// meant says whether a packet is for this sign.
func (s *Sign) meant(p alpha.Packet) bool {
	if !slices.Contains([]byte{alpha.AnySign, '?', '!', s.cfg.Type}, p.Type) {
		return false
	}
	if p.Address == alpha.Everyone {
		return true
	}
	for i := range 2 {
		if p.Address[i] != '?' && (len(s.cfg.Address) != 2 || p.Address[i] != s.cfg.Address[i]) {
			return false
		}
	}
	return true
}

// obey carries out one command and returns its answer.
func (s *Sign) obey(c []byte) []byte {
	switch {
	case c[0] == alpha.WriteText && len(c) >= 2:
		s.write(c[1], c[2:])
	case c[0] == alpha.ReadSpecial && len(c) == 2 && c[1] == '"':
		answer, err := alpha.AnswerInformation(alpha.Everyone, alpha.Information{Firmware: s.cfg.Firmware, Released: "0306"})
		if err != nil {
			s.refused++
			return nil
		}
		return answer
	case c[0] == alpha.WriteSpecial && len(c) == 2 && c[1] == ',': // soft reset keeps all files
	default:
		s.refused++
	}
	return nil
}

// write puts a text into a file. One that is too long for its file is lost.
func (s *Sign) write(label byte, content []byte) {
	file := &s.ordinary
	switch label {
	case alpha.Priority:
		file = &s.priority
		if len(content)-3 > alpha.PriorityBytes {
			s.refused++
			content = nil
		}
	case 'A':
	default: // no memory is set aside for it
		s.refused++
		return
	}
	*file = nil
	if len(content) > 0 {
		*file = slices.Clone(content)
	}
}

// State is what a sign shows and has heard.
type State struct {
	// Text are its pages, each of some lines.
	Text [][]string `json:"text"`
	// Flashing is true while the whole text or a part of it flashes.
	Flashing bool `json:"flashing"`
	// Priority is true while the priority file has the sign.
	Priority bool `json:"priority"`
	// Heard and Refused count packets for this sign, and what it could not read.
	Heard   int `json:"heard"`
	Refused int `json:"refused"`
}

// State returns what the sign shows and has heard.
func (s *Sign) State() State {
	pages, all := s.pages()
	st := State{Text: [][]string{}, Flashing: all, Priority: s.priority != nil, Heard: s.heard, Refused: s.refused}
	for _, page := range pages {
		lines := []string{}
		for _, line := range page {
			var b strings.Builder
			for _, c := range line {
				b.WriteRune(c.Letter)
				st.Flashing = st.Flashing || c.Flashing
			}
			lines = append(lines, b.String())
		}
		st.Text = append(st.Text, lines)
	}
	return st
}

// pages reads the file that runs now: its letters, and whether all of it flashes.
func (s *Sign) pages() (pages [][][]Cell, flashing bool) {
	content := s.priority
	if content == nil {
		content = s.ordinary
	}
	if len(content) >= 3 && content[0] == 0x1B {
		flashing = content[2] == byte(alpha.Flash)
		content = content[3:]
	}
	if len(content) == 0 {
		return nil, false
	}
	var line []Cell
	var page [][]Cell
	letters := false // that flash by themselves
	for i := 0; i < len(content); i++ {
		switch b := content[i]; {
		case b == 0x0D:
			page, line = append(page, line), nil
		case b == 0x0C:
			pages, page, line = append(pages, append(page, line)), nil, nil
		case b == 0x07 && i+1 < len(content):
			i++
			letters = content[i] == '1'
		case b == 0x08 && i+1 < len(content):
			i++
			if r, known := alpha.Letter(content[i]); known {
				line = append(line, Cell{Letter: r, Flashing: letters})
			}
		case b == 0x1D && i+2 < len(content):
			i += 2 // attribute, on or off
		case slices.Contains([]byte{0x05, 0x06, 0x0B, 0x0E, 0x0F, 0x10, 0x14, 0x1A, 0x1C, 0x1E, 0x1F}, b) && i+1 < len(content):
			i++ // a code with one more byte, which this sign does not draw
		case b >= ' ' && b < 0x7F:
			line = append(line, Cell{Letter: rune(b), Flashing: letters})
		}
	}
	return append(pages, append(page, line)), flashing
}
