// Package journal reads a branch's journal for people: it verifies that the journal is whole and lawful, tells the story
// of a day or of a ticket in Portuguese, and exports a day for other programs. It is pure: whoever calls it has read the
// rows.
package journal

import (
	"fmt"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Row is one row of the journal as it is stored.
type Row struct {
	Seq  uint64
	Type string
	Raw  []byte
	Head wire.Hash // of the chain after this row
}

// Entry reads the fact of a row.
func (r Row) Entry() (queue.Entry, error) {
	e, err := wire.DecodeEvent(r.Raw)
	if err != nil {
		return queue.Entry{}, err
	}
	fact, err := wire.DecodeFact(e.Type, e.Version, e.Data)
	if err != nil {
		return queue.Entry{}, err
	}
	if n, noted := fact.(queue.Noted); noted && e.Via != nil {
		n.From = queue.Origin{Node: string(e.Via.Node), Epoch: e.Via.Epoch, Seq: e.Via.Seq}
		fact = n
	}
	return queue.Entry{Seq: e.Seq, At: time.UnixMilli(e.TS).UTC(), Event: fact}, nil
}

// Fault is one thing that is wrong with a journal, in Portuguese.
type Fault struct {
	Seq  uint64
	Torn bool // the row itself cannot be trusted: it does not read, or is not what was hashed
	Text string
}

// Verifier checks a journal row by row, in order: the numbering, the hash chain, that every row reads, and that the
// facts follow from one another as the rules allow.
type Verifier struct {
	Faults []Fault // at most mostFaults; see Passed
	Passed int     // further faults that are not listed
	Rows   int
	Days   int
	Last   uint64
	Steps  int // times that go back, as when a clock was set; order never comes from time

	head    wire.Hash
	day     *queue.Day
	numbers map[string]bool
	at      time.Time
}

// mostFaults bounds what is listed: the first ones say where to look.
const mostFaults = 20

// NewVerifier returns a Verifier that expects the first row of a journal.
func NewVerifier() *Verifier {
	return &Verifier{day: queue.NewDay(queue.Catalogue{}, 0), numbers: map[string]bool{}}
}

// After has the Verifier expect what follows a base: the rows up to it were compacted, and the chain goes on from its
// hash. It is called before the first row.
func (v *Verifier) After(base wire.Base) { v.Last, v.head = base.Seq, base.Head }

// Take checks the next row.
func (v *Verifier) Take(r Row) {
	v.Rows++
	if want := v.Last + 1; r.Seq != want {
		v.fault(r.Seq, true, "faltam registos: esperava-se o %d e está o %d", want, r.Seq)
	}
	v.Last = r.Seq
	want := v.head.Next(wire.Record{Seq: r.Seq, Raw: r.Raw})
	v.head = r.Head // one damaged row is told once
	if want != r.Head {
		v.fault(r.Seq, true, "o conteúdo não é o que foi selado: a cadeia de resumos não bate certo")
	}
	e, err := r.Entry()
	switch {
	case err != nil:
		v.fault(r.Seq, true, "não se lê: %v", err)
		return
	case e.Seq != r.Seq:
		v.fault(r.Seq, true, "diz ser o registo %d", e.Seq)
		return
	}
	if e.At.Before(v.at) {
		v.Steps++
	}
	v.at = e.At
	if text := v.unlawful(e); text != "" {
		v.fault(r.Seq, false, "%s", text)
	}
	v.day.Apply(e)
}

func (v *Verifier) fault(seq uint64, torn bool, format string, args ...any) {
	if len(v.Faults) == mostFaults {
		v.Passed++
		return
	}
	v.Faults = append(v.Faults, Fault{Seq: seq, Torn: torn, Text: fmt.Sprintf(format, args...)})
}

// Head returns the hash of the chain after the last row, as it is stored.
func (v *Verifier) Head() wire.Hash { return v.head }

// Day returns the Day that the last row belongs to; empty before the first.
func (v *Verifier) Day() queue.Date { return v.day.Date() }

// At returns when the last row that reads was made.
func (v *Verifier) At() time.Time { return v.at }

// TornAt returns the first row that cannot be trusted; 0 if there is none.
func (v *Verifier) TornAt() uint64 {
	for _, f := range v.Faults {
		if f.Torn {
			return f.Seq
		}
	}
	return 0
}

// unlawful says which rule a fact breaks, given everything before it; empty if none.
func (v *Verifier) unlawful(e queue.Entry) string {
	switch ev := e.Event.(type) {
	case queue.DayOpened:
		v.Days++
		v.numbers = map[string]bool{}
		if ev.Day <= v.day.Date() {
			return fmt.Sprintf("o dia %s abre depois do dia %s", ev.Day, v.day.Date())
		}
	case queue.DayClosed:
		if now := v.day.Totals(); !same(ev.Totals, now) {
			return fmt.Sprintf("o dia fecha com contas que não batem certo: %+v, e o diário soma %+v", ev.Totals, now)
		}
	case queue.Reserved:
		key := string(ev.Division) + " " + ev.Number.String()
		taken := v.numbers[key]
		v.numbers[key] = true
		switch {
		case taken:
			return "a senha " + ev.Number.String() + " é dada duas vezes no mesmo dia"
		case ev.Day != v.day.Date():
			return fmt.Sprintf("a senha %s é do dia %s, e está aberto o dia %s", ev.Number, ev.Day, v.day.Date())
		case int(ev.Visit) != v.day.Totals().Reserved+1:
			return fmt.Sprintf("a visita %d está fora da ordem", ev.Visit)
		}
	default:
		return v.wrongStep(e.Event)
	}
	return ""
}

// same compares the totals that every version of this program has written.
func same(a, b queue.Totals) bool {
	of := func(t queue.Totals) [7]int {
		return [...]int{t.Reserved, t.Issued, t.Voided, t.Finished, t.NoShows, t.Open, t.Cancelled}
	}
	return of(a) == of(b)
}

// wrongStep says what is wrong with a step in the life of a visit.
func (v *Verifier) wrongStep(e queue.Event) string {
	s, of := stepOf(e)
	if !of {
		return ""
	}
	visit, known := v.day.Visit(s.visit)
	if !known {
		return fmt.Sprintf("fala da visita %d, que não existe", s.visit)
	}
	if !s.from[visit.State] {
		return fmt.Sprintf("a %s não podia ser %s: estava %s", visit.Number, s.word, stateWords[visit.State])
	}
	if fault := lostServices(visit, e); fault != "" {
		return fault
	}
	if s.calls == "" {
		return ""
	}
	switch k := v.day.Counter(s.calls); {
	case !k.Open:
		return fmt.Sprintf("a %s é chamada ao balcão %s, que está fechado", visit.Number, s.calls)
	case k.Visit != nil && k.Visit.ID != visit.ID:
		return fmt.Sprintf("a %s é chamada ao balcão %s, onde está a %s", visit.Number, s.calls, k.Visit.Number)
	}
	return ""
}

// step is what a fact does to a visit, from which states it can.
type step struct {
	visit queue.VisitID
	word  string
	calls queue.CounterID // counter that must be free for it; empty if none
	from  map[queue.State]bool
}

func states(all ...queue.State) map[queue.State]bool {
	m := map[queue.State]bool{}
	for _, s := range all {
		m[s] = true
	}
	return m
}

func stepOf(e queue.Event) (step, bool) {
	switch ev := e.(type) {
	case queue.Issued:
		return step{ev.Visit, "posta à espera", "", states(queue.StateReserved, queue.StateVoid)}, true
	case queue.Called:
		return step{ev.Visit, "chamada", ev.Counter, states(queue.StateWaiting)}, true
	case queue.Recalled:
		return step{ev.Visit, "chamada de novo", "", states(queue.StateCalled)}, true
	case queue.Started:
		return step{ev.Visit, "atendida", "", states(queue.StateCalled)}, true
	case queue.Finished:
		return step{ev.Visit, "terminada", "", states(queue.StateServing)}, true
	case queue.NotShown:
		return step{ev.Visit, "dada por ausente", "", states(queue.StateCalled)}, true
	case queue.Held:
		return step{ev.Visit, "suspensa", "", states(queue.StateServing)}, true
	case queue.Resumed:
		return step{ev.Visit, "retomada", ev.Counter, states(queue.StateHeld)}, true
	case queue.TakenBack:
		return step{ev.Visit, "retomada por engano", ev.Counter, states(queue.StateFinished, queue.StateWaiting, queue.StatePostponed, queue.StateServing)}, true
	case queue.Forwarded:
		return step{ev.Visit, "encaminhada", "", states(queue.StateServing)}, true
	case queue.ThenSet:
		return step{ev.Visit, "mudada de assuntos", "", states(queue.StateWaiting, queue.StateCalled, queue.StateServing, queue.StateHeld, queue.StatePostponed)}, true
	case queue.Postponed:
		return step{ev.Visit, "adiada", "", states(queue.StateServing)}, true
	case queue.Returned:
		return step{ev.Visit, "recebida de volta", "", states(queue.StatePostponed)}, true
	case queue.Revived:
		return step{ev.Visit, "reposta", "", states(queue.StateNoShow, queue.StateCancelled)}, true
	case queue.PaperEntered:
		return step{ev.Visit, "registada do papel", "", states(queue.StateReserved)}, true
	case queue.PaperCorrected:
		return step{ev.Visit, "corrigida do papel", "", states(queue.StateWaiting, queue.StateVoid, queue.StateFinished, queue.StateNoShow)}, true
	case queue.Walked:
		return step{ev.Visit, "atendida sem senha", ev.Counter, states(queue.StateReserved)}, true
	case queue.Voided:
		return step{ev.Visit, "anulada", "", states(queue.StateReserved, queue.StateWaiting)}, true
	default:
		return step{}, false
	}
}

var stateWords = map[queue.State]string{
	queue.StateReserved: "reservada", queue.StateVoid: "sem efeito", queue.StateWaiting: "à espera", queue.StateCalled: "chamada",
	queue.StateServing: "a ser atendida", queue.StateFinished: "atendida", queue.StateNoShow: "ausente", queue.StateHeld: "suspensa",
	queue.StateCancelled: "anulada", queue.StatePostponed: "para voltar",
}
