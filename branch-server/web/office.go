package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"

	"balcao/internal/queue"
)

// reasonWord is a reason as a code in the journal, and in words on the screen.
type reasonWord struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// officeReasons lists, for each thing that the coordination does, the reasons to choose from. A code of procedure never
// says anything of a person.
var officeReasons = map[string][]reasonWord{
	"end": {
		{"left", "a pessoa foi embora"},
		{"left_running", "ficou por terminar no balcão"},
		{"duplicate", "senha a mais da mesma pessoa"},
		{"mistake", "engano"},
		{"other", "outro motivo de serviço"},
	},
	"transfer": {
		{"wrong_service", "era para outro assunto"},
		{"relieve", "aliviar a fila"},
		{"no_counter", "nenhum balcão atende"},
		{"other", "outro motivo de serviço"},
	},
	"move": {
		{"no_counter", "nenhum balcão atende"},
		{"relieve", "aliviar a fila"},
		{"system_down", "sistema da entidade parado"},
		{"other", "outro motivo de serviço"},
	},
	"suspend": {
		{"capacity", "não há capacidade para mais hoje"},
		{"system_down", "sistema da entidade parado"},
		{"staff", "falta de pessoal"},
		{"other", "outro motivo de serviço"},
	},
	"reopen": {
		{"capacity", "volta a haver capacidade"},
		{"system_up", "sistema da entidade a funcionar"},
		{"other", "outro motivo de serviço"},
	},
	"quota": {
		{"agreed", "combinado com a entidade"},
		{"capacity", "mudou a capacidade de hoje"},
		{"staff", "mudou o pessoal de hoje"},
		{"other", "outro motivo de serviço"},
	},
	"issue": {
		{"directed", "indicação da entidade"},
		{"our_mistake", "engano nosso"},
		{"kiosk_down", "os quiosques não funcionaram"},
		{"other", "outro motivo de serviço"},
	},
	"skills": {
		{"relieve", "ajudar outra fila"},
		{"absence", "ausência de colega"},
		{"training", "formação"},
		{"other", "outro motivo de serviço"},
	},
	"close": {
		{"left_open", "ficou aberto sem ninguém"},
		{"absence", "ausência de colega"},
		{"other", "outro motivo de serviço"},
	},
	"answer": {
		{"going", "vai lá alguém"},
	},
	"open": {}, "revive": {}, // only taken back
}

// reasonUndo is the reason of what was taken back at once.
const reasonUndo = "undo"

// officeWish is the body of what the coordination asks for.
type officeWish struct {
	Visit     queue.VisitID     `json:"visit"`
	Counter   queue.CounterID   `json:"counter"`
	Service   queue.ServiceID   `json:"svc"`
	Division  queue.DivisionID  `json:"div,omitempty"` // of a quota, in place of a service
	To        queue.ServiceID   `json:"to"`
	Primary   []queue.ServiceID `json:"own"`
	Secondary []queue.ServiceID `json:"helps"`
	Reason    string            `json:"reason"`
	Until     string            `json:"until,omitempty"` // of a suspension: 14:30 of this Day
	Quota     *int              `json:"quota,omitempty"` // numbers of this Day; -1 is as configured
	Law       bool              `json:"law,omitempty"`   // a number with priority

	until time.Time
	key   string
}

// undoOffer is how to take something back.
type undoOffer struct {
	Action string     `json:"action"`
	Wish   officeWish `json:"wish"`
}

// plan is what a wish of the coordination asks of the Day as it stands, and how to take it back.
type plan struct {
	do   []queue.Command
	undo *undoOffer
}

var (
	errNothingToDo = errors.New("falta dizer o quê")
	errBadClock    = errors.New("a hora (until) não é como 14:30")
)

