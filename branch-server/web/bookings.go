package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"balcao/branch-server/arrivals"
	"balcao/branch-server/booking"
	"balcao/internal/queue"
)

// Arrivals takes in files of bookings and receives who comes for them; arrivals.Desk does.
type Arrivals interface {
	Preview(ctx context.Context, data []byte) (arrivals.Result, error)
	Import(ctx context.Context, key, person string, data []byte) (arrivals.Result, error)
	Imports(ctx context.Context) ([]arrivals.Import, error)
	Undo(ctx context.Context, id int64) (undone, stayed int, err error)
	List(ctx context.Context, day queue.Date) ([]arrivals.Line, error)
	CheckIn(ctx context.Context, claim arrivals.Claim, request queue.RequestID, take arrivals.Taking) (arrivals.Outcome, error)
	Today() queue.Date
}

// bookingRoutes is the part of the table for booked times; none without them.
func (w *Web) bookingRoutes() []route {
	if w.cfg.Arrivals == nil {
		return nil
	}
	return []route{
		{"GET /marcacoes", atCounters, w.bookingsPage},
		{"GET /api/bookings", atCounters, w.apiBookings},
		{"POST /api/bookings", everyone, w.importBookings},          // a session of the coordination, or the token of a system
		{"POST /api/bookings/preview", everyone, w.previewBookings}, // the same
		{"POST /api/bookings/undo", coordination, w.undoBookings},
		{"POST /api/bookings/arrive", atCounters, w.arrive},
	}
}

// bookingsPage is GET /marcacoes.
func (w *Web) bookingsPage(rw http.ResponseWriter, _ *http.Request, v visitor) {
	w.show(rw, http.StatusOK, v, page{
		Title: "Marcações", Tab: "marcacoes", Template: "bookings.html", Modules: []string{"bookings.js"},
		Data: map[string]any{"Imports": coordination.holds(v.person.Role), "Today": w.cfg.Arrivals.Today()},
	})
}

// bookingsJSON is a day's list as GET /api/bookings tells it.
type bookingsJSON struct {
	Day     queue.Date    `json:"day"`
	Today   queue.Date    `json:"today"`
	Words   string        `json:"words"`
	Now     string        `json:"now"`
	Lines   []bookingJSON `json:"lines"`
	Imports []importJSON  `json:"imports,omitempty"`
}

type bookingJSON struct {
	ID      string            `json:"id"`
	Time    string            `json:"time"`
	Service string            `json:"svc"`
	Code    booking.Code      `json:"code"`
	Card    bool              `json:"card"` // the citizen can come by card
	State   arrivals.Standing `json:"state"`
	Number  string            `json:"tk,omitempty"`
	Opens   string            `json:"opens"`
	Until   string            `json:"until"`
	Can     bool              `json:"can"` // «Chegou» may be pressed now
	Late    bool              `json:"late"`
}

type importJSON struct {
	arrivals.Import

	When string `json:"when"`
	Who  string `json:"who"`
	Last bool   `json:"last"` // it can be undone
}

// apiBookings is GET /api/bookings: the list of a day, today unless it is named, and for the coordination the last
// imports.
func (w *Web) apiBookings(rw http.ResponseWriter, r *http.Request, v visitor) {
	out := bookingsJSON{Today: w.cfg.Arrivals.Today(), Lines: []bookingJSON{}}
	out.Day = queue.Date(r.URL.Query().Get("day"))
	if _, err := time.Parse(time.DateOnly, string(out.Day)); err != nil {
		out.Day = out.Today
	}
	out.Words, out.Now = dayWords(out.Day), w.clockSeconds(w.cfg.Now())
	lines, err := w.cfg.Arrivals.List(r.Context(), out.Day)
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	b, now := w.cfg.Branch(), w.cfg.Now()
	for _, l := range lines {
		out.Lines = append(out.Lines, bookingJSON{
			ID: l.ID, Time: w.clock(l.Slot), Service: arrivals.ServiceName(b, l.Service), Code: l.Code, Card: l.Digest != nil || l.Pass != nil,
			State: l.Standing, Number: l.Number, Opens: w.clock(l.Opens), Until: w.clock(l.Until),
			Can:  out.Day == out.Today && l.Number == "" && !now.Before(l.Opens),
			Late: now.After(l.Until),
		})
	}
	if coordination.holds(v.person.Role) {
		if out.Imports, err = w.lastImports(r.Context()); err != nil {
			w.fault(rw, r, err)
			return
		}
	}
	writeJSON(rw, http.StatusOK, out)
}

