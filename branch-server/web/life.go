package web

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"balcao/branch-server/staff"
	"balcao/internal/queue"
)

// seat is whose press a command is, and what it is known by.
type seat struct {
	at      queue.CounterID
	session Session
	request queue.RequestID // of a number that the press takes
}

// press is what one command's name asks of the Day, and who may press it where.
type press struct {
	build    func(s seat, w wish) (queue.Command, error)
	complete completion // adds what the branch knows; nil adds nothing
	anywhere bool       // needs no counter
	who      audience   // empty is everybody who works at counters
	chosen   bool       // the branch's setting decides whether clerks may
}

// completion adds to a command what only the branch knows. A wishError is the asker's.
type completion func(ctx context.Context, v visitor, wished wish, cmd queue.Command) (queue.Command, error)

// presses is every command by its name.
func (w *Web) allPresses() map[string]press {
	here := func(build func(at queue.CounterID, w wish) queue.Command) press {
		return press{build: func(s seat, w wish) (queue.Command, error) { return build(s.at, w), nil }}
	}
	all := map[string]press{
		"call":   here(func(at queue.CounterID, _ wish) queue.Command { return queue.CallNext{Counter: at} }),
		"close":  here(func(at queue.CounterID, _ wish) queue.Command { return queue.CloseCounter{Counter: at} }),
		"recall": here(func(at queue.CounterID, w wish) queue.Command { return queue.Recall{Counter: at, Visit: w.Visit} }),
		"start":  here(func(at queue.CounterID, w wish) queue.Command { return queue.Start{Counter: at, Visit: w.Visit} }),
		"noshow": here(func(at queue.CounterID, w wish) queue.Command { return queue.NoShow{Counter: at, Visit: w.Visit} }),
		"resume": here(func(at queue.CounterID, w wish) queue.Command { return queue.Resume{Counter: at, Visit: w.Visit} }),
		"takeback": here(func(at queue.CounterID, w wish) queue.Command {
			return queue.TakeBack{Counter: at, Visit: w.Visit}
		}),
		"endbreak": here(func(at queue.CounterID, _ wish) queue.Command { return queue.EndBreak{Counter: at} }),
		"alarm":    here(func(at queue.CounterID, _ wish) queue.Command { return queue.RaiseAlarm{Counter: at} }),
		"open": {build: func(s seat, _ wish) (queue.Command, error) {
			return queue.OpenCounter{Counter: s.at, Skills: s.session.Skills}, nil
		}, complete: w.completeOpen},
		"finish":       {build: buildFinish},
		"forward":      {build: buildForward},
		"postpone":     {build: buildPostpone},
		"hold":         {build: buildHold},
		"break":        {build: buildBreak},
		"walk":         {build: buildWalk, complete: w.completeWalk},
		"choose":       {build: buildChosen, chosen: true},
		"answer-alarm": {build: buildAnswer, anywhere: true},
		"issue":        {build: buildIssue, complete: w.completeIssue, anywhere: true, who: reception},
		"byhand":       {build: buildByHand, complete: w.completeByHand, anywhere: true, who: reception},
		"slip":         {anywhere: true, who: reception}, // no command to the Day: see printAgain
	}
	for name, build := range anywhere {
		all[name] = press{build: build, anywhere: true}
	}
	return all
}

