package web

import (
	"net/url"
	"slices"
	"strings"

	"balcao/hq/rollout"
	"balcao/internal/branch/above"
	"balcao/internal/queue"
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

// previewFor leaves of a preview what somebody sees. Who sees some bodies alone is told how many branches change, and whether
// anything is at fault; what it is names the services and messages of all bodies.
func (s *Server) previewFor(who visitor, p rollout.Preview) rollout.Preview {
	if !who.partial() {
		p.Faults = s.faultsFor(who, p.Faults)
		return p
	}
	if len(p.Faults) > 0 {
		p.Faults = []above.Fault{{Text: "Há faltas no rascunho. Quem edita o país vê quais."}}
	}
	p.Refuse, p.Effects = nil, nil
	return p
}

// noteFor is the note of a publication; words of those who edit for all bodies are not told to who sees some.
func noteFor(who visitor, note string) string {
	if who.partial() {
		return ""
	}
	return note
}

// ownServices are the services of somebody's own bodies, as branches describe them: of one branch, where the layer is one's.
func (s *Server) ownServices(who visitor, layer string, owns []rollout.Own) map[string]bool {
	own := map[string]bool{}
	s.shelf.each(ownsOf(layer, owns), s.opt.Now, func(one above.Named) {
		if who.serves(queue.BodyID(one.Body)) {
			own[one.ID] = true
		}
	})
	return own
}

// leave leaves of a layer's page what somebody sees who sees some bodies alone: the names of their services.
func (d *layerData) leave(own map[string]bool) {
	d.Partial, d.Text, d.Lines, d.Messages, d.Week, d.Guard = true, "", nil, nil, nil, ""
	d.Services = slices.DeleteFunc(d.Services, func(one serviceRow) bool { return !own[one.ID] })
	if len(d.Faults) > 0 {
		d.Faults = []faultWords{{Where: d.Name, Text: "O texto tem faltas. Quem edita o país vê quais."}}
	}
}

// beyondBody says whether a form changes more of a layer than the services of somebody's own bodies.
func (s *Server) beyondBody(who visitor, layer string, form url.Values, owns []rollout.Own) bool {
	own := s.ownServices(who, layer, owns)
	return form.Get("parte") != "servicos" || slices.ContainsFunc(form["servico"], func(id string) bool { return !own[id] })
}

// draftWords says what was changed last in the draft; of a layer of another district only that it was one.
func (s *Server) draftWords(who visitor, what string) string {
	layer, _, _ := strings.Cut(what, ": ")
	switch {
	case who.partial():
		return "alterado"
	case !s.seesLayer(who, layer):
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
func (s *Server) forEyes(words string, n rollout.Now, who visitor) string {
	if who.partial() {
		return "" // branches say what they refuse by the names of services
	}
	for _, b := range n.Branches {
		if !s.seesTarget(who)(b) && (strings.Contains(words, string(b.ID)) || b.Name != "" && strings.Contains(words, b.Name)) {
			return "Por causa de uma loja de outro distrito. Quem edita o país vê qual."
		}
	}
	return words
}
