package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"balcao/hq/alert"
	"balcao/hq/cases"
	"balcao/hq/people"
	"balcao/internal/wire"
)

// ruleWords are what rules are called on screens.
var ruleWords = map[alert.Rule]string{
	alert.BreachAhead: "Vai passar o objetivo", alert.BreachNow: "Abaixo do objetivo", alert.Stuck: "Senha parada", alert.NoCounter: "Sem balcão aberto",
	alert.Overload: "Procura a mais", alert.NoShows: "Muitas ausências", alert.SilentKiosk: "Quiosque calado", alert.StaleBoard: "Painel parado",
	alert.Unlawful: "Regra contra a lei", alert.Disk: "Disco", alert.Clock: "Relógio", alert.Seal: "Diário não selado", alert.NoPaper: "Sem papel", alert.Fork: "Registo com duas versões", alert.Version: "Versão do programa", alert.Offline: "Sem ligação",
	alert.District: "Distrito sem ligação", alert.Printer: "Impressora avariada", alert.Model: "Avaria de um modelo",
}

// rules lists the rules by their words.
func rules() []option {
	all := make([]option, 0, len(ruleWords))
	for r, w := range ruleWords {
		all = append(all, option{Value: string(r), Words: w})
	}
	slices.SortFunc(all, func(x, y option) int { return cmp.Compare(x.Words, y.Words) })
	return all
}

// openCases returns the open cases that somebody sees; where nobody keeps cases, the bare alerts.
func (s *Server) openCases(who visitor) []cases.Case {
	var all []cases.Case
	if s.opt.Desk != nil {
		all = s.opt.Desk.Open()
	} else {
		for _, a := range s.opt.Network.Alerts() {
			all = append(all, cases.Case{Alert: a})
		}
	}
	return slices.DeleteFunc(all, func(c cases.Case) bool { return !s.seesCase(c, who) })
}

// caseLine is one case in a list.
type caseLine struct {
	cases.Case

	Sign     sign
	Rule     string
	Since    string
	Care     string
	CareSign sign
	Mine     bool
	MayTake  bool
}

func (s *Server) line(c cases.Case, now time.Time, who visitor) caseLine {
	l := caseLine{Case: c, Sign: signOfDegree(c.Degree), Rule: ruleWords[c.Rule], Since: since(c.Since, now), MayTake: who.may(people.Operator)}
	switch {
	case c.Taken.By != "":
		l.Care, l.CareSign = s.opt.People.Name(c.Taken.By)+", "+since(c.Taken.At, now), signWorking
		l.Mine = who.person != nil && who.person.ID == c.Taken.By
	case c.Silence != nil:
		l.Care, l.CareSign = "em silêncio até às "+clock(c.Silence.Until, now, "15:04"), signSilenced
	case !c.Escalated.IsZero():
		l.Care, l.CareSign = "ninguém; avisou-se mais gente", signOut
	default:
		l.Care, l.CareSign = "ninguém ainda", signWatch
	}
	return l
}

type silenceLine struct {
	cases.Silence

	What, Who, Ends string
	MayEnd          bool
}

// alerts is the page of alerts at a moment.
func (s *Server) alerts(now time.Time, who visitor) view {
	now = now.In(s.opt.Zone)
	v := view{Now: now, HTML: map[string]string{"clock": now.Format("15:04"), "date": longDate(now) + " · hora de " + zoneName(s.opt.Zone)}}
	var lines []caseLine
	for _, c := range s.openCases(who) {
		lines = append(lines, s.line(c, now, who))
	}
	v.HTML["cases"] = s.fragment("cases", lines)
	v.HTML["silences"] = s.fragment("silences", s.silenceLines(now, who))
	return v
}

func (s *Server) silenceLines(now time.Time, who visitor) []silenceLine {
	if s.opt.Desk == nil {
		return nil
	}
	var all []silenceLine
	for _, one := range s.opt.Desk.Silences() {
		if one.Branch != "" && !s.sees(who, wire.NodeID(one.Branch)) {
			continue
		}
		what := "Todos os alertas"
		if one.Rule != "" {
			what = ruleWords[one.Rule]
		}
		if one.Branch != "" {
			what += " · " + s.branchName(one.Branch)
		} else {
			what += " · toda a rede"
		}
		all = append(all, silenceLine{
			Silence: one, What: what, Who: s.opt.People.Name(one.By), Ends: clock(one.Until, now, "15:04"), MayEnd: who.may(people.Operator) && (one.Branch != "" || !who.limited()) && !who.partial(),
		})
	}
	return all
}

func (s *Server) branchName(id string) string {
	if d, known := s.opt.Network.Branch(wire.NodeID(id), s.opt.Now()); known {
		return d.Name
	}
	return id
}