// anywhere is the commands about a ticket that need no counter: whoever finds it may press them.
var anywhere = map[string]func(seat, wish) (queue.Command, error){
	"priority": func(_ seat, w wish) (queue.Command, error) {
		if w.Visit == 0 || w.Granted == nil {
			return nil, errors.New("falta dizer a senha (visit) e se a prioridade é dada ou retirada (granted)")
		}
		_, err := reasonOf(reasonsPriority, w.Reason)
		return queue.SetPriority{Visit: w.Visit, Granted: *w.Granted, Reason: w.Reason}, err
	},
	"transfer": func(_ seat, w wish) (queue.Command, error) {
		return queue.Transfer{Visit: w.Visit, Service: w.Service}, nil
	},
	"cancel": func(_ seat, w wish) (queue.Command, error) {
		_, err := reasonOf(reasonsCancel, w.Reason)
		return queue.Cancel{Visit: w.Visit, Cause: w.Reason}, err
	},
	"revive": func(s seat, w wish) (queue.Command, error) {
		return queue.Revive{Visit: w.Visit, Counter: s.at, Undo: w.Undo}, nil
	},
	"add-service": func(_ seat, w wish) (queue.Command, error) {
		return queue.AddService{Visit: w.Visit, Service: w.Service}, nil
	},
	"drop-service": func(_ seat, w wish) (queue.Command, error) {
		return queue.DropService{Visit: w.Visit, Service: w.Service}, nil
	},
	"return": func(_ seat, w wish) (queue.Command, error) { return queue.Return{Visit: w.Visit}, nil },
	"inaccurate": func(_ seat, w wish) (queue.Command, error) {
		if w.Inaccurate == nil {
			return nil, errors.New("falta dizer se os tempos contam (inaccurate)")
		}
		return queue.MarkInaccurate{Visit: w.Visit, Inaccurate: *w.Inaccurate}, nil
	},
}

func buildFinish(s seat, w wish) (queue.Command, error) {
	return queue.Finish{Counter: s.at, Visit: w.Visit, Delivered: w.Delivered, Outcome: w.Outcome, Whole: w.Whole}, w.checkDelivered()
}

// mostMinutes is the longest a forwarded visit is kept from being called.
const mostMinutes = 8 * 60

func buildForward(s seat, w wish) (queue.Command, error) {
	if w.Minutes < 0 || w.Minutes > mostMinutes {
		return nil, errors.New("os minutos (minutes) vão de 0 a 480")
	}
	return queue.Forward{
		Counter: s.at, Visit: w.Visit, Service: w.Service, Place: w.Place,
		After: time.Duration(w.Minutes) * time.Minute, Stay: w.Stay, Delivered: w.Delivered,
	}, w.checkDelivered()
}

func buildPostpone(s seat, w wish) (queue.Command, error) {
	return queue.Postpone{Counter: s.at, Visit: w.Visit, Service: w.Service, Delivered: w.Delivered}, w.checkDelivered()
}

func buildHold(s seat, w wish) (queue.Command, error) {
	_, err := reasonOf(reasonsHold, w.Reason)
	return queue.Hold{Counter: s.at, Visit: w.Visit, Reason: w.Reason}, err
}

func buildBreak(s seat, w wish) (queue.Command, error) {
	r, err := reasonOf(reasonsBreak, w.Reason)
	return queue.TakeBreak{Counter: s.at, Reason: r.Code, Planned: r.Planned}, err
}

func buildWalk(s seat, w wish) (queue.Command, error) {
	return queue.Walk{Request: s.request, Counter: s.at, Service: w.Service, Class: w.class()}, nil
}

func buildChosen(s seat, w wish) (queue.Command, error) {
	_, err := reasonOf(reasonsChosen, w.Reason)
	return queue.CallVisit{Counter: s.at, Visit: w.Visit, Reason: w.Reason}, err
}

func buildAnswer(s seat, w wish) (queue.Command, error) {
	if w.Of == "" {
		return nil, errors.New("falta dizer de que balcão é o alerta (of)")
	}
	return queue.AnswerAlarm{Counter: w.Of, By: s.at}, nil
}

func buildIssue(s seat, w wish) (queue.Command, error) {
	if !slices.Contains(languages, w.Lang) {
		return nil, errors.New("a língua (lang) não é nenhuma das que se chamam")
	}
	_, err := reasonOf(reasonsOverride, w.Reason)
	return queue.Issue{
		Request: s.request, Service: w.Service, Then: w.Then, Class: w.class(), Lang: w.Lang, Override: w.Reason, Kiosk: w.Kiosk,
	}, err
}

func buildByHand(_ seat, w wish) (queue.Command, error) {
	if w.Visit == 0 {
		return nil, errors.New("falta dizer a senha (visit)")
	}
	return queue.Accept{}, nil
}

// languages are those in which a citizen can be called or helped; empty is Portuguese.
var languages = []string{"", "pt", "en", "es", "fr", "uk"}

func (w wish) class() queue.ClassID {
	if w.Class != "" {
		return w.Class
	}
	if w.Granted != nil && *w.Granted {
		return queue.ClassLaw
	}
	return queue.ClassWalkIn
}

