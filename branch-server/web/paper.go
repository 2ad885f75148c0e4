package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"balcao/internal/queue"
)

// paperView is the page where paper is entered afterwards.
type paperView struct {
	Said     *said
	Key      string
	Services []padChoice // of divisions that have a pad
	Counters []padChoice
	Pads     []padLine
	Form     paperForm // as it was sent, if something in it is to be put right
	Results  []paperResult
	Manager  bool
	Entered  []enteredLine // of this Day, by number
	Correct  *correctForm  // of the one that is being put right; nil if none is
}

// paperForm is one lot: numbers of one service, by what became of them.
type paperForm struct {
	Service, Counter, Served, Missed, Waiting, Came string
}

// paperResult is what became of one number of a lot.
type paperResult struct{ Number, Text, State string }

// mostPaper bounds one lot: a pad has at most so many.
const mostPaper = 200

// paperPage is GET /papel.
func (w *Web) paperPage(rw http.ResponseWriter, r *http.Request, v visitor) {
	w.showPaper(rw, r, v, http.StatusOK, paperView{})
}

func (w *Web) showPaper(rw http.ResponseWriter, r *http.Request, v visitor, status int, view paperView) {
	var pads []queue.Pad
	if err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, _ time.Time) {
		pads = d.Pads()
		w.fillEntered(&view, d, r.URL.Query().Get("corrigir"))
	}); err != nil {
		w.fault(rw, r, err)
		return
	}
	view.Key, view.Manager = newKey(), coordination.holds(v.person.Role)
	for _, p := range pads {
		div, _ := w.cfg.Branch().Division(string(p.Division))
		view.Pads = append(view.Pads, padLine{Name: w.padTitle(p.Division), Range: padRange(div.Prefix, p)})
	}
	for _, s := range w.cfg.Branch().Services {
		div, _ := w.cfg.Branch().Division(s.Division)
		if slices.ContainsFunc(pads, func(p queue.Pad) bool { return string(p.Division) == div.ID }) {
			body, _ := w.cfg.Branch().Body(queue.BodyID(div.Body))
			view.Services = append(view.Services, padChoice{s.ID, div.Prefix + " · " + s.Name.In("pt") + " · " + body.Short})
		}
	}
	for _, k := range w.cfg.Branch().Counters {
		view.Counters = append(view.Counters, padChoice{k.ID, k.Label})
	}
	view.Form.Counter = cmp.Or(view.Form.Counter, string(v.session.Counter))
	w.show(rw, status, v, page{Title: "Senhas de papel", Tab: "fecho", Template: "paper.html", Data: view, Styles: []string{"day.css"}})
}

// paper is POST /papel. A number that was entered before is left as it was, so that the same lot can be sent again.
func (w *Web) paper(rw http.ResponseWriter, r *http.Request, v visitor) {
	get, ok := w.form(rw, r)
	if !ok {
		return
	}
	f := paperForm{
		Service: get("service"), Counter: get("counter"), Served: get("served"), Missed: get("missed"), Waiting: get("waiting"), Came: get("came"),
	}
	by, err := w.cfg.Pseudonym(r.Context(), v.person.ID)
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	service, known := w.cfg.Branch().Service(queue.ServiceID(f.Service))
	if !known {
		w.showPaper(rw, r, v, http.StatusUnprocessableEntity, paperView{Form: f, Said: saidRefused("Falta o serviço", "Escolha para que serviço eram as senhas.")})
		return
	}
	lot, err := w.lot(r, f, service.Division)
	if err != nil {
		w.showPaper(rw, r, v, http.StatusUnprocessableEntity, paperView{Form: f, Said: saidRefused(upperFirst(err.Error()), "Nada foi registado. Corrija e registe de novo.")})
		return
	}
	view := paperView{}
	fresh, refused, differ := 0, 0, 0
	for _, cmd := range lot {
		cmd.Service, cmd.Counter, cmd.By = queue.ServiceID(service.ID), queue.CounterID(f.Counter), by
		// The number itself is the key: whoever sends it, it is entered once.
		a, err := w.cfg.Commands.Do(r.Context(), "", cmd)
		if err != nil {
			w.fault(rw, r, err)
			return
		}
		div, _ := w.cfg.Branch().Division(service.Division)
		one := paperResult{Number: queue.Number{Prefix: div.Prefix, N: cmd.N}.String(), Text: "registada: " + paperOutcomes[cmd.Outcome], State: "ok"}
		switch {
		case a.Refused != "":
			one.Text, one.State = refusals[a.Refused].text, "out"
			refused++
		case a.Seq == 0:
			if one.Text, one.State, err = w.enteredBefore(r, cmd); err != nil {
				w.fault(rw, r, err)
				return
			}
			if one.State == "out" {
				differ++
			}
		default:
			fresh++
		}
		view.Results = append(view.Results, one)
	}
	view.Said = saidOK(paperWords(fresh, len(lot)-fresh-refused, refused), "Os tempos destas senhas não entram nas estatísticas.")
	if refused > 0 {
		view.Said.Kind, view.Said.Icon, view.Form = "refused", "b-watch", f
	}
	if differ > 0 {
		view.Said.Kind, view.Said.Icon = "refused", "b-watch"
		view.Said.Next = "Atenção: " + tickets(differ) + " " + oneOrMany(differ, "tinha sido registada", "tinham sido registadas") +
			" com outro resultado, e o primeiro é o que vale. Se estava errado, corrija-o na lista do fim da página."
	}
	w.showPaper(rw, r, v, http.StatusOK, view)
}

