package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"balcao/branch-server/engine"
	"balcao/internal/queue"
)

// maxBody is the longest body of a request: any wish fits in a few hundred bytes.
const maxBody = 64 << 10

// answer is what a command is told. A refusal has a code for programs, a sentence and a next step for people.
type answer struct {
	OK      bool            `json:"ok"`
	Seq     uint64          `json:"seq,omitempty"`
	Visit   queue.VisitID   `json:"visit,omitempty"`
	Number  string          `json:"tk,omitempty"`
	Counter queue.CounterID `json:"counter,omitempty"`
	Code    string          `json:"code,omitempty"`
	Message string          `json:"message,omitempty"`
	Next    string          `json:"next,omitempty"`
}

func refuse(rw http.ResponseWriter, status int, a answer) { writeJSON(rw, status, a) }

func writeJSON(rw http.ResponseWriter, status int, value any) {
	b, err := json.Marshal(value)
	if err != nil {
		http.Error(rw, "answer not available", http.StatusInternalServerError)
		return
	}
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.Header().Set("Cache-Control", "no-store")
	rw.WriteHeader(status)
	_, _ = rw.Write(append(b, '\n')) // the browser may have gone; its retry finds the same answer
}

// wish is the body of a command: which visit is meant, so that a stale screen does nothing to another one.
type wish struct {
	Visit   queue.VisitID   `json:"visit"`
	Granted *bool           `json:"granted"` // priority
	Counter queue.CounterID `json:"counter"` // must be where the clerk sits; empty means that

	Reason     string            `json:"reason"`  // a code of the lists in reasons
	Service    queue.ServiceID   `json:"service"` // where it goes, or what is asked for
	Place      queue.Place       `json:"place"`   // of what is forwarded
	Minutes    int               `json:"minutes"` // with the place «after»
	Delivered  []queue.Delivered `json:"delivered"`
	Outcome    string            `json:"outcome"`
	Inaccurate *bool             `json:"inaccurate"`
	Lang       string            `json:"lang"`
	Of         queue.CounterID   `json:"of"`    // the counter whose alarm is answered
	Class      queue.ClassID     `json:"class"` // of a number that is given, in place of granted
	Kiosk      queue.KioskID     `json:"kiosk"` // that prints its slip; empty is none
	Undo       bool              `json:"undo"`  // what it takes back was a mistake
	Then       []queue.ServiceID `json:"then"`  // of what is asked for: further services, in order
	Whole      bool              `json:"whole"` // the visit ends, whatever was still to come
	Stay       bool              `json:"stay"`  // it goes on at the same counter
}

var keyForm = regexp.MustCompile(`^[A-Za-z0-9-]{8,64}$`)

// command carries out one press. The same key from the same session always gets the same answer, also after a
// restart; a wish that could not be stored is answered with 503 and may be repeated.
func (w *Web) command(rw http.ResponseWriter, r *http.Request, v visitor) {
	name := r.PathValue("name")
	pressed, known := w.presses[name]
	if !known {
		refuse(rw, http.StatusNotFound, answer{Code: "unknown_command", Message: "Não há nenhum comando com esse nome."})
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxBody))
	if err != nil {
		if _, long := errors.AsType[*http.MaxBytesError](err); long {
			refuse(rw, http.StatusRequestEntityTooLarge, answer{Code: "too_long", Message: "O pedido é maior do que 64 KiB."})
		} // otherwise nobody is there to be told
		return
	}
	wished, formKey, err := decodeWish(r.Header.Get("Content-Type"), body)
	if err != nil {
		badRequest(rw, err)
		return
	}
	key := r.Header.Get("Idempotency-Key")
	if key == "" {
		key = formKey
	}
	if !keyForm.MatchString(key) {
		badRequest(rw, errors.New("falta a chave do pedido (Idempotency-Key, 8 a 64 letras, algarismos ou traços)"))
		return
	}
	at := v.session.Counter
	if no, status, may := w.admitPress(pressed, v, wished); !may {
		refuse(rw, status, no)
		return
	}
	journaled := journalKey(v.session, name, key)
	if pressed.build == nil {
		w.printAgain(rw, r, journaled, wished)
		return
	}
	cmd, err := pressed.build(seat{at: at, session: v.session, request: requestOf(journaled)}, wished)
	if err != nil {
		badRequest(rw, err)
		return
	}
	if pressed.complete != nil {
		cmd, err = pressed.complete(r.Context(), v, wished, cmd)
		if wrong, is := errors.AsType[wishError](err); is {
			badRequest(rw, wrong)
			return
		}
		if err != nil {
			w.fault(rw, r, err)
			return
		}
	}
	given, err := w.cfg.Commands.Do(r.Context(), journaled, cmd)
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	if given.Refused == "" {
		w.orderSlip(journaled, cmd, given.Visit)
	}
	w.reply(rw, r, at, cmd, given)
}

// requestOf names the number that a press takes: the same press, the same number. It stands in a fact, so nothing of the
// session can be read from it.
func requestOf(journaled string) queue.RequestID {
	sum := sha256.Sum256([]byte(journaled))
	return queue.RequestID("w-" + hex.EncodeToString(sum[:16]))
}

// journalKey keeps the keys of sessions and commands apart: a key is the browser's word, and must not reach the
// answer to anything else.
func journalKey(s Session, name, key string) string {
	return "web/" + hex.EncodeToString(s.Token[:8]) + "/" + name + "/" + key
}