// checkDelivered refuses outcomes that stand in no list.
func (w wish) checkDelivered() error {
	for _, done := range w.Delivered {
		if _, err := reasonOf(reasonsOutcome, done.Outcome); err != nil {
			return err
		}
	}
	_, err := reasonOf(reasonsOutcome, w.Outcome)
	return err
}

// reception is who receives citizens.
var reception = audience{staff.Receptionist, staff.Coordinator, staff.Administrator}

// mayChoose says whether somebody may call a ticket out of turn.
func (w *Web) mayChoose(v visitor) bool {
	return coordination.holds(v.person.Role) || w.cfg.Branch().Policy.ClerksChoose
}

// admitPress says whether a person may press a command where they are; if not, it returns what they are told.
func (w *Web) admitPress(p press, v visitor, wished wish) (answer, int, bool) {
	at := v.session.Counter
	switch {
	case p.who != nil && !p.who.holds(v.person.Role), p.chosen && !w.mayChoose(v):
		return answer{Code: "not_allowed", Message: "A sua função não permite isto.", Next: "Peça a quem coordena."}, 403, false
	case p.anywhere:
	case at == "":
		return answer{Code: "no_counter", Message: "Não está em nenhum balcão.", Next: "Escolha o balcão."}, 409, false
	case wished.Counter != "" && wished.Counter != at:
		return answer{
			Code: "other_counter", Message: "Está no " + w.cfg.Branch().Label(at) + ", e o pedido era para outro balcão.",
			Next: "Recarregue a página.",
		}, 409, false
	}
	return answer{}, 0, true
}

// asideView is a ticket that is neither waiting nor at a counter, and may come back to one.
type asideView struct {
	ticketView
	Kind   string `json:"kind"`   // held, missed or back
	Mine   bool   `json:"mine"`   // was last at this counter
	Where  string `json:"where"`  // the counter it was last at
	Since  int64  `json:"since"`  // set aside since
	Reason string `json:"reason"` // in words; empty if none was given
	Until  int64  `json:"until"`  // may be put back until; 0 without such a moment
}

// Kinds of tickets that are set aside.
const (
	asideHeld   = "held"
	asideMissed = "missed"
	asideBack   = "back"
)

// mostAside is how many of a kind a page lists.
const mostAside = 12

// aside lists what may come back to a counter: held by it or for its services, missed within the tolerance, to return
// today. Newest first within each kind, the counter's own before others.
func (p painter) aside(id queue.CounterID) []asideView {
	policy := p.w.cfg.Branch().Catalogue().Policy
	serves := p.serves(id)
	kinds := map[string][]asideView{}
	for _, v := range p.d.Visits() {
		if !serves[v.Service] && v.Counter != id {
			continue
		}
		a := asideView{ticketView: p.ticket(v), Mine: v.Counter == id}
		if v.Counter != "" {
			a.Where = p.w.cfg.Branch().Label(v.Counter)
		}
		switch {
		case v.State == queue.StateHeld:
			a.Kind, a.Since, a.Reason = asideHeld, milli(v.HeldAt), reasonWords(reasonsHold, v.HeldCode)
		case (v.State == queue.StateNoShow || v.State == queue.StateCancelled) && p.revivable(v):
			a.Kind, a.Since = asideMissed, milli(v.EndedAt)
			if policy.ReviveCalls == 0 {
				a.Until = milli(v.EndedAt.Add(policy.ReviveWithin))
			}
			if v.State == queue.StateCancelled {
				a.Reason = "Anulada"
			}
		case v.State == queue.StatePostponed:
			a.Kind = asideBack
			if n := len(v.Legs); n > 0 {
				a.Since = milli(v.Legs[n-1].EndedAt)
			}
		default:
			continue
		}
		kinds[a.Kind] = append(kinds[a.Kind], a)
	}
	all := []asideView{}
	for _, kind := range []string{asideHeld, asideMissed, asideBack} {
		list := kinds[kind]
		slices.SortStableFunc(list, func(a, b asideView) int {
			if a.Mine != b.Mine {
				if a.Mine {
					return -1
				}
				return 1
			}
			return int(b.Since - a.Since)
		})
		all = append(all, list[:min(len(list), mostAside)]...)
	}
	return all
}

