package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"balcao/branch-server/engine"
	"balcao/internal/branch/setup"
	"balcao/internal/queue"
)

// setupPublish is POST /configuracao/publicar. With faults nothing changes and the first one takes the focus. The same
// press again, after a lost answer, finds the version published.
func (w *Web) setupPublish(rw http.ResponseWriter, r *http.Request, v visitor) {
	form, ok := w.setupForm(rw, r)
	if !ok {
		return
	}
	section, id := back(form)
	over, _ := strconv.Atoi(form.Get("over"))
	d, err := w.openDesk(r.Context())
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	switch {
	case d.draft.Revision == 0 && d.version.Number == over+1 && d.version.Author == v.person.ID:
		http.Redirect(rw, r, address("historico", "", "publicada"), http.StatusSeeOther)
		return
	case d.version.Number != over:
		http.Redirect(rw, r, address(section, id, "nova-versao"), http.StatusSeeOther)
		return
	case form.Get("revision") != itoa(d.draft.Revision):
		http.Redirect(rw, r, address(section, id, "mudou"), http.StatusSeeOther)
		return
	case len(d.read.Faults) > 0:
		to := linkTo(d.read.Faults[0])
		page, field, _ := strings.Cut(to, "#")
		http.Redirect(rw, r, page+"?dito=faltas#"+field, http.StatusSeeOther)
		return
	case len(d.changes) == 0:
		http.Redirect(rw, r, address(section, id, "sem-mudanca"), http.StatusSeeOther)
		return
	}
	w.publish(rw, r, v, showing{section: section, id: id}, form.Get("key"), setup.Version{
		Number: over + 1, Author: v.person.ID, Note: clip(form.Get("note")), Hash: setup.Hash(d.draft.Document), Document: d.draft.Document,
	}, d.draft.Revision)
}

// clip keeps a note short.
func clip(note string) string {
	note = strings.Join(strings.Fields(note), " ")
	if r := []rune(note); len(r) > 120 {
		return string(r[:120])
	}
	return note
}

// setupRestore is POST /configuracao/repor: an older version is published again. A draft stays as it is.
func (w *Web) setupRestore(rw http.ResponseWriter, r *http.Request, v visitor) {
	form, ok := w.setupForm(rw, r)
	if !ok {
		return
	}
	number, _ := strconv.Atoi(form.Get("version"))
	over, _ := strconv.Atoi(form.Get("over"))
	d, err := w.openDesk(r.Context())
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	old, known, err := w.cfg.Setup.Description(r.Context(), number)
	switch {
	case err != nil:
		w.fault(rw, r, err)
		return
	case !known || d.version.Number == over+1 && d.version.Hash == old.Hash:
		http.Redirect(rw, r, address("historico", "", "publicada"), http.StatusSeeOther)
		return
	case d.version.Number != over:
		http.Redirect(rw, r, address("historico", "", "nova-versao"), http.StatusSeeOther)
		return
	}
	if faults := setup.Read(old.Document).Faults; len(faults) > 0 {
		w.setupShow(rw, r, v, showing{section: "historico", status: http.StatusUnprocessableEntity, notice: &noticeLine{
			"error", "b-out", "A versão " + itoa(number) + " já não serve",
			"O programa pede hoje mais do que ela diz: " + what(faults[0]) + ": " + faults[0].Text,
		}})
		return
	}
	w.publish(rw, r, v, showing{section: "historico"}, form.Get("key"), setup.Version{
		Number: over + 1, Author: v.person.ID, Note: "Volta à versão " + itoa(number), Hash: old.Hash, Document: old.Document,
	}, 0)
}

func (w *Web) publish(rw http.ResponseWriter, r *http.Request, v visitor, s showing, key string, version setup.Version, draft int) {
	if !keyForm.MatchString(key) {
		badRequest(rw, errors.New("falta a chave do pedido"))
		return
	}
	b := setup.Read(version.Document).Branch
	err := w.cfg.Setup.Publish(r.Context(), journalKey(v.session, "publish", key), version, draft, &b)
	left, isLeft := errors.AsType[engine.LeftError](err)
	faults, isFaults := errors.AsType[engine.FaultsError](err)
	s.status = http.StatusConflict
	switch {
	case err == nil:
		w.hub.wake()
		http.Redirect(rw, r, address("historico", "", "publicada"), http.StatusSeeOther)
	case isLeft:
		s.notice = &noticeLine{"error", "b-out", "Agora não se pode publicar", w.leftWords(left.Left)}
		w.setupShow(rw, r, v, s)
	case isFaults:
		s.notice = &noticeLine{"error", "b-out", "A fila não pode trabalhar assim", strings.Join(faults, "; ")}
		w.setupShow(rw, r, v, s)
	case errors.Is(err, engine.ErrVersion):
		http.Redirect(rw, r, address(s.section, s.id, "nova-versao"), http.StatusSeeOther)
	default:
		w.fault(rw, r, err)
	}
}

// leftWords says who would be lost by a publication, and what to do about it.
func (w *Web) leftWords(l queue.Left) string {
	var all []string
	b := w.cfg.Branch()
	if n := l.Tickets(); n > 0 {
		var services []string
		for id, numbers := range l.Visits {
			s, _ := b.Service(id)
			services = append(services, fmt.Sprintf("%s (%d)", orNone(s.Name.In("pt")), len(numbers)))
		}
		all = append(all, fmt.Sprintf("%s ainda por acabar ficariam sem quem as atenda: %s. Atenda-as, ou encaminhe-as, ou publique depois do fecho.", tickets(n), list(services)))
	}
	if len(l.Counters) > 0 {
		var labels []string
		for _, id := range l.Counters {
			labels = append(labels, inSentence(b.Label(id)))
		}
		all = append(all, "Há balcões abertos que deixariam de existir: "+list(labels)+". Feche-os primeiro.")
	}
	if len(l.Letters) > 0 {
		all = append(all, "Uma letra mudaria de divisão com senhas de hoje já dadas: haveria duas senhas com o mesmo número. Use outra letra, ou publique amanhã antes da abertura.")
	}
	return strings.Join(all, " ")
}