func (w *Web) lastImports(ctx context.Context) ([]importJSON, error) {
	all, err := w.cfg.Arrivals.Imports(ctx)
	if err != nil {
		return nil, err
	}
	var out []importJSON
	last := true
	for _, i := range all {
		one := importJSON{Import: i, When: dayShort(i.At.In(w.cfg.Zone)) + " " + w.clock(i.At), Who: "sistema de marcações", Last: last && !i.Undone}
		if p, works := w.cfg.Staff.Find(i.Person); works {
			one.Who = p.Name
		}
		last = last && i.Undone
		out = append(out, one)
	}
	return out, nil
}

func dayShort(at time.Time) string { return fmt.Sprintf("%d %s", at.Day(), months[at.Month()-1]) }

// file reads the body of a request that is a file of bookings; if it cannot, it has answered.
func bookingFile(rw http.ResponseWriter, r *http.Request) ([]byte, bool) {
	data, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, booking.MaxBytes))
	if err != nil {
		if _, long := errors.AsType[*http.MaxBytesError](err); long {
			refuse(rw, http.StatusRequestEntityTooLarge, answer{
				Code: "too_long", Message: fmt.Sprintf("O ficheiro tem mais de %d MB.", booking.MaxBytes>>20), Next: "Divida-o em vários.",
			})
		} // otherwise nobody is there to be told
		return nil, false
	}
	return data, true
}

// previewBookings is POST /api/bookings/preview: what a file would do.
func (w *Web) previewBookings(rw http.ResponseWriter, r *http.Request, v visitor) {
	if _, may := w.sender(rw, r, v); !may {
		return
	}
	data, ok := bookingFile(rw, r)
	if !ok {
		return
	}
	defer clear(data)
	result, err := w.cfg.Arrivals.Preview(r.Context(), data)
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	writeJSON(rw, http.StatusOK, result)
}

// importBookings is POST /api/bookings: the body is a file of bookings in any of the formats. It is for the
// coordination's page, and for systems that show the token as a bearer (RFC 6750 §2.1). The same Idempotency-Key is
// answered with the same counts; without one the bookings' own ids keep a repetition harmless.
func (w *Web) importBookings(rw http.ResponseWriter, r *http.Request, v visitor) {
	person, may := w.sender(rw, r, v)
	if !may {
		return
	}
	key := r.Header.Get("Idempotency-Key")
	if key != "" && !keyForm.MatchString(key) {
		badRequest(rw, errors.New("o cabeçalho Idempotency-Key tem de 8 a 64 letras, algarismos ou hífenes"))
		return
	}
	data, ok := bookingFile(rw, r)
	if !ok {
		return
	}
	defer clear(data)
	if key != "" {
		key = person + " " + key
	}
	result, err := w.cfg.Arrivals.Import(r.Context(), key, person, data)
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	writeJSON(rw, http.StatusOK, result)
}

// sender says who sends bookings: somebody of the coordination, or a system with the token; if neither, it has answered.
func (w *Web) sender(rw http.ResponseWriter, r *http.Request, v visitor) (person string, may bool) {
	switch {
	case r.Header.Get("Authorization") != "":
		if w.holdsToken(r) {
			return "api", true
		}
		rw.Header().Set("WWW-Authenticate", `Bearer realm="bookings"`)
		refuse(rw, http.StatusUnauthorized, answer{Code: "bad_token", Message: "A chave de acesso não é esta.", Next: "Confirme a chave com quem administra a loja."})
		return "", false
	case coordination.holds(v.person.Role):
		return v.person.ID, true
	}
	rw.Header().Set("WWW-Authenticate", `Bearer realm="bookings"`)
	refuse(rw, http.StatusUnauthorized, answer{Code: "signed_out", Message: "É preciso entrar, ou uma chave de acesso.", Next: "Entre como coordenação, ou envie a chave no cabeçalho Authorization."})
	return "", false
}

// holdsToken compares the token in constant time. Without one in the configuration nobody holds it.
func (w *Web) holdsToken(r *http.Request) bool {
	shown, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	a, b := sha256.Sum256([]byte(shown)), sha256.Sum256([]byte(w.cfg.BookingToken))
	return bearer && w.cfg.BookingToken != "" && subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// maxWish is the longest body of a small wish.
const maxWish = 1 << 10

func smallWish(rw http.ResponseWriter, r *http.Request, into any) bool {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxWish))
	if err == nil {
		err = json.Unmarshal(body, into)
	}
	if err != nil {
		badRequest(rw, errors.New("o pedido não se entende"))
		return false
	}
	return true
}