// revivable says whether a visit that missed its call may still be put back. The Day decides on a copy of its rule, so
// screen and answer cannot differ.
func (p painter) revivable(v queue.Visit) bool {
	return p.d.CanRevive(v.ID, p.at)
}

// foundView is one ticket of today that somebody looked for.
type foundView struct {
	ticketView
	Words   string     `json:"words"`   // what became of it
	Since   string     `json:"since"`   // 10:41
	Counter string     `json:"counter"` // where it is or was last
	Then    []thenView `json:"then"`    // services of the visit still to come
	Can     []string   `json:"can"`     // what the asker may press
	No      string     `json:"no"`      // why it cannot be put back; empty if it can or need not be
}

// found describes a ticket for whoever asks, with what they may do to it.
func (p painter) found(v queue.Visit, who visitor) foundView {
	f := foundView{ticketView: p.ticket(v), Words: stateWord(v.State), Since: p.w.clock(p.lastMoved(v)), Can: []string{}}
	if v.Counter != "" {
		f.Counter = p.w.cfg.Branch().Label(v.Counter)
	}
	at := who.session.Counter
	free := at != "" && p.d.Counter(at).Open && p.d.Counter(at).Visit == nil && !p.d.Counter(at).OnBreak
	can := func(name string, may bool) {
		if may {
			f.Can = append(f.Can, name)
		}
	}
	can("more", p.mayGoOn(v))
	can("less", len(v.Then) > 0 && v.EndedAt.IsZero())
	f.Then = p.then(v, at)
	switch v.State {
	case queue.StateWaiting:
		can("choose", free && p.serves(at)[v.Service] && p.w.mayChoose(who))
		can("grant", v.Class != queue.ClassLaw)
		can("withdraw", v.Class == queue.ClassLaw)
		can("transfer", true)
		can("cancel", true)
	case queue.StateCalled:
		can("transfer", v.Counter == at)
		can("cancel", v.Counter == at)
	case queue.StateHeld:
		can("resume", free)
		can("cancel", true)
	case queue.StatePostponed:
		can("return", true)
		can("cancel", true)
	case queue.StateNoShow, queue.StateCancelled:
		can("revive", p.revivable(v))
		switch {
		case v.Revived:
			f.No = "Já foi reposta uma vez. Tire outra senha à pessoa."
		case !p.revivable(v):
			f.No = "Passou a tolerância. Tire outra senha à pessoa."
		}
	case queue.StateReserved:
		can("grant", v.Class != queue.ClassLaw)
	case queue.StateVoid, queue.StateServing, queue.StateFinished:
	}
	return f
}

// lastMoved is when a visit came to be what it is.
func (p painter) lastMoved(v queue.Visit) time.Time {
	moments := []time.Time{v.Asked, v.IssuedAt, v.Joined, v.StartedAt, v.HeldAt, v.EndedAt}
	if v.State == queue.StateCalled || v.State == queue.StateServing {
		moments = append(moments, v.LegCall)
	}
	if n := len(v.Legs); n > 0 {
		moments = append(moments, v.Legs[n-1].EndedAt)
	}
	return slices.MaxFunc(moments, time.Time.Compare)
}

// findNumber returns today's visits under a number, of whatever body.
func (p painter) findNumber(number string, who visitor) []foundView {
	all := []foundView{}
	number = plainNumber(number)
	for _, v := range p.d.Visits() {
		if plainNumber(v.Number.String()) == number || v.Slip != "" && plainNumber(v.Slip) == number {
			all = append(all, p.found(v, who))
		}
	}
	return all
}

// plainNumber makes A-0023, a 23 and A023 the same.
func plainNumber(s string) string {
	s = strings.ToUpper(strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '.' {
			return -1
		}
		return r
	}, s))
	letters := strings.TrimRight(s, "0123456789")
	return letters + strings.TrimLeft(s[len(letters):], "0")
}

// serves returns the services of a counter as it is set up today.
func (p painter) serves(id queue.CounterID) map[queue.ServiceID]bool {
	k, _ := p.d.Desk(id)
	all := map[queue.ServiceID]bool{}
	for _, s := range slices.Concat(k.Primary, k.Secondary) {
		all[s] = true
	}
	return all
}
