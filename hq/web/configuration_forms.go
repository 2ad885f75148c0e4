package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"balcao/hq/rollout"
	"balcao/internal/branch/above"
	"balcao/internal/wire"
)

var configDone = map[string]string{
	"guardado": "Guardado no rascunho. Nada muda nas lojas até publicar.", "desfeito": "A última alteração foi desfeita.", "deitado": "O rascunho foi deitado fora.",
	"publicado": "Publicada. Chega às lojas anel a anel.", "parado": "Parado. Mais nenhuma loja a recebe.", "retomado": "Retomado.",
	"voltou": "Publicado de novo o que dizia antes: todas as lojas a recebem já.", "reenviado": "Enviada de novo a esta loja.",
}

// refuseConfig answers what could not be done; false where nothing was wrong.
func (s *Server) refuseConfig(w http.ResponseWriter, r *http.Request, who visitor, err error) bool {
	faults, atFault := errors.AsType[rollout.FaultsError](err)
	switch {
	case err == nil:
		return false
	case errors.Is(err, rollout.ErrMeanwhile):
		s.showConfig(w, r, who, http.StatusConflict, "Entretanto outra pessoa mudou. Veja como está agora e repita.")
	case errors.Is(err, rollout.ErrNothing):
		s.showConfig(w, r, who, http.StatusConflict, "Não há nada para publicar.")
	case errors.Is(err, above.ErrForm):
		s.showConfig(w, r, who, http.StatusConflict, "O texto da camada tem faltas; corrija-o primeiro.")
	case atFault:
		s.showConfig(w, r, who, http.StatusUnprocessableEntity, "Ainda não se publica: "+faults[0].Text)
	default:
		s.fault(w, r, err)
	}
	return true
}

// configForm reads a form; if it cannot, it has answered.
func (s *Server) configForm(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, above.MostBytes*2)
	if err := r.ParseForm(); err != nil || s.opt.Rollout == nil {
		s.unreadable(w)
		return false
	}
	return true
}

// countryForm reads a form that only who edits the whole country may send; if it cannot, or may not, it has answered.
func (s *Server) countryForm(w http.ResponseWriter, r *http.Request, who visitor) bool {
	if !s.configForm(w, r) {
		return false
	}
	if who.limited() {
		s.errorPage(w, http.StatusForbidden, "Isto é de quem edita o país", "O que guardou está no rascunho. Peça a quem tem a função de edição em todo o país.")
		return false
	}
	return true
}

// formNumber reads a number that the page itself has put into a form, 0 or more; if it cannot, it has answered.
func (s *Server) formNumber(w http.ResponseWriter, r *http.Request, key string) (int, bool) {
	n, err := strconv.Atoi(r.PostForm.Get(key))
	if err != nil || n < 0 {
		s.unreadable(w)
		return 0, false
	}
	return n, true
}

func (s *Server) unreadable(w http.ResponseWriter) {
	s.errorPage(w, http.StatusBadRequest, "O formulário não se lê", "Volte atrás e tente de novo.")
}

func (s *Server) actOnDraft(w http.ResponseWriter, r *http.Request, who visitor) {
	if !s.countryForm(w, r, who) {
		return
	}
	revision, ok := s.formNumber(w, r, "revision")
	if !ok {
		return
	}
	var err error
	done := "desfeito"
	switch r.PathValue("act") {
	case "desfazer":
		err = s.opt.Rollout.Undo(r.Context(), revision)
	case "deitar-fora":
		done, err = "deitado", s.opt.Rollout.Discard(r.Context(), revision)
	default:
		err = rollout.ErrNothing
	}
	if !s.refuseConfig(w, r, who, err) {
		s.note(r.Context(), who.person.ID, "configuration", "rascunho", configDone[done])
		http.Redirect(w, r, "/configuracao?feito="+done, http.StatusSeeOther)
	}
}

