package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// choicesView is what the dialogs of a clerk's page choose from.
type choicesView struct {
	Bodies   []bodyChoice        `json:"bodies"`
	Reasons  map[string][]reason `json:"reasons"`
	Mine     []string            `json:"mine"`     // ids of the counter's services, in its own order
	Choose   bool                `json:"choose"`   // may call a ticket out of turn
	Issue    bool                `json:"issue"`    // may give numbers at reception
	Counters int                 `json:"counters"` // in the branch
}

type bodyChoice struct {
	Name     string          `json:"name"`
	Classes  []classChoice   `json:"classes"` // that a visit may be given by hand
	Services []serviceChoice `json:"services"`
}

type serviceChoice struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Group string `json:"group"`
	Open  int    `json:"open"` // counters that serve it now
	Wait  int    `json:"wait"` // tickets that wait for it
	No    string `json:"no"`   // why no number can be taken for it; empty if one can
	Shut  string `json:"shut"` // why kiosks give none; whoever may give one all the same says why; empty if they do
}

// apiChoices is GET /api/escolhas.
func (w *Web) apiChoices(rw http.ResponseWriter, r *http.Request, v visitor) {
	out := choicesView{
		Reasons: reasons, Mine: []string{}, Choose: w.mayChoose(v), Issue: reception.holds(v.person.Role),
		Counters: len(w.cfg.Branch().Counters),
	}
	err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, at time.Time) {
		p := painter{w: w, d: d, at: at}
		k, _ := d.Desk(v.session.Counter)
		for _, s := range slices.Concat(k.Primary, k.Secondary) {
			out.Mine = append(out.Mine, string(s))
		}
		out.Bodies = p.bodyChoices()
	})
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	writeJSON(rw, http.StatusOK, out)
}

// bodyChoices lists every service under its body.
func (p painter) bodyChoices() []bodyChoice {
	all := []bodyChoice{}
	for _, body := range p.w.cfg.Branch().Bodies {
		one := bodyChoice{
			Name: body.Name.In("pt"), Classes: givenClasses(p.w.cfg.Branch(), queue.BodyID(body.ID)), Services: []serviceChoice{},
		}
		for _, s := range p.w.cfg.Branch().Services {
			div, _ := p.w.cfg.Branch().Division(s.Division)
			if div.Body != body.ID {
				continue
			}
			id := queue.ServiceID(s.ID)
			c := serviceChoice{ID: s.ID, Name: s.Name.In("pt"), Group: s.Group, Wait: p.d.WaitingCount(id)}
			for _, k := range p.w.cfg.Branch().Counters {
				if state := p.d.Counter(queue.CounterID(k.ID)); state.Open && p.serves(state.ID)[id] {
					c.Open++
				}
			}
			if stand := p.w.cfg.Branch().Stand(p.d, id, p.at); stand.State != wire.OfferOpen {
				c.Shut = inSentence(stand.Why.In("pt"))
			}
			switch {
			case !p.d.Open():
				c.No = "o dia está fechado"
			case p.d.Suspended(id):
				c.No = "suspenso"
			case p.d.Left(queue.DivisionID(s.Division)) == 0:
				c.No = "esgotado"
			}
			one.Services = append(one.Services, c)
		}
		if len(one.Services) > 0 {
			all = append(all, one)
		}
	}
	return all
}

// apiTicket is GET /api/senhas/{number}: today's tickets under a number, and what the asker may do to each.
func (w *Web) apiTicket(rw http.ResponseWriter, r *http.Request, v visitor) {
	var all []foundView
	err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, at time.Time) {
		all = painter{w: w, d: d, at: at}.findNumber(r.PathValue("number"), v)
	})
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	writeJSON(rw, http.StatusOK, map[string]any{"tickets": all})
}

// preferences is how a clerk wants to work at their counter, as the page sends it.
type preferences struct {
	Auto   *bool             `json:"auto"`
	Skills []queue.ServiceID `json:"skills"` // empty is all of the counter's
}

// decodePreferences reads what a page sends.
func decodePreferences(body []byte) (preferences, error) {
	var wanted preferences
	if err := json.Unmarshal(body, &wanted); err != nil || len(wanted.Skills) > mostChosen {
		return preferences{}, errors.New("o conteúdo não é o JSON esperado")
	}
	return wanted, nil
}

// mostChosen bounds what a clerk can choose among.
const mostChosen = 500

// prefer is POST /balcao/preferencias: what this clerk serves now, and whether the page calls by itself. To send it
// twice does nothing more than to send it once.
func (w *Web) prefer(rw http.ResponseWriter, r *http.Request, v visitor) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxBody))
	if err != nil {
		return // nobody is there to be told
	}
	wanted, err := decodePreferences(body)
	if err != nil {
		badRequest(rw, err)
		return
	}
	at := v.session.Counter
	if at == "" {
		refuse(rw, http.StatusConflict, answer{Code: "no_counter", Message: "Não está em nenhum balcão.", Next: "Escolha o balcão."})
		return
	}
	var open bool
	if err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, now time.Time) {
		serves := painter{w: w, d: d, at: now}.serves(at)
		wanted.Skills = slices.DeleteFunc(wanted.Skills, func(s queue.ServiceID) bool { return !serves[s] })
		if len(wanted.Skills) == len(serves) {
			wanted.Skills = nil
		}
		open = d.Counter(at).Open
	}); err != nil {
		w.fault(rw, r, err)
		return
	}
	session, err := w.seats.prefer(r.Context(), v.session.Token, wanted)
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	if open {
		// Refused only if the counter serves just that already.
		if _, err := w.cfg.Commands.Do(r.Context(), "", queue.OpenCounter{Counter: at, Skills: session.Skills}); err != nil {
			w.fault(rw, r, err)
			return
		}
	}
	w.hub.wake()
	writeJSON(rw, http.StatusOK, answer{OK: true, Counter: at})
}
