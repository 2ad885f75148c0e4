package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"balcao/hq/rollout"
	"balcao/internal/wire"
)

// standAsk is what somebody looks for among the branches: it is part of the page's address.
type standAsk struct{ Text, Stand, District string }

func standAskOf(q url.Values) standAsk {
	return standAsk{Text: strings.TrimSpace(q.Get("procura")), Stand: q.Get("estado"), District: q.Get("distrito")}
}

func (a standAsk) admits(l standLine) bool {
	return (a.Stand == "" || a.Stand == string(l.stand)) && (a.District == "" || a.District == l.District) &&
		(a.Text == "" || strings.Contains(strings.ToLower(l.Name+" "+l.ID), strings.ToLower(a.Text)))
}

// standsData is what every branch has, and of them those that somebody looks for.
type standsData struct {
	Ask        standAsk
	Counts     []option // of each stand
	Districts  []option
	Stands     []standLine
	Right      int
	Of, All    int
	More, Rest int // that are not shown: of those sought, and of those that are well
	LateN      int
	Late       []option // where branches lag: district and how many
	Filtered   bool
}

// mostStands is how many branches are shown at once: those that lag stand first, and all others are found by their name.
const mostStands = 40

var standOrder = []rollout.Stand{rollout.Rejected, rollout.Drifted, rollout.Waits, rollout.Sending, rollout.Away, rollout.None, rollout.Right}

// lags says whether a branch should have something else than it has.
func lags(s rollout.Stand) bool { return s != rollout.Right && s != rollout.None && s != rollout.Waits }

// stands says what each branch has that somebody sees, those that lag first.
func (s *Server) stands(n rollout.Now, ask standAsk, who visitor) standsData {
	d := standsData{Ask: ask, Filtered: ask != standAsk{}}
	sees := s.seesTarget(who)
	counts, late, of := map[rollout.Stand]int{}, map[string]int{}, map[string]int{}
	for _, b := range n.Branches {
		if !sees(b) {
			continue
		}
		l := standOf(b, n.Targets[b.ID], !who.limited())
		if who.partial() {
			l.Words = ""
		}
		d.All++
		counts[l.stand]++
		of[b.District]++
		if l.Asked != "–" {
			d.Of++
		}
		if lags(l.stand) {
			late[b.District]++
			d.LateN++
		}
		if ask.admits(l) {
			d.Stands = append(d.Stands, l)
		}
	}
	d.Right = counts[rollout.Right]
	for _, stand := range standOrder {
		if counts[stand] > 0 || ask.Stand == string(stand) {
			d.Counts = append(d.Counts, option{string(stand), fmt.Sprintf("%s (%s)", standWords[stand].Word, count(counts[stand])), ask.Stand == string(stand)})
		}
	}
	for name, all := range of {
		words := fmt.Sprintf("%s (%s)", cmp.Or(name, "sem distrito"), count(all))
		if late[name] > 0 {
			words = fmt.Sprintf("%s (%s, %s)", cmp.Or(name, "sem distrito"), count(all), counted(late[name], "em falta", "em falta"))
			d.Late = append(d.Late, option{Value: url.Values{"distrito": {name}}.Encode(), Words: cmp.Or(name, "sem distrito") + " " + count(late[name])})
		}
		d.Districts = append(d.Districts, option{name, words, ask.District == name})
	}
	byWords := func(x, y option) int { return cmp.Compare(plain(x.Words), plain(y.Words)) }
	slices.SortFunc(d.Districts, byWords)
	slices.SortFunc(d.Late, byWords)
	slices.SortStableFunc(d.Stands, func(x, y standLine) int { return slices.Index(standOrder, x.stand) - slices.Index(standOrder, y.stand) })
	if !d.Filtered && d.All > mostStands { // those that are well are found by their name
		d.Stands = slices.DeleteFunc(d.Stands, func(l standLine) bool { return l.stand == rollout.Right || l.stand == rollout.None })
		d.Rest = d.All - len(d.Stands)
	}
	if len(d.Stands) > mostStands {
		d.More, d.Stands = len(d.Stands)-mostStands, d.Stands[:mostStands]
	}
	return d
}