func (s *Server) alertsPage(w http.ResponseWriter, r *http.Request, who visitor) {
	v := s.alerts(s.opt.Now(), who)
	f := s.frameOf(w, r, v)
	f.Who, f.Tab, f.Events = who.person, "alerts", "/events?alertas"
	f.Hints = s.hintsOf(r.Context(), "alerts", who)
	f.Data = map[string]any{"Rules": rules(), "Branches": s.branchOptions(who), "May": who.may(people.Operator), "Hush": who.may(people.Operator) && !who.partial(), "Partial": who.partial(), "Problem": r.URL.Query().Get("recusa")}
	s.write(w, http.StatusOK, "alerts", "Alertas", f)
}

func (s *Server) branchOptions(who visitor) []option {
	branches, _ := s.opt.Network.Overview(s.opt.Now(), who.sight())
	all := make([]option, len(branches))
	for i, b := range branches {
		all[i] = option{Value: string(b.ID), Words: b.Name}
	}
	slices.SortFunc(all, func(x, y option) int { return cmp.Or(cmp.Compare(x.Words, y.Words), cmp.Compare(x.Value, y.Value)) })
	return all
}

var stepWords = map[cases.Kind]string{
	cases.Opened: "Abriu", cases.Taken: "tomou conta", cases.Released: "deixou", cases.Noted: "anotou", cases.Escalated: "Ninguém tomou conta: avisou-se mais gente",
	cases.Closed: "Deixou de se verificar",
}

type stepLine struct{ At, Words, Note string }

type noticeLine struct {
	Sign        sign
	At, Way, On string
}

var wayWords = map[string]string{"email": "Correio", "webhook": "Webhook", "alertmanager": "Alertmanager"}

// casePage is GET /alertas/{id}: one alert, what to do, what was done, and to whom it was told.
func (s *Server) casePage(w http.ResponseWriter, r *http.Request, who visitor) {
	s.showCase(w, r, who, http.StatusOK, "")
}

func (s *Server) showCase(w http.ResponseWriter, r *http.Request, who visitor, status int, problem string) {
	c, known := s.caseOf(w, r, who)
	if !known {
		return
	}
	now := s.opt.Now().In(s.opt.Zone)
	steps, err := s.opt.Office.Steps(r.Context(), c.ID)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	notices, err := s.opt.Office.Notices(r.Context(), c.ID)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	var did []stepLine
	for _, one := range steps {
		l := stepLine{At: clock(one.At, now, "15:04:05"), Words: stepWords[one.Kind], Note: one.Note}
		if one.By != "" {
			l.Words = s.opt.People.Name(one.By) + " " + l.Words
		}
		did = append(did, l)
	}
	var told []noticeLine
	for _, n := range notices {
		told = append(told, noticeWords(n, now))
	}
	s.show(w, r, status, who, "case", c.Where, map[string]any{
		"C": s.line(c, now, who), "Open": c.Closed.IsZero(), "Closed": clock(c.Closed, now, "15:04"), "Steps": did, "Told": told, "Problem": problem,
		"Rule": c.Rule,
	})
}

func noticeWords(n cases.Notice, now time.Time) noticeLine {
	l := noticeLine{At: clock(n.At, now, "15:04:05"), Way: cmp.Or(wayWords[n.Way], n.Way)}
	switch {
	case !n.Told.IsZero():
		l.Sign, l.On = signGood, "avisado às "+clock(n.Told, now, "15:04:05")
	case n.Next.IsZero():
		l.Sign, l.On = signBroken, "não se conseguiu avisar: "+n.Fault
	case n.Tries > 0:
		l.Sign, l.On = signSoon, "tenta de novo às "+clock(n.Next, now, "15:04:05")+": "+n.Fault
	default:
		l.Sign, l.On = signWorking, "a avisar"
	}
	return l
}

// caseOf returns the case that a request is about, as it is now; if there is none, it has answered.
func (s *Server) caseOf(w http.ResponseWriter, r *http.Request, who visitor) (cases.Case, bool) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	var c cases.Case
	known := false
	if err == nil && s.opt.Desk != nil {
		if c, known, err = s.opt.Office.Case(r.Context(), id); err != nil {
			s.fault(w, r, err)
			return c, false
		}
	}
	if !known || !s.seesCase(c, who) {
		s.errorPage(w, http.StatusNotFound, "Este alerta não existe", "Os alertas ficam guardados: procure-o na história.")
		return c, false
	}
	for _, open := range s.opt.Desk.Open() {
		if open.ID == id {
			return open, true
		}
	}
	return c, true
}