func (w *Web) reply(rw http.ResponseWriter, r *http.Request, at queue.CounterID, cmd queue.Command, given engine.Answer) {
	if given.Refused == "" {
		writeJSON(rw, http.StatusOK, answer{OK: true, Seq: given.Seq, Visit: given.Visit, Number: given.Number, Counter: given.Counter})
		return
	}
	said := w.explainRefusal(r.Context(), at, cmd, given.Refused)
	// A refusal is an answer like any other, so its status is 200; ok tells them apart.
	writeJSON(rw, http.StatusOK, answer{Visit: given.Visit, Number: given.Number, Code: said.code, Message: said.text, Next: said.next})
}

func badRequest(rw http.ResponseWriter, err error) {
	refuse(rw, http.StatusBadRequest, answer{
		Code: "bad_request", Message: "O pedido não se percebe: " + err.Error() + ".",
		Next: "Recarregue a página e repita.",
	})
}

// decodeWish reads the body of a command, JSON or a form. The second result is the key that a form may carry. It is
// strict: a field nobody knows is a mistake of the asker, and a wish must not be half understood.
func decodeWish(contentType string, body []byte) (wish, string, error) {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil && contentType != "" {
		return wish{}, "", errors.New("o tipo do conteúdo é inválido")
	}
	switch {
	case kind == "application/x-www-form-urlencoded":
		return decodeForm(string(body))
	case kind != "application/json" && len(body) > 0:
		return wish{}, "", errors.New("o conteúdo tem de ser JSON ou um formulário")
	case len(bytes.TrimSpace(body)) == 0:
		return wish{}, "", nil
	}
	var got *wish
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&got); err != nil || got == nil {
		return wish{}, "", errors.New("o conteúdo não é o JSON esperado")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return wish{}, "", errors.New("há conteúdo a mais depois do JSON")
	}
	return *got, "", got.check()
}

func decodeForm(body string) (wish, string, error) {
	form, err := url.ParseQuery(body)
	if err != nil {
		return wish{}, "", errors.New("o formulário não se lê")
	}
	var (
		got wish
		key string
	)
	for field, values := range form {
		if len(values) != 1 {
			return wish{}, "", fmt.Errorf("o campo %.20q vem mais de uma vez", field)
		}
		value := values[0]
		switch field {
		case "visit":
			id, err := strconv.ParseInt(value, 10, 32)
			if err != nil {
				return wish{}, "", errors.New("a senha (visit) não é um número")
			}
			got.Visit = queue.VisitID(id)
		case "granted":
			granted, err := strconv.ParseBool(value)
			if err != nil {
				return wish{}, "", errors.New("granted não é true nem false")
			}
			got.Granted = &granted
		case "counter":
			got.Counter = queue.CounterID(value)
		case "key":
			key = value
		default:
			return wish{}, "", fmt.Errorf("o campo %.20q não existe", field)
		}
	}
	return got, key, got.check()
}

func (w wish) check() error {
	switch {
	case w.Visit < 0:
		return errors.New("a senha (visit) não pode ser negativa")
	case len(w.Service) > 64 || len(w.Reason) > 64 || len(w.Outcome) > 64 || len(w.Lang) > 8 || len(w.Of) > 32 ||
		len(w.Class) > 32 || len(w.Kiosk) > 32:
		return errors.New("um dos campos é comprido demais")
	case len(w.Counter) > 32 || strings.ContainsAny(string(w.Counter), "\x00\r\n"):
		return errors.New("o balcão (counter) é inválido")
	}
	return nil
}

// justNow is how long ago somebody else's press explains a refusal.
const justNow = 10 * time.Second

// explainRefusal puts a refusal into words, with what is known of how it came about.
func (w *Web) explainRefusal(ctx context.Context, at queue.CounterID, cmd queue.Command, code queue.Refusal) words {
	said := refusals[code]
	if said.code == "" {
		said = words{code: "refused", text: "O pedido não foi aceite.", next: "Nada mudou. Recarregue a página."}
	}
	// The bare words hold if the Day cannot be read.
	_ = w.cfg.Commands.Read(ctx, func(d *queue.Day, now time.Time) {
		if code == queue.ErrQueueEmpty {
			said = w.emptyWords(d, at, now, said)
		}
		if c, ok := cmd.(queue.Cancel); ok && code == queue.ErrNotWaiting {
			if v, known := d.Visit(c.Visit); known && v.State == queue.StateReserved {
				said.text, said.next = "O talão da "+v.Number.String()+" ainda está a sair.", "Espere um momento e anule."
			}
		}
		if c, ok := cmd.(queue.SetPriority); ok && code == queue.ErrNotWaiting {
			if v, known := d.Visit(c.Visit); known {
				said.text = "A " + v.Number.String() + " já não espera: " + stateWord(v.State) + "."
			}
		}
	})
	return said
}

// emptyWords tells the loser of a race who was faster.
func (w *Web) emptyWords(d *queue.Day, at queue.CounterID, now time.Time, said words) words {
	mine := w.names().serves(at)
	for _, c := range d.Calls() {
		if c.Counter != at && c.Count == 1 && mine[c.Service] && now.Sub(c.At) < justNow {
			said.text = "A " + c.Number.String() + " acabou de ser chamada pelo " + inSentence(w.cfg.Branch().Label(c.Counter)) + "."
			said.next = "Nada mudou neste balcão. Não há mais ninguém à espera por ele."
			break
		}
	}
	return said
}