// planOf turns a wish into commands. It looks at the Day only to choose among them: each command is decided again when
// its turn comes.
func planOf(action string, w officeWish, d *queue.Day) (plan, error) {
	take := func(back string, o officeWish) *undoOffer {
		o.Reason = reasonUndo
		return &undoOffer{Action: back, Wish: o}
	}
	switch action {
	case "end":
		return planEnd(w, d, take)
	case "transfer":
		p := plan{do: []queue.Command{queue.Transfer{Visit: w.Visit, Service: w.To}}}
		if v, known := d.Visit(w.Visit); known {
			p.undo = take("transfer", officeWish{Visit: w.Visit, To: v.Service})
		}
		return p, need(w.Visit != 0 && w.To != "")
	case "move":
		return plan{do: []queue.Command{queue.MoveQueue{From: w.Service, To: w.To}}}, need(w.Service != "" && w.To != "" && w.Service != w.To)
	case "suspend":
		return plan{do: []queue.Command{queue.SuspendService{Service: w.Service, Cause: w.Reason, Until: w.until}}, undo: take("reopen", officeWish{Service: w.Service})}, need(w.Service != "")
	case "reopen":
		return plan{do: []queue.Command{queue.ReopenService{Service: w.Service}}, undo: take("suspend", officeWish{Service: w.Service})}, need(w.Service != "")
	case "skills":
		back := officeWish{Counter: w.Counter}
		if k, changed := d.Desk(w.Counter); changed {
			back.Primary, back.Secondary = k.Primary, k.Secondary
		}
		return plan{
			do:   []queue.Command{queue.SetSkills{Counter: w.Counter, Primary: w.Primary, Secondary: w.Secondary}},
			undo: take("skills", back),
		}, need(w.Counter != "")
	case "close":
		return plan{do: []queue.Command{queue.CloseCounter{Counter: w.Counter}}, undo: take("open", officeWish{Counter: w.Counter})}, need(w.Counter != "")
	case "quota", "issue":
		return planSupply(action, w, d)
	case "answer":
		return plan{do: []queue.Command{queue.AnswerAlarm{Counter: w.Counter}}}, need(w.Counter != "")
	case "open":
		return plan{do: []queue.Command{queue.OpenCounter{Counter: w.Counter}}}, need(w.Counter != "")
	case "revive":
		return plan{do: []queue.Command{queue.Revive{Visit: w.Visit, Undo: w.Reason == reasonUndo}}}, need(w.Visit != 0)
	}
	return plan{}, errNothingToDo
}

func need(enough bool) error {
	if !enough {
		return errNothingToDo
	}
	return nil
}

// planEnd ends a visit wherever it stands. One that is being served counts as served, with times that are known to be
// wrong; any other is cancelled and can be put back.
func planEnd(w officeWish, d *queue.Day, take func(string, officeWish) *undoOffer) (plan, error) {
	v, _ := d.Visit(w.Visit) // an unknown one is refused by the command
	if v.State != queue.StateServing {
		return plan{
			do:   []queue.Command{queue.Cancel{Visit: w.Visit, Cause: w.Reason}},
			undo: take("revive", officeWish{Visit: w.Visit}),
		}, need(w.Visit != 0)
	}
	return plan{do: []queue.Command{
		queue.Finish{Counter: v.Counter, Visit: v.ID, Outcome: "ended_by_coordination", Whole: true},
		queue.MarkInaccurate{Visit: v.ID, Inaccurate: true},
	}}, nil
}

// office is POST /coordenacao/{action}: the coordination steps in. Each press counts once, and leaves in the journal
// what was done, why, and under which pseudonym.
func (w *Web) office(rw http.ResponseWriter, r *http.Request, v visitor) {
	action := r.PathValue("action")
	reasons, known := officeReasons[action]
	if !known {
		refuse(rw, http.StatusNotFound, answer{Code: "unknown_command", Message: "Não há nenhum comando com esse nome."})
		return
	}
	wish, key, ok := readOfficeWish(rw, r)
	if !ok {
		return
	}
	if wish.Reason != reasonUndo && !slices.ContainsFunc(reasons, func(one reasonWord) bool { return one.Code == wish.Reason }) {
		said := refusals[queue.ErrNoReason]
		writeJSON(rw, http.StatusOK, answer{Code: said.code, Message: said.text, Next: said.next})
		return
	}
	by, err := w.cfg.Pseudonym(r.Context(), v.person.ID)
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	var p plan
	var wrong error
	if err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, at time.Time) {
		defer func() { w.sayDespite(p.do, by, d, at) }()
		wish.key = key
		if wish.until, wrong = untilOf(d.Date(), wish.Until, w.cfg.Zone); wrong == nil {
			p, wrong = planOf(action, wish, d)
		}
	}); err != nil {
		w.fault(rw, r, err)
		return
	}
	if wrong != nil {
		badRequest(rw, wrong)
		return
	}
	cmd := queue.Supervise{
		Action: action, By: by, Reason: wish.Reason, Visit: wish.Visit, Counter: wish.Counter, Service: wish.Service, Do: p.do,
	}
	given, err := w.cfg.Commands.Do(r.Context(), journalKey(v.session, "office-"+action, key), cmd)
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	if given.Refused == "" {
		writeJSON(rw, http.StatusOK, officeAnswer{answer: answer{OK: true, Seq: given.Seq, Visit: given.Visit, Number: given.Number}, Undo: p.undo})
		return
	}
	said := officeRefusal(given.Refused)
	writeJSON(rw, http.StatusOK, answer{Code: said.code, Message: said.text, Next: said.next})
}

