package web

import (
	"errors"
	"net/http"

	"balcao/internal/branch/setup"
)

// setupUndo is POST /configuracao/desfazer: one of the changes of the draft is taken back to what is in force. One that
// somebody took back meanwhile is no fault.
func (w *Web) setupUndo(rw http.ResponseWriter, r *http.Request, v visitor) {
	form, ok := w.setupForm(rw, r)
	if !ok {
		return
	}
	section, id := back(form)
	err := w.changeDraft(r.Context(), v, func(d desk) ([]byte, error) {
		if len(d.read.Form) > 0 {
			return nil, errBroken
		}
		b := d.read.Branch
		for _, c := range d.changes {
			if c.Path != form.Get("path") {
				continue
			}
			if err := setup.Undo(&b, &d.now, c.Path); err != nil {
				return nil, editError{err}
			}
			return setup.Write(&b), nil
		}
		return d.draft.Document, nil
	})
	switch {
	case errors.Is(err, errBroken):
		http.Redirect(rw, r, address("texto", "", ""), http.StatusSeeOther)
	case err != nil && errors.As(err, new(editError)):
		w.setupShow(rw, r, v, showing{section: section, id: id, status: http.StatusUnprocessableEntity, notice: &noticeLine{"error", "b-out", "Não ficou desfeito", sentence(err.Error())}})
	case err != nil:
		w.fault(rw, r, err)
	default:
		if d, err := w.openDesk(r.Context()); err == nil && id != "" && !hasLine(d, section, id) {
			id = "" // the line that the page was about was an addition, and is gone
		}
		http.Redirect(rw, r, address(section, id, "desfeita"), http.StatusSeeOther)
	}
}

// hasLine reports whether a line of a list is in the draft.
func hasLine(d desk, section, id string) bool {
	list := map[string]string{"entidades": "bodies", "divisoes": "divisions", "servicos": "services", "balcoes": "counters"}[section]
	return list == "" || setup.Get(&d.read.Branch, list+"/"+id+"/id") != ""
}
