package web

import (
	"slices"
	"strings"

	"balcao/hq/rollout"
	"balcao/internal/branch/above"
	"balcao/internal/wire"
)

// faultsFor puts one sentence in the place of what is at fault in layers of other districts.
func (s *Server) faultsFor(who visitor, all []above.Fault) []above.Fault {
	seen := slices.DeleteFunc(slices.Clone(all), func(f above.Fault) bool { return !s.seesLayer(who, f.Layer) })
	if len(seen) < len(all) {
		seen = append(seen, above.Fault{Text: "Há faltas em lojas de outro distrito. Quem edita o país vê quais."})
	}
	return seen
}

// draftWords says what was changed last in the draft; of a layer of another district only that it was one.
func (s *Server) draftWords(who visitor, what string) string {
	if layer, _, _ := strings.Cut(what, ": "); !s.seesLayer(who, layer) {
		return "uma loja de outro distrito"
	}
	return what
}

// ringName is the name of a ring; one of a branch of another district does not say which.
func (s *Server) ringName(who visitor, ring rollout.Ring) string {
	if slices.ContainsFunc(ring.Branches, func(id wire.NodeID) bool { return !s.seesLayer(who, string(id)) }) {
		return "Piloto"
	}
	return ring.Name
}

// forEyes takes a sentence about a branch of another district away.
func forEyes(words string, n rollout.Now, who visitor) string {
	for _, b := range n.Branches {
		if !who.sees(b.District) && (strings.Contains(words, string(b.ID)) || b.Name != "" && strings.Contains(words, b.Name)) {
			return "Por causa de uma loja de outro distrito. Quem edita o país vê qual."
		}
	}
	return words
}