// officeAnswer is an answer with how to take back what was done.
type officeAnswer struct {
	answer
	Undo *undoOffer `json:"undo,omitempty"`
}

// officeRefusal says some refusals as the coordination meets them, which is not how a clerk does.
func officeRefusal(code queue.Refusal) words {
	switch code { //nolint:exhaustive // the others read the same for everybody
	case queue.ErrQueueEmpty:
		return words{"queue_empty", "Já não há ninguém à espera nessa fila.", "Nada mudou."}
	case queue.ErrCounterBusy:
		return words{"counter_busy", "O balcão ainda tem uma senha.", "Termine-a primeiro; depois feche o balcão."}
	case queue.ErrNotWaiting:
		return words{"not_waiting", "Essa senha já não está à espera nem em chamada.", "Nada mudou. Veja onde ela está."}
	case queue.ErrCounterClosed:
		return words{"counter_closed", "O balcão já está fechado.", "Nada mudou."}
	case queue.ErrUnknownService:
		return words{"unknown_service", "Um desses serviços não existe nesta loja, ou está duas vezes.", "Recarregue a página e escolha de novo."}
	}
	if said, known := refusals[code]; known {
		return said
	}
	return words{code: "refused", text: "O pedido não foi aceite.", next: "Nada mudou. Recarregue a página."}
}

// readOfficeWish reads body and key; if they are not as they must be, it has answered.
func readOfficeWish(rw http.ResponseWriter, r *http.Request) (officeWish, string, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxBody))
	if err != nil {
		if _, long := errors.AsType[*http.MaxBytesError](err); long {
			refuse(rw, http.StatusRequestEntityTooLarge, answer{Code: "too_long", Message: "O pedido é maior do que 64 KiB."})
		} // otherwise nobody is there to be told
		return officeWish{}, "", false
	}
	wish, err := decodeOfficeWish(body)
	key := r.Header.Get("Idempotency-Key")
	if err == nil && !keyForm.MatchString(key) {
		err = errors.New("falta a chave do pedido (Idempotency-Key, 8 a 64 letras, algarismos ou traços)")
	}
	if err != nil {
		badRequest(rw, err)
		return officeWish{}, "", false
	}
	return wish, key, true
}

// mostSkills bounds what one wish may list.
const mostSkills = 200

// decodeOfficeWish is strict: a field that nobody knows is a mistake of the asker.
func decodeOfficeWish(body []byte) (officeWish, error) {
	var got officeWish
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&got); err != nil {
		return officeWish{}, errors.New("o conteúdo não é o JSON esperado")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return officeWish{}, errors.New("há conteúdo a mais depois do JSON")
	}
	switch {
	case got.Visit < 0:
		return officeWish{}, errors.New("a senha (visit) não pode ser negativa")
	case len(got.Primary)+len(got.Secondary) > mostSkills, len(got.Reason) > 64, len(got.Counter) > 64, len(got.Service) > 64, len(got.To) > 64, len(got.Until) > 64:
		return officeWish{}, errors.New("um dos valores é demasiado longo")
	}
	return got, nil
}

// reasonText says a code in words; one that nobody knows is shown as it came.
func reasonText(code string) string {
	if code == reasonUndo {
		return "desfeito logo a seguir"
	}
	for _, action := range slices.Sorted(maps.Keys(officeReasons)) { // one code may stand in several lists
		for _, one := range officeReasons[action] {
			if one.Code == code {
				return one.Text
			}
		}
	}
	for _, kind := range []string{reasonsChosen, reasonsPriority, reasonsCancel, reasonsOverride} {
		if r, err := reasonOf(kind, code); err == nil && r.Text != "" {
			return inSentence(r.Text)
		}
	}
	return code
}