// enteredBefore says what a number was entered as the first time, which stays. State is "out" if that is not what it is
// said to be now.
func (w *Web) enteredBefore(r *http.Request, cmd queue.EnterPaper) (text, state string, err error) {
	text, state = "já estava registada; ficou como estava", "watch"
	err = w.cfg.Commands.Read(r.Context(), func(d *queue.Day, _ time.Time) {
		for _, v := range d.Visits() {
			if v.Request != cmd.Request {
				continue
			}
			before := paperOutcomes[v.State]
			switch {
			case v.State == cmd.Outcome:
			case !v.Inaccurate: // it waited, and has gone on since
				text = "já estava registada à espera, e seguiu daí; ficou como estava"
				if cmd.Outcome != queue.StateWaiting {
					state = "out"
				}
			default:
				text, state = "já estava registada como «"+before+"», e assim ficou: não passou a «"+paperOutcomes[cmd.Outcome]+"»", "out"
			}
		}
	})
	return text, state, err
}

func paperWords(fresh, known, refused int) string {
	parts := []string{tickets(fresh) + " " + oneOrMany(fresh, "registada", "registadas")}
	if known > 0 {
		parts = append(parts, fmt.Sprintf("%d já %s", known, oneOrMany(known, "estava", "estavam")))
	}
	if refused > 0 {
		parts = append(parts, fmt.Sprintf("%d não %s", refused, oneOrMany(refused, "ficou", "ficaram")))
	}
	return strings.Join(parts, ", ")
}

// oneOrMany chooses the word that goes with a count.
func oneOrMany(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

var paperOutcomes = map[queue.State]string{
	queue.StateFinished: "atendida", queue.StateNoShow: "não compareceu", queue.StateWaiting: "à espera",
}

// lot reads the numbers of a form. A number stands in one field only.
func (w *Web) lot(r *http.Request, f paperForm, division string) ([]queue.EnterPaper, error) {
	div, _ := w.cfg.Branch().Division(division)
	var day queue.Date
	var now time.Time
	if err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, at time.Time) { day, now = d.Date(), at }); err != nil {
		return nil, errors.New("o dia não se lê por um momento")
	}
	var came time.Time
	if f.Came != "" {
		at, err := time.ParseInLocation("2006-01-02 15:04", string(day)+" "+f.Came, w.cfg.Zone)
		if err != nil || at.After(now) {
			return nil, errors.New("a hora de chegada escreve-se como 09:40, e já passou")
		}
		came = at
	}
	var all []queue.EnterPaper
	seen := map[int]bool{}
	for _, field := range []struct {
		text    string
		outcome queue.State
	}{{f.Served, queue.StateFinished}, {f.Missed, queue.StateNoShow}, {f.Waiting, queue.StateWaiting}} {
		numbers, err := parseNumbers(div.Prefix, field.text)
		if err != nil {
			return nil, err
		}
		for _, n := range numbers {
			if seen[n] {
				return nil, fmt.Errorf("a %s está em dois sítios", queue.Number{Prefix: div.Prefix, N: n})
			}
			seen[n] = true
			cmd := queue.EnterPaper{
				Request: queue.RequestID(fmt.Sprintf("paper/%s/%s/%d", day, div.ID, n)), Division: queue.DivisionID(div.ID), N: n,
				Class: queue.ClassWalkIn, Outcome: field.outcome,
			}
			if field.outcome == queue.StateWaiting {
				cmd.Came = came
			}
			all = append(all, cmd)
		}
	}
	switch {
	case len(all) == 0:
		return nil, errors.New("faltam os números das senhas")
	case len(all) > mostPaper:
		return nil, fmt.Errorf("são mais de %d senhas; registe-as em partes", mostPaper)
	}
	return all, nil
}

// parseNumbers reads numbers as people write them: "950 951", "A950-A972; 974", with or without the letters.
func parseNumbers(prefix, text string) ([]int, error) {
	text = strings.ToUpper(strings.NewReplacer(" - ", "-", "–", "-", " a ", "-").Replace(" " + text + " "))
	one := func(word string) (int, error) {
		n, err := strconv.Atoi(strings.TrimPrefix(word, prefix))
		if err != nil || n < 1 || n > 9999 {
			return 0, fmt.Errorf("%.20q não é um número de senha", word)
		}
		return n, nil
	}
	var all []int
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;\t\r\n", r) }) {
		from, to, span := strings.Cut(word, "-")
		first, err := one(from)
		if err != nil {
			return nil, err
		}
		last := first
		if span {
			if last, err = one(to); err != nil {
				return nil, err
			}
		}
		switch {
		case last < first:
			return nil, fmt.Errorf("%.20q começa depois de acabar", word)
		case len(all)+last-first >= 2*mostPaper:
			return nil, fmt.Errorf("são mais de %d senhas; registe-as em partes", mostPaper)
		}
		for n := first; n <= last; n++ {
			all = append(all, n)
		}
	}
	return all, nil
}
