package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"balcao/hq/atlas"
	"balcao/hq/people"
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
	for _, p := range s.opt.People.All() {
		where := "todo o país"
		if len(p.Districts) > 0 {
			where = strings.Join(p.Districts, ", ")
		}
		lines = append(lines, personLine{Record: p, Words: p.Role.InWords(), Where: where, Self: p.ID == who.person.ID})
		if p.ID == r.URL.Query().Get("pessoa") && problem == "" {
			typed = p
		}
	}
	var roles, districts []option
	for _, role := range people.Roles() {
		roles = append(roles, option{Value: string(role), Words: role.InWords(), Chosen: typed.Role == role})
	}
	for _, d := range atlas.Districts() {
		districts = append(districts, option{Value: d, Words: d, Chosen: slices.Contains(typed.Districts, d)})
	}
	s.show(w, r, status, who, "people", "Pessoas", map[string]any{
		"Lines": lines, "Roles": roles, "Districts": districts, "Problem": problem, "P": typed, "New": !slices.ContainsFunc(lines, func(l personLine) bool { return l.ID == typed.ID && typed.ID != "" }),
	})
}

var personRefusals = map[error]string{
	people.ErrLogin: "O nome de utilizador tem até 32 letras minúsculas, algarismos, pontos e hífenes.", people.ErrTaken: "Já há alguém com esse nome de utilizador.",
	people.ErrNoName: "Escreva o nome, até 80 letras.", people.ErrRole: "Escolha a função.", people.ErrSecret: "A palavra-passe tem de 8 a 128 letras.",
	people.ErrUnknown: "Não há ninguém com esse nome de utilizador.", people.ErrLast: "Tem de ficar alguém que administre.",
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
			Districts: r.PostForm["district"], Gone: r.PostForm.Get("gone") != "",
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

// auditPage is GET /auditoria: who did what, newest first.
func (s *Server) auditPage(w http.ResponseWriter, r *http.Request, who visitor) {
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
