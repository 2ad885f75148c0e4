package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"balcao/hq/atlas"
	"balcao/hq/people"
	"balcao/internal/queue"
)

type personLine struct {
	people.Record

	Words string // of the role
	Where string
	Self  bool
}

func (s *Server) peoplePage(w http.ResponseWriter, r *http.Request, who visitor) {
	s.showPeople(w, r, who, http.StatusOK, "", people.Record{Role: people.Operator})
}

func (s *Server) showPeople(w http.ResponseWriter, r *http.Request, who visitor, status int, problem string, typed people.Record) {
	var lines []personLine
	for _, p := range s.opt.People.Managed(*who.person) {
		lines = append(lines, personLine{Record: p, Words: p.Role.InWords(), Where: p.Where(s.bodyName), Self: p.ID == who.person.ID})
		if p.ID == r.URL.Query().Get("pessoa") && problem == "" {
			typed = p
		}
	}
	var roles, districts []option
	for _, role := range people.Roles() {
		roles = append(roles, option{Value: string(role), Words: role.InWords(), Chosen: typed.Role == role})
	}
	fresh := !slices.ContainsFunc(lines, func(l personLine) bool { return l.ID == typed.ID && typed.ID != "" })
	if fresh && problem == "" { // whoever has a limit gives at most that one: it is what they begin with
		typed.Districts, typed.Bodies = who.person.Districts, who.person.Bodies
	}
	for _, d := range atlas.Districts() {
		if who.seesDistrict(d) {
			districts = append(districts, option{Value: d, Words: d, Chosen: slices.Contains(typed.Districts, d)})
		}
	}
	s.show(w, r, status, who, "people", "Pessoas", map[string]any{
		"Lines": lines, "Roles": roles, "Districts": districts, "Bodies": s.bodyOptions(who, typed.Bodies), "EveryDistrict": len(who.person.Districts) == 0, "EveryBody": !who.partial(), "Problem": problem, "P": typed, "New": fresh,
	})
}

var personRefusals = map[error]string{
	people.ErrLogin: "O nome de utilizador tem até 32 letras minúsculas, algarismos, pontos e hífenes.", people.ErrTaken: "Já há alguém com esse nome de utilizador.",
	people.ErrNoName: "Escreva o nome, até 80 letras.", people.ErrRole: "Escolha a função.", people.ErrSecret: "A palavra-passe tem de 8 a 128 letras.",
	people.ErrUnknown: "Não há ninguém com esse nome de utilizador.", people.ErrLast: "Tem de ficar alguém que administre.",
	people.ErrBeyond: "Só pode dar o que também é seu: escolha entre os seus distritos e entidades.", people.ErrBody: "Escolha as entidades da lista, até 20.",
	people.ErrYourself: "Não pode tirar a si próprio a administração.",
}

// putPerson is POST /pessoas.
func (s *Server) putPerson(w http.ResponseWriter, r *http.Request, who visitor) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		s.errorPage(w, http.StatusBadRequest, "O formulário não se lê", "Volte atrás e tente de novo.")
		return
	}
	wish := people.Wish{
		Record: people.Record{
			ID: strings.TrimSpace(r.PostForm.Get("id")), Name: strings.TrimSpace(r.PostForm.Get("name")), Role: people.Role(r.PostForm.Get("role")),
			Districts: r.PostForm["district"], Bodies: r.PostForm["body"], Gone: r.PostForm.Get("gone") != "",
		},
		Password: r.PostForm.Get("password"), New: r.PostForm.Get("new") != "",
	}
	known := atlas.Districts()
	wish.Districts = slices.DeleteFunc(wish.Districts, func(d string) bool { return !slices.Contains(known, d) })
	what, err := s.opt.People.Put(r.Context(), *who.person, wish)
	for refusal, words := range personRefusals {
		if errors.Is(err, refusal) {
			s.showPeople(w, r, who, http.StatusConflict, words, wish.Record)
			return
		}
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	if what != "" {
		s.note(r.Context(), who.person.ID, "person", wish.ID, what)
	}
	http.Redirect(w, r, "/pessoas", http.StatusSeeOther)
}

type deedLine struct{ At, Who, About, Words string }

const deedsAPage = 100

// bodyOptions are the bodies that somebody may limit others to: those that the configuration names and those that branches have.
func (s *Server) bodyOptions(who visitor, chosen []string) []option {
	ids := slices.Clone(chosen)
	for id := range s.opt.Names.Bodies {
		ids = append(ids, strings.ToLower(id))
	}
	for _, id := range s.opt.Network.Bodies(who.sight()) {
		ids = append(ids, strings.ToLower(string(id)))
	}
	slices.Sort(ids)
	var all []option
	for _, id := range slices.Compact(ids) {
		if who.serves(queue.BodyID(id)) {
			all = append(all, option{Value: id, Words: s.bodyName(id), Chosen: slices.Contains(chosen, id)})
		}
	}
	slices.SortStableFunc(all, func(x, y option) int { return strings.Compare(plain(x.Words), plain(y.Words)) })
	return all
}

// auditPage is GET /auditoria: who did what, newest first.
func (s *Server) auditPage(w http.ResponseWriter, r *http.Request, who visitor) {
	if who.limited() {
		s.errorPage(w, http.StatusForbidden, "A auditoria é de toda a rede", "Diz o que cada pessoa fez, em todos os distritos e entidades. Peça a quem administra sem limite.")
		return
	}
	before, err := strconv.ParseInt(r.URL.Query().Get("antes"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	deeds, err := s.opt.Office.Deeds(r.Context(), before, deedsAPage)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	var lines []deedLine
	for _, d := range deeds {
		lines = append(lines, deedLine{At: d.At.In(s.opt.Zone).Format("02/01/2006 15:04:05"), Who: s.opt.People.Name(d.By), About: d.About, Words: d.Words})
	}
	var next int64
	if len(deeds) == deedsAPage {
		next = deeds[len(deeds)-1].ID
	}
	s.show(w, r, http.StatusOK, who, "audit", "Auditoria", map[string]any{"Lines": lines, "Next": next})
}
