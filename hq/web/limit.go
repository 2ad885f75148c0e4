package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"balcao/hq/alert"
	"balcao/hq/cases"
	"balcao/hq/network"
	"balcao/hq/network/report"
	"balcao/hq/people"
	"balcao/hq/rollout"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// sight is what of the network is theirs to see.
func (v visitor) sight() network.Sight {
	var of network.Sight
	if v.person != nil && len(v.person.Districts) > 0 {
		of.District = v.person.Sees
	}
	if v.partial() {
		of.Serves = v.serves
	}
	return of
}

// seesDistrict says whether a district is theirs to see.
func (v visitor) seesDistrict(district string) bool {
	return v.person == nil || v.person.Sees(district)
}

// serves says whether the visits of a body are theirs to see.
func (v visitor) serves(body queue.BodyID) bool {
	return v.person == nil || v.person.Serves(string(body))
}

// limited says whether they see a part alone, of the country or of what branches do.
func (v visitor) limited() bool { return v.person != nil && v.person.Limited() }

// partial says whether of each branch they see a part alone: whatever is of the whole branch is not theirs to change.
func (v visitor) partial() bool { return v.person != nil && len(v.person.Bodies) > 0 }

// sees says whether somebody sees a branch; who is not limited also those that the network does not know.
func (s *Server) sees(who visitor, id wire.NodeID) bool {
	return !who.limited() || s.opt.Network.Sees(id, who.sight())
}

// seesSite says whether somebody sees a site of the registry, also one that never connected: of such a one nobody knows which
// bodies it will host.
func (s *Server) seesSite(who visitor, id wire.NodeID, district string) bool {
	return who.seesDistrict(district) && (!who.partial() || s.opt.Network.Sees(id, who.sight()))
}

// seesTarget says whether somebody sees a branch that takes configurations.
func (s *Server) seesTarget(who visitor) func(rollout.Branch) bool {
	return func(b rollout.Branch) bool { return s.seesSite(who, b.ID, b.District) }
}

// sharedRules are alerts about what a branch has for all of its bodies. The others speak of all visits of a branch together,
// and name their tickets.
var sharedRules = []alert.Rule{
	alert.SilentKiosk, alert.StaleBoard, alert.Disk, alert.Clock, alert.Seal, alert.NoPaper, alert.Fork, alert.Version, alert.Offline, alert.District, alert.Printer, alert.Model,
}

// seesCase says whether a case is somebody's to see. One of a whole district has it for its place.
func (s *Server) seesCase(c cases.Case, who visitor) bool {
	// That nobody takes a number in a whole branch, while so many are expected, is a figure of all of its bodies.
	if who.partial() && (!slices.Contains(sharedRules, c.Rule) || c.Rule == alert.SilentKiosk && c.About == "") {
		return false
	}
	switch {
	case c.Rule == alert.Model:
		return true // of everywhere
	case c.Branch == "":
		return who.seesDistrict(c.Where)
	}
	return s.sees(who, wire.NodeID(c.Branch))
}

// ownWaits are lines for branches where visits of somebody's own bodies wait too long: the alerts of queues are of whole
// branches, and not theirs.
func ownWaits(branches []network.Summary) []attentionLine {
	var all []attentionLine
	for _, b := range branches {
		if !b.Limited || b.Cause != network.CauseWait {
			continue
		}
		words := "Alguém espera há " + span(b.Longest) + "."
		if b.Ticket != "" {
			words = "A senha " + b.Ticket + " espera há " + span(b.Longest) + "."
		}
		all = append(all, attentionLine{
			Sign: signOf(b), ID: string(b.ID), Name: b.Name, Words: words, First: "Ver com a coordenação se há balcões que possam abrir.", Since: "agora",
		})
	}
	slices.SortStableFunc(all, func(x, y attentionLine) int { return strings.Compare(x.Sign.Class, y.Sign.Class) })
	return all
}

// limitWords says on every page what somebody sees a part of; empty for who sees all.
func (s *Server) limitWords(p *people.Person) string {
	if p == nil || !p.Limited() {
		return ""
	}
	where := "Vê só " + strings.Join(p.Districts, ", ")
	if len(p.Bodies) == 0 {
		return where + "."
	}
	of := strings.Join(s.bodyNamesOf(p.Bodies), ", ")
	if len(p.Districts) == 0 {
		return fmt.Sprintf("Vê só %s: as senhas e os tempos são desses serviços. Balcões abertos, ligação e equipamento são da loja toda.", of)
	}
	return fmt.Sprintf("%s, e só %s: as senhas e os tempos são desses serviços. Balcões abertos, ligação e equipamento são da loja toda.", where, of)
}

func (s *Server) bodyNamesOf(ids []string) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = s.bodyName(id)
	}
	return names
}

// limit makes a question one about what somebody sees alone. What they ask beyond that is as nonsense is: not asked.
func (s *Server) limit(q *report.Question, who visitor) {
	if !who.limited() {
		return
	}
	q.Sees = who.seesDistrict
	if q.District != "" && !who.seesDistrict(q.District) {
		q.District = ""
	}
	if q.Branch != "" && !s.sees(who, q.Branch) {
		q.Branch = ""
	}
	if !who.partial() {
		return
	}
	q.Serves = who.serves
	if q.Body != "" && !who.serves(q.Body) {
		q.Body = ""
	}
	if q.Service != "" && !slices.Contains(s.opt.Network.Services(who.sight()), q.Service) {
		q.Service = ""
	}
}

// reportNames are the bodies and services that somebody may ask for by name.
func (s *Server) reportNames(who visitor) (bodies, services map[string]string) {
	if !who.partial() {
		return s.opt.Names.Bodies, s.opt.Names.Services
	}
	bodies, services = map[string]string{}, map[string]string{}
	for id, name := range s.opt.Names.Bodies {
		if who.serves(queue.BodyID(id)) {
			bodies[id] = name
		}
	}
	for _, id := range s.opt.Network.Services(who.sight()) {
		services[string(id)] = s.opt.Names.service(id)
	}
	return bodies, services
}

// bodyName names a body that is told in lower case.
func (s *Server) bodyName(id string) string {
	for known, name := range s.opt.Names.Bodies {
		if strings.EqualFold(known, id) {
			return name
		}
	}
	return s.opt.Names.body(queue.BodyID(id))
}

// whole refuses what is about a whole branch to who sees a part of it; if it returns false, it has answered.
func (s *Server) whole(w http.ResponseWriter, who visitor, words string) bool {
	if who.partial() {
		s.errorPage(w, http.StatusForbidden, "Isto é da loja toda", words)
		return false
	}
	return true
}

// still says whether somebody may do and see what they might when their page was opened.
func (s *Server) still(who visitor) bool {
	if who.person == nil || s.opt.People == nil {
		return true
	}
	now, works := s.opt.People.Find(who.person.ID)
	return works && now.Role == who.person.Role && slices.Equal(now.Districts, who.person.Districts) && slices.Equal(now.Bodies, who.person.Bodies)
}
