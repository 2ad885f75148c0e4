package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"balcao/internal/branch"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Slips brings the slips of numbers that reception gave to paper.
type Slips interface {
	// Printers returns the kiosks that are there and have a printer.
	Printers() []wire.KioskHealth
	// PrintSlip asks a kiosk for the slip of a visit, once per id. It never blocks; the news come with the Day.
	PrintSlip(id string, node wire.NodeID, visit queue.VisitID)
}

// noSlips is a branch without a kiosk.
type noSlips struct{}

func (noSlips) Printers() []wire.KioskHealth                 { return nil }
func (noSlips) PrintSlip(string, wire.NodeID, queue.VisitID) {}

// wishError is a wish that cannot be meant, in words for the asker.
type wishError struct{ error }

func wrongWish(format string, args ...any) error { return wishError{fmt.Errorf(format, args...)} }

// classChoice is a class that staff may give to a visit of a body's services.
type classChoice struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// givenClasses are the classes that somebody without a booking may be given in a body, priority by law first. What of a
// person speaks for one is not asked for on record.
func givenClasses(b *branch.Branch, body queue.BodyID) []classChoice {
	all := []classChoice{}
	for _, c := range b.Classes(body) {
		if c.Order != string(queue.OrderSlot) && queue.ClassID(c.ID) != queue.ClassBooked {
			all = append(all, classChoice{c.ID, c.Text.In("pt")})
		}
	}
	return all
}

// checkClass refuses a class that a visit of a service cannot be given by hand.
func checkClass(b *branch.Branch, service queue.ServiceID, class queue.ClassID) error {
	s, known := b.Service(service)
	if !known {
		return nil // refused by the Day, in better words
	}
	div, _ := b.Division(s.Division)
	if !slices.ContainsFunc(givenClasses(b, queue.BodyID(div.Body)), func(c classChoice) bool { return c.ID == string(class) }) {
		return wrongWish("a classe (class) não é nenhuma das que esta entidade dá")
	}
	return nil
}

// completeIssue adds to a number of reception what only the branch knows: who gives it, what stands against it, what the
// citizen is told of the wait, and whether the kiosk that is to print it is there.
func (w *Web) completeIssue(ctx context.Context, v visitor, _ wish, cmd queue.Command) (queue.Command, error) {
	c, is := cmd.(queue.Issue)
	if !is {
		return cmd, nil
	}
	if err := checkClass(w.cfg.Branch(), c.Service, c.Class); err != nil {
		return nil, err
	}
	if c.Kiosk != "" && !w.hasPrinter(string(c.Kiosk)) {
		return nil, wrongWish("esse quiosque não está ligado: escolha outro, ou escreva o número à mão")
	}
	var err error
	if c.By, err = w.cfg.Pseudonym(ctx, v.person.ID); err != nil {
		return nil, err
	}
	err = w.cfg.Commands.Read(ctx, func(d *queue.Day, at time.Time) {
		c.Told = w.cfg.Waits.Told(d, at, c.Service, c.Class, time.Time{})
		if c.Despite = w.cfg.Branch().Stand(d, c.Service, at).State; c.Despite == wire.OfferOpen {
			c.Override, c.Despite = "", "" // nothing is overridden
		}
	})
	return c, err
}

// completeWalk lets somebody without permission give priority by law, and no other class but the usual.
func (w *Web) completeWalk(_ context.Context, v visitor, _ wish, cmd queue.Command) (queue.Command, error) {
	c, is := cmd.(queue.Walk)
	if !is {
		return cmd, nil
	}
	if c.Class != queue.ClassLaw && c.Class != queue.ClassWalkIn && !w.mayChoose(v) {
		return nil, wrongWish("a sua função não permite dar essa classe: peça a quem coordena")
	}
	return c, checkClass(w.cfg.Branch(), c.Service, c.Class)
}