// refusals are what people are told when the desk refuses.
var refusals = map[error]string{
	cases.ErrNoCase: "O alerta já se resolveu.", cases.ErrTaken: "Outra pessoa já está a tratar.", cases.ErrNotYours: "Só quem tomou conta o pode deixar.",
	cases.ErrNoNote: "Escreva a nota, até 400 letras.", cases.ErrNoReason: "Diga porquê, entre 3 e 200 letras.", cases.ErrScope: "Escolha um local ou um tipo de alerta.",
	cases.ErrDuration: "O silêncio dura de um minuto a sete dias.", cases.ErrNoSilence: "Esse silêncio já terminou.",
}

// refusalWords says in words what the desk refused; false if it refused nothing.
func refusalWords(err error) (string, bool) {
	for known, words := range refusals {
		if errors.Is(err, known) {
			return words, true
		}
	}
	return "", false
}

// actOnCase is POST /alertas/{id}/{act}: tomar, deixar or nota.
func (s *Server) actOnCase(w http.ResponseWriter, r *http.Request, who visitor) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	c, known := s.caseOf(w, r, who)
	if !known {
		return
	}
	var err error
	words := ""
	switch act := r.PathValue("act"); act {
	case "tomar":
		words, err = "tomou conta", s.opt.Desk.Take(r.Context(), who.person.ID, c.ID)
	case "deixar":
		words, err = "deixou", s.opt.Desk.Release(r.Context(), who.person.ID, c.ID)
	case "nota":
		words, err = "anotou", s.opt.Desk.Note(r.Context(), who.person.ID, c.ID, r.PostFormValue("nota"))
	default:
		s.errorPage(w, http.StatusNotFound, "Esta página não existe", "O endereço pode ter mudado.")
		return
	}
	if told, refused := refusalWords(err); refused {
		s.showCase(w, r, who, http.StatusConflict, told)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.note(r.Context(), who.person.ID, "case_"+r.PathValue("act"), "alerta "+strconv.FormatInt(c.ID, 10), words+": "+c.Where)
	to := "/alertas/" + strconv.FormatInt(c.ID, 10)
	if r.PostFormValue("volta") == "lista" {
		to = "/alertas"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// hush is POST /silencios.
func (s *Server) hush(w http.ResponseWriter, r *http.Request, who visitor) {
	if !s.whole(w, who, "Um silêncio cala o alerta também para as outras entidades. Peça a quem trata da loja toda.") {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	minutes, err := strconv.Atoi(r.PostFormValue("minutos"))
	if err != nil || s.opt.Desk == nil {
		minutes = 0
	}
	one := cases.Silence{
		Rule: alert.Rule(r.PostFormValue("regra")), Branch: r.PostFormValue("local"), Reason: r.PostFormValue("motivo"), By: who.person.ID,
		Until: s.opt.Now().Add(time.Duration(min(minutes, 1<<20)) * time.Minute),
	}
	if _, known := ruleWords[one.Rule]; one.Rule != "" && !known || one.Branch != "" && !s.sees(who, wire.NodeID(one.Branch)) ||
		one.Branch == "" && who.limited() {
		s.errorPage(w, http.StatusBadRequest, "Isto não se pode pôr em silêncio", "Escolha um local seu ou um tipo de alerta.")
		return
	}
	_, err = s.opt.Desk.Hush(r.Context(), one)
	if told, refused := refusalWords(err); refused {
		s.errorPage(w, http.StatusConflict, "Não ficou em silêncio", told)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.note(r.Context(), who.person.ID, "silence", cmp.Or(one.Branch, "toda a rede"), fmt.Sprintf("silêncio de %s por %d min: %s", cmp.Or(ruleWords[one.Rule], "tudo"), minutes, one.Reason))
	http.Redirect(w, r, "/alertas", http.StatusSeeOther)
}

// endSilence is POST /silencios/{id}/terminar.
func (s *Server) endSilence(w http.ResponseWriter, r *http.Request, who visitor) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	mine := slices.ContainsFunc(s.silenceLines(s.opt.Now(), who), func(l silenceLine) bool { return l.ID == id && l.MayEnd })
	switch {
	case err != nil || !mine:
		err = cases.ErrNoSilence
	default:
		err = s.opt.Desk.EndSilence(r.Context(), id)
	}
	if told, refused := refusalWords(err); refused {
		s.errorPage(w, http.StatusConflict, "Já não estava em silêncio", told)
		return
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	s.note(r.Context(), who.person.ID, "silence_end", "silêncio "+r.PathValue("id"), "terminou o silêncio")
	http.Redirect(w, r, "/alertas", http.StatusSeeOther)
}