func standOf(b rollout.Branch, t rollout.Target, may bool) standLine {
	stand := rollout.StandOf(t, b)
	line := standLine{ID: string(b.ID), Name: b.Name, District: b.District, Sign: standWords[stand], Asked: "–", Runs: "–", stand: stand}
	if t.Number > 0 {
		line.Asked = "n.º " + strconv.Itoa(t.Number)
	}
	if c := b.Config; c != nil {
		if c.Force > 0 {
			line.Runs = "n.º " + strconv.Itoa(c.Force)
		}
		if stand == rollout.Rejected || stand == rollout.Waits {
			line.Words = c.Text
		}
	}
	if stand == rollout.Drifted {
		line.Words = "Diz que tem outra do que a pedida."
	}
	line.Again = may && (stand == rollout.Drifted || stand == rollout.Rejected)
	return line
}

// configStands is GET /configuracao/lojas: what each branch has, again.
func (s *Server) configStands(w http.ResponseWriter, r *http.Request, who visitor) {
	if s.opt.Rollout == nil {
		http.NotFound(w, r)
		return
	}
	n, err := s.opt.Rollout.Look(r.Context())
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.part(w, "stands", s.stands(n, standAskOf(r.URL.Query()), who))
}

// configTrial is GET /configuracao/ensaio: the draft, tried on more branches than before.
func (s *Server) configTrial(w http.ResponseWriter, r *http.Request, who visitor) {
	if s.opt.Rollout == nil {
		http.NotFound(w, r)
		return
	}
	draft, err := s.opt.Rollout.Draft(r.Context())
	var d configData
	if err == nil {
		d.Revision = draft.Revision
		err = s.tryDraft(r, who, draft, &d, s.branchNames())
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.part(w, "trial", d)
}

// tryDraft fills in what the draft would do, as far as there is time to try it.
func (s *Server) tryDraft(r *http.Request, who visitor, draft rollout.Draft, d *configData, names map[string]string) error {
	if draft.Revision == 0 {
		return nil
	}
	p, err := s.opt.Rollout.Preview(r.Context(), draft, s.seesTarget(who), previewPatience)
	if err == nil {
		d.preview(s.previewFor(who, p), names)
	}
	return err
}

// branchNames are the names of all branches, by id.
func (s *Server) branchNames() map[string]string {
	names := map[string]string{}
	for id, p := range s.opt.Network.Places() {
		names[string(id)] = p.Name
	}
	return names
}

// part answers with a part of a page that comes again.
func (s *Server) part(w http.ResponseWriter, name string, data any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if err := s.pages.ExecuteTemplate(w, name, data); err != nil {
		s.opt.Log.Debug("part of a page not written", "part", name, "err", err)
	}
}

// branchNamed reads a branch that somebody chose from the list or wrote: its id, or its name with the id in brackets.
func branchNamed(text string) wire.NodeID {
	text = strings.TrimSpace(text)
	if i := strings.LastIndexByte(text, '('); i >= 0 && strings.HasSuffix(text, ")") {
		text = text[i+1 : len(text)-1]
	}
	return wire.NodeID(strings.ToUpper(strings.TrimSpace(text)))
}

// layerNamed reads a layer that somebody chose: a branch, or one of the country and of types.
func layerNamed(text string) string {
	if knownLayer(text) {
		return text
	}
	return string(branchNamed(text))
}

// whereLine is how many branches a draft changes of one type, by district.
type whereLine struct {
	Kind      string
	N         int
	Districts string
}

// whereLines says where a draft changes something.
func whereLines(where map[rollout.Place]int) []whereLine {
	sums, of := map[string]int{}, map[string][]string{}
	places := make([]rollout.Place, 0, len(where))
	for p := range where {
		places = append(places, p)
	}
	slices.SortFunc(places, func(x, y rollout.Place) int { return cmp.Compare(plain(x.District), plain(y.District)) })
	for _, p := range places {
		sums[p.Kind] += where[p]
		of[p.Kind] = append(of[p.Kind], cmp.Or(p.District, "sem distrito")+" "+count(where[p]))
	}
	var all []whereLine
	for kind, n := range sums {
		all = append(all, whereLine{cmp.Or(kindsWords[kind], "Outros"), n, strings.Join(of[kind], ", ")})
	}
	slices.SortFunc(all, func(x, y whereLine) int { return cmp.Or(y.N-x.N, cmp.Compare(x.Kind, y.Kind)) })
	return all
}

var kindsWords = map[string]string{"loja": "Lojas", "espaco": "Espaços", "consulado": "Consulados"}

// someNames names the first of many branches.
func someNames(all []rollout.Branch) string {
	const most = 3
	var names []string
	for _, b := range all[:min(len(all), most)] {
		names = append(names, fmt.Sprintf("%s (%s)", b.Name, b.ID))
	}
	words := strings.Join(names, ", ")
	if n := len(all) - most; n > 0 {
		words += " e mais " + count(n)
	}
	return words
}