// undoBookings is POST /api/bookings/undo: the last import is put back.
func (w *Web) undoBookings(rw http.ResponseWriter, r *http.Request, _ visitor) {
	var wished struct {
		Import int64 `json:"import"`
	}
	if !smallWish(rw, r, &wished) {
		return
	}
	all, err := w.lastImports(r.Context())
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	for _, i := range all {
		switch {
		case i.ID != wished.Import:
			continue
		case i.Undone:
			writeJSON(rw, http.StatusOK, map[string]any{"ok": true, "undone": 0, "stayed": 0})
			return
		case !i.Last:
			refuse(rw, http.StatusConflict, answer{Code: "not_last", Message: "Já houve outra importação depois dessa.", Next: "Desfaça primeiro a mais recente."})
			return
		}
		undone, stayed, err := w.cfg.Arrivals.Undo(r.Context(), wished.Import)
		if err != nil {
			w.fault(rw, r, err)
			return
		}
		writeJSON(rw, http.StatusOK, map[string]any{"ok": true, "undone": undone, "stayed": stayed})
		return
	}
	refuse(rw, http.StatusNotFound, answer{Code: "unknown_import", Message: "Essa importação já não está na lista."})
}

// arrive is POST /api/bookings/arrive: the citizen of a booking is at reception. The number is said, not printed.
func (w *Web) arrive(rw http.ResponseWriter, r *http.Request, _ visitor) {
	var wished struct {
		ID string `json:"id"`
	}
	key := r.Header.Get("Idempotency-Key")
	if !keyForm.MatchString(key) {
		badRequest(rw, errors.New("falta o cabeçalho Idempotency-Key, de 8 a 64 letras, algarismos ou hífenes"))
		return
	}
	if !smallWish(rw, r, &wished) {
		return
	}
	request := queue.RequestID("m-" + key)
	out, err := w.cfg.Arrivals.CheckIn(r.Context(), arrivals.Claim{ID: wished.ID}, request,
		func(s queue.ServiceID, c queue.ClassID, slot time.Time) queue.Command {
			wish := queue.Issue{Request: request, Service: s, Class: c, Slot: slot, Lang: "pt"}
			// A wait that cannot be foretold is not told; the check-in goes on.
			_ = w.cfg.Commands.Read(r.Context(), func(d *queue.Day, at time.Time) { wish.Told = w.cfg.Waits.Told(d, at, s, c, slot) })
			return wish
		})
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	w.answerArrival(rw, r, out)
}

func (w *Web) answerArrival(rw http.ResponseWriter, r *http.Request, out arrivals.Outcome) {
	switch out.Verdict {
	case arrivals.Received, arrivals.WalkIn, arrivals.Again:
		var number string
		if err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, _ time.Time) {
			visit, _ := d.Requested(out.Request)
			number = visit.Number.String()
		}); err != nil {
			w.fault(rw, r, err)
			return
		}
		a := answer{OK: true, Number: number, Code: string(out.Verdict)}
		switch out.Verdict {
		case arrivals.WalkIn:
			a.Message, a.Next = "Passou da hora: entra na fila por ordem de chegada.", "Diga o número à pessoa e explique que espera como quem não tem marcação."
		case arrivals.Again:
			a.Message, a.Next = "Esta pessoa já tinha chegado.", "A senha é a mesma: não tire outra."
		default:
			a.Message, a.Next = "Chegada confirmada.", "Diga o número à pessoa: é chamada à hora marcada."
		}
		writeJSON(rw, http.StatusOK, a)
	case arrivals.TooEarly:
		writeJSON(rw, http.StatusOK, answer{
			Code: string(out.Verdict), Message: "Ainda é cedo: a chegada confirma-se a partir das " + w.clock(out.From) + ".",
			Next: "Se a pessoa não quiser esperar, tire-lhe uma senha sem marcação.",
		})
	case arrivals.Refused:
		said := refusals[out.Refusal]
		writeJSON(rw, http.StatusOK, answer{Code: said.code, Message: said.text, Next: said.next})
	default:
		writeJSON(rw, http.StatusOK, answer{Code: string(out.Verdict), Message: "Esta marcação já não está na lista de hoje.", Next: "Recarregue a página."})
	}
}