// planOf is the plan that a form asks for; problem is a sentence for whoever sent it.
func (s *Server) planOf(form url.Values) (plan rollout.Plan, problem string) {
	plan = s.opt.Plan
	switch form.Get("como") {
	case "ja":
		plan.Rings, plan.Wait = []rollout.Ring{{Name: "Todas", Percent: 100}}, 0
		return plan, ""
	case "aneis":
	default:
		return plan, "Escolha como chega às lojas: anel a anel, ou todas já."
	}
	wait, err := strconv.Atoi(strings.TrimSpace(form.Get("espera")))
	switch {
	case err != nil || wait < 0 || wait > 24*60:
		return plan, "Observar cada anel: escreva um número de minutos, de 0 a 1440."
	case wait != int(plan.Wait.Minutes()): // the plan's own may have seconds, which the form does not show
		plan.Wait = time.Duration(wait) * time.Minute
	}
	if one := form.Get("piloto"); one != "" {
		pilot := branchNamed(one)
		if !pilot.Valid() || pilot != pilot.Branch() {
			return plan, "A loja escolhida para começar não existe. Escolha outra, ou «sem piloto»."
		}
		plan.Rings = append([]rollout.Ring{{Name: "Piloto " + string(pilot), Branches: []wire.NodeID{pilot}}}, plan.Rings...)
	}
	return plan, ""
}

func (s *Server) publishConfig(w http.ResponseWriter, r *http.Request, who visitor) {
	if !s.countryForm(w, r, who) {
		return
	}
	if s.opt.CanSign == nil || !s.opt.CanSign() {
		s.showConfig(w, r, who, http.StatusConflict, "A sede não tem chave para assinar. Sem assinatura nenhuma loja aceita. Veja «Chaves» em docs/operations.md.")
		return
	}
	revision, ok := s.formNumber(w, r, "revision")
	if !ok {
		return
	}
	plan, problem := s.planOf(r.PostForm)
	if problem != "" {
		s.showConfig(w, r, who, http.StatusUnprocessableEntity, "Não se publicou. "+problem)
		return
	}
	note := strings.Join(strings.Fields(r.PostForm.Get("nota")), " ")
	if n := []rune(note); len(n) > 120 {
		note = string(n[:120])
	}
	number, err := s.opt.Rollout.Publish(r.Context(), who.person.ID, note, revision, plan)
	if !s.refuseConfig(w, r, who, err) {
		s.note(r.Context(), who.person.ID, "configuration", "n.º "+strconv.Itoa(number), "publicada: "+note)
		http.Redirect(w, r, "/configuracao?feito=publicado", http.StatusSeeOther)
	}
}

func (s *Server) actOnRollout(w http.ResponseWriter, r *http.Request, who visitor) {
	if !s.countryForm(w, r, who) {
		return
	}
	act := r.PathValue("act")
	number, about := 0, r.PostForm.Get("loja")
	if act != "reenviar" {
		var ok bool
		if number, ok = s.formNumber(w, r, "numero"); !ok {
			return
		}
		about = "n.º " + strconv.Itoa(number)
	}
	var done string
	var err error
	switch act {
	case "parar":
		done, err = "parado", s.opt.Rollout.Stop(r.Context(), number, "Parado por "+who.person.Name+".")
	case "retomar":
		done, err = "retomado", s.opt.Rollout.Resume(r.Context(), number)
	case "voltar":
		done = "voltou"
		_, err = s.opt.Rollout.Back(r.Context(), who.person.ID, number)
	case "reenviar":
		done, err = "reenviado", s.opt.Rollout.Again(r.Context(), wire.NodeID(about))
	default:
		err = rollout.ErrNothing
	}
	if !s.refuseConfig(w, r, who, err) {
		s.note(r.Context(), who.person.ID, "configuration", about, configDone[done])
		http.Redirect(w, r, "/configuracao?feito="+done, http.StatusSeeOther)
	}
}