// completeByHand finds the request of a number that its citizen takes without a slip.
func (w *Web) completeByHand(ctx context.Context, _ visitor, wished wish, _ queue.Command) (queue.Command, error) {
	var c queue.Accept
	err := w.cfg.Commands.Read(ctx, func(d *queue.Day, _ time.Time) {
		if v, known := d.Visit(wished.Visit); known && v.By != "" {
			c.Request = v.Request
		}
	})
	if err == nil && c.Request == "" {
		err = wrongWish("essa senha não foi tirada na receção")
	}
	return c, err
}

func (w *Web) hasPrinter(node string) bool {
	return slices.ContainsFunc(w.cfg.Slips.Printers(), func(n wire.KioskHealth) bool { return n.Node == node })
}

// orderSlip asks the kiosk of a number that reception has just given for its slip.
func (w *Web) orderSlip(key string, cmd queue.Command, visit queue.VisitID) {
	if c, is := cmd.(queue.Issue); is && c.Kiosk != "" {
		w.cfg.Slips.PrintSlip(key, wire.NodeID(c.Kiosk), visit)
	}
}

// printAgain is POST /commands/slip: the slip of a number that reception gave, at a kiosk of the asker's choice. It is
// no command to the Day: what becomes of the slip comes with the kiosk's log.
func (w *Web) printAgain(rw http.ResponseWriter, r *http.Request, key string, wished wish) {
	if !w.hasPrinter(string(wished.Kiosk)) {
		badRequest(rw, errors.New("esse quiosque não está ligado: escolha outro, ou escreva o número à mão"))
		return
	}
	number := ""
	if err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, _ time.Time) {
		if v, known := d.Visit(wished.Visit); known && v.By != "" && (v.State == queue.StateReserved || v.State == queue.StateWaiting) {
			number = v.Number.String()
		}
	}); err != nil {
		w.fault(rw, r, err)
		return
	}
	if number == "" {
		writeJSON(rw, http.StatusOK, answer{Code: "not_waiting", Message: "Essa senha já não espera, ou não é da receção.", Next: "Procure-a pelo número."})
		return
	}
	w.cfg.Slips.PrintSlip(key, wire.NodeID(wished.Kiosk), wished.Visit)
	writeJSON(rw, http.StatusOK, answer{OK: true, Visit: wished.Visit, Number: number})
}

// printerChoice is a kiosk that may print for reception.
type printerChoice struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Ready bool   `json:"ready"`
	Text  string `json:"text"` // why it is not; empty if it is
}

func (p painter) printers() []printerChoice {
	all := []printerChoice{}
	for _, n := range p.w.cfg.Slips.Printers() {
		one := printerChoice{ID: n.Node, Name: nodeName(n.Node, n.Faces), Ready: true}
		switch state := n.Devices["printer"]; state {
		case "ready", "ok", "near_end", "simulated":
		default:
			alone := n
			alone.Devices = map[string]string{"printer": state}
			one.Ready, one.Text = false, p.device(alone).Text
		}
		all = append(all, one)
	}
	return all
}

// Fates of the slip of a number that reception gave.
const (
	slipUnderWay = "printing"
	slipFailed   = "failed"
	slipUnknown  = "unknown"
	slipOut      = "printed"
	slipNone     = "none"
)

// slipFate says what became of the slip of a number that reception gave, as a code and in words.
func slipFate(v queue.Visit) (code, text string) {
	at := ""
	if v.Kiosk != "" {
		at = " no " + inSentence(nodeName(string(v.Kiosk), nil))
	}
	switch v.Print {
	case queue.PrintPending:
		return slipUnderWay, "o talão está a sair" + at
	case queue.PrintFailed:
		return slipFailed, "o talão não saiu" + at
	case queue.PrintUnknown:
		return slipUnknown, "não se sabe se o talão saiu" + at
	case queue.PrintConfirmed:
		return slipOut, "com talão"
	case queue.PrintAccepted, queue.PrintNone, queue.PrintPad:
	}
	return slipNone, "sem talão"
}
