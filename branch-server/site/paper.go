package site

import (
	"slices"

	"balcao/internal/wire"
)

// withPaper are the kiosks that are there and can print now, by name: a kiosk whose printer is out names one of them.
// The caller holds the lock.
func (s *Site) withPaper() []string {
	var names []string
	for id, n := range s.nodes {
		if state := n.Devices["printer"]; n.Online && slices.Contains(n.Faces, "touch") && (state == "ready" || state == "near_end") {
			names = append(names, string(id))
		}
	}
	slices.Sort(names)
	return names[:min(len(names), mostWithPaper)]
}

// mostWithPaper bounds how many of them are told.
const mostWithPaper = 8

// noted compares who can print before and after a change, and has the offer told anew if that differs. The caller holds
// the lock.
func (s *Site) noted(before []string) {
	if !slices.Equal(before, s.withPaper()) {
		s.Hear(nil)
	}
}

// tellPaper puts into an offer which kiosks can print.
func (s *Site) tellPaper(offer *wire.Offer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	offer.Branch.Paper = s.withPaper()
}
