package flow_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"balcao/kiosk/flow"
)

var update = flag.Bool("update", false, "rewrite the stories in testdata")

// TestStories walks the stories in testdata: what is done to the kiosk above
// the line, what it showed and did below.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("stories: %v, %d found", err, len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			script, want, _ := strings.Cut(string(b), "----\n")
			got := tell(t, script)
			if *update {
				if err := os.WriteFile(file, []byte(script+"----\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("%s tells another story; got:\n%s", file, got)
			}
		})
	}
}

func tell(t *testing.T, script string) string {
	t.Helper()
	var b strings.Builder
	s := flow.New(flow.Config{})
	last := ""
	taps := 0
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		in := parse(t, line, s, &taps)
		var effects []flow.Effect
		s, effects = flow.Next(s, in)
		fmt.Fprintf(&b, "%s\n", line)
		for _, e := range effects {
			fmt.Fprintf(&b, "    ! %s\n", effectLine(e))
			if st, ok := e.(flow.StartTimer); ok {
				runs = st
			}
		}
		if now := screenLines(s.View()); now != last {
			b.WriteString(now)
			last = now
		}
	}
	return b.String()
}

// runs is the timer of the story being told; stories run one after another.
var runs flow.StartTimer

func parse(t *testing.T, line string, s flow.State, taps *int) flow.Input {
	t.Helper()
	f := strings.Fields(line)
	arg := func(i int) string {
		if i < len(f) {
			return f[i]
		}
		return ""
	}
	switch f[0] {
	case "offer":
		return flow.OfferChanged{Offer: demoOffer(f[1:])}
	case "calls":
		var calls []flow.Call
		for _, c := range f[1:] {
			number, counter, _ := strings.Cut(c, ":")
			calls = append(calls, flow.Call{Number: number, Counter: "Balcão " + counter})
		}
		return flow.BoardChanged{Calls: calls}
	case "link":
		return flow.LinkChanged{Up: arg(1) == "up"}
	case "printer":
		return flow.PrinterChanged{Status: flow.PrinterStatus(arg(1))}
	case "reader":
		return flow.ReaderChanged{Ready: arg(1) == "ready"}
	case "touch":
		*taps++
		return flow.Tap{Key: "tap-" + strconv.Itoa(*taps), Screen: s.View().Screen, Action: flow.Action(arg(1)), Arg: arg(2)}
	case "touch-on": // a touch that was made on another screen
		*taps++
		return flow.Tap{Key: "tap-" + strconv.Itoa(*taps), Screen: flow.Screen(arg(1)), Action: flow.Action(arg(2)), Arg: arg(3)}
	case "press":
		*taps++
		return flow.Tap{Key: "tap-" + strconv.Itoa(*taps), Action: flow.ActPress, Arg: arg(1)}
	case "jack":
		return flow.JackChanged{In: arg(1) == "in"}
	case "number": // number <request> <number> <ahead> <lo> <hi>
		n := func(i int) int { v, _ := strconv.Atoi(arg(i)); return v }
		return flow.TicketReply{Request: arg(1), Ticket: flow.Ticket{
			Number: arg(2), Service: "cc", Place: "Piso 0 · Balcões 1 a 6", Ahead: n(3), Wait: flow.Range{Low: n(4), High: n(5)}, AtMS: 1,
		}}
	case "classed": // classed <request> <number>: a number of a class that its body made
		return flow.TicketReply{Request: arg(1), Ticket: flow.Ticket{
			Number: arg(2), Service: "cc", Ahead: 1, AtMS: 1, Class: flow.Text{"pt": "Profissionais", "en": "Professionals"},
		}}
	case "several": // several <request> <number> <then>: a number for more than one service
		return flow.TicketReply{Request: arg(1), Ticket: flow.Ticket{Number: arg(2), Service: "cc", Then: []string{arg(3)}, Ahead: 1, AtMS: 1}}
	case "alone":
		return flow.TicketReply{Request: arg(1), Ticket: flow.Ticket{Number: arg(2), Service: "cc", Ahead: -1, Alone: true}}
	case "booked": // booked <request> <number> [late|again] of the booking at 10:45
		ticket := flow.Ticket{Number: arg(2), Service: "cc", Ahead: 3, Slot: "10:45", AtMS: 1}
		b := flow.Booked{Hour: "10:45", Day: "23-11-2026", Service: "cc", Late: arg(3) == "late", Again: arg(3) == "again"}
		if b.Late {
			ticket.Slot = ""
		}
		return flow.TicketReply{Request: arg(1), Ticket: ticket, Booked: b}
	case "turned": // turned <request> <code>: why there is no check-in
		return flow.TicketReply{Request: arg(1), Refused: arg(2), Booked: flow.Booked{Hour: "10:45", Day: "24-11-2026", From: "10:15", Service: "cc"}}
	case "type": // the characters of a code, one after the other, all but the last
		return flow.Tap{Key: "typed", Screen: s.View().Screen, Action: flow.ActKey, Arg: arg(1)}
	case "refused":
		return flow.TicketReply{Request: arg(1), Refused: arg(2)}
	case "slip":
		if arg(2) == "taken" {
			return flow.SlipTaken{Request: arg(1)}
		}
		return flow.SlipRetracted{Request: arg(1)}
	case "print":
		return flow.PrintOutcome{Request: arg(1), Result: flow.PrintResult(arg(2))}
	case "card":
		n, _ := strconv.Atoi(arg(len(f) - 1)) // the card's number, where a story has several
		switch arg(1) {
		case "in":
			return flow.CardInserted{Card: n}
		case "out":
			return flow.CardGone{}
		case "read": // card read <given> <initial> [checking] [<card>]
			return flow.CardRead{Card: n, Given: arg(2), Initial: arg(3), Checking: arg(4) == "checking"}
		case "wants": // card wants number [wrong] [<card>]
			return flow.CardWantsNumber{Card: n, Wrong: arg(3) == "wrong"}
		case "claimed":
			return flow.CardClaimed{Card: n, Token: arg(2) == "token"}
		case "checked": // card checked <code> [expired] [<card>]
			return flow.CardChecked{
				Card: n, Reason: arg(2), Verified: arg(2) == "genuine" || arg(2) == "signer-expired-since", Expired: arg(3) == "expired",
			}
		default:
			return flow.CardFailed{Card: n, Code: arg(1)}
		}
	case "time": // the running timer, or the one named with a stale number
		if arg(1) == "stale" {
			return flow.TimerFired{Name: runs.Name, ID: runs.ID - 1}
		}
		if string(runs.Name) != arg(1) {
			t.Fatalf("%s: the timer that runs is %q", line, runs.Name)
		}
		return flow.TimerFired{Name: runs.Name, ID: runs.ID}
	}
	t.Fatalf("story: what is %q?", line)
	return nil
}

// said is what the guide says, each line in the language of its voice if that is another than Portuguese.
func said(e flow.Speak) string {
	var all []string
	for _, l := range e.Lines {
		text := l.Text
		if l.Spell {
			text = "[" + text + "]"
		}
		if l.Lang != "pt" {
			text = l.Lang + ":" + text
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

func effectLine(e flow.Effect) string {
	name := reflect.TypeOf(e).Name()
	switch e := e.(type) {
	case flow.StartTimer:
		return fmt.Sprintf("%s %s %s", name, e.Name, e.After)
	case flow.Print:
		return fmt.Sprintf("%s %s %s lang=%s large=%t", name, e.Request, e.Ticket.Number, e.Lang, e.Large)
	case flow.Speak:
		return strings.TrimSpace(fmt.Sprintf("%s%s«%s»", map[bool]string{true: "then ", false: ""}[e.After], map[bool]string{true: "", false: "unheard "}[e.Aloud], said(e)))
	case flow.RequestTicket:
		then := ""
		if len(e.Then) > 0 {
			then = " then=" + strings.Join(e.Then, ",")
		}
		return fmt.Sprintf("%s %s %s%s priority=%t lang=%s", name, e.Request, e.Service, then, e.Priority, e.Lang)
	default:
		return strings.TrimSpace(name + " " + strings.Trim(fmt.Sprintf("%v", e), "{}"))
	}
}

// screenLines is a screen in a few lines: where one is and what can be done.
func screenLines(v flow.View) string {
	var b strings.Builder
	title := v.Title
	if v.Subtitle != "" {
		title += " / " + v.Subtitle
	}
	fmt.Fprintf(&b, "    [%s] %s\n", v.Screen, title)
	for _, n := range v.Notices {
		fmt.Fprintf(&b, "      %s: %s", n.Kind, n.Title)
		if n.Code != "" {
			fmt.Fprintf(&b, " / %s (%s)", n.Text, n.Code)
		}
		b.WriteString("\n")
	}
	var choices []flow.Choice
	for _, s := range v.Sections {
		choices = append(choices, s.Choices...)
	}
	choices = append(choices, v.Wide...)
	for _, c := range choices {
		fmt.Fprintf(&b, "      - %s", c.Title)
		for _, s := range []string{c.Nth, c.Wait, c.Ahead, c.Word, c.Next, c.Busy} {
			if s != "" {
				fmt.Fprintf(&b, " | %s", s)
			}
		}
		if c.Action != "" {
			fmt.Fprintf(&b, " (%s)", strings.TrimSpace(string(c.Action)+" "+c.Arg))
		}
		b.WriteString("\n")
	}
	if v.Slip != nil {
		fmt.Fprintf(&b, "      %s, %s, %s\n", v.Slip.Number, v.Slip.Service, v.Slip.Detail)
		if v.Slip.Then != "" {
			fmt.Fprintf(&b, "        %s\n", v.Slip.Then)
		}
		for _, f := range v.Slip.Facts {
			fmt.Fprintf(&b, "        %s\n", f.Title)
		}
	}
	for _, a := range v.Actions {
		fmt.Fprintf(&b, "      %s (%s)\n", a.Label, strings.TrimSpace(string(a.Action)+" "+a.Arg))
	}
	if v.Foot != nil {
		fmt.Fprintf(&b, "      _%s_\n", v.Foot.Title)
	}
	if v.Remind != "" {
		fmt.Fprintf(&b, "      (sound: %s)\n", v.Remind)
	}
	if v.Warning != nil {
		fmt.Fprintf(&b, "      !! %s\n", v.Warning.Title)
	}
	return b.String()
}

func demoOffer(with []string) flow.Offer {
	text := func(pt, en string) flow.Text { return flow.Text{"pt": pt, "en": en} }
	o := flow.Offer{
		ID: "L901", Bookings: slices.Contains(with, "bookings"), Branch: "Loja de Cidadão Vila Serena", Zone: "Europe/Lisbon", Open: true, Greeting: true,
		Bodies: []flow.Body{
			{ID: "irn", Short: "IRN", Name: text("Registos e Notariado", "Registries and Notaries")},
			{ID: "at", Short: "AT", Name: text("Finanças", "Tax authority")},
		},
		Services: []flow.Service{
			{ID: "cc", Body: "irn", Name: text("Cartão de Cidadão", "Citizen card"), Popular: true, State: flow.Open, Waiting: 7, Wait: flow.Range{Low: 20, High: 35}},
			{ID: "nif", Body: "at", Name: text("Finanças", "Taxes"), Popular: true, State: flow.Open, Waiting: 0, Wait: flow.Range{High: 10}},
			{ID: "pass", Body: "irn", Name: text("Passaporte", "Passport"), State: flow.SoldOut},
			{ID: "ccl", Body: "irn", Name: text("Cartão de Cidadão", "Citizen card"), Collection: true, State: flow.Open, Waiting: 2},
		},
	}
	for _, w := range with {
		switch w {
		case "closed":
			o.Open = false
		case "early", "holiday":
			o.Open = false
			o.Door = flow.Door{
				State: map[string]string{"early": "not_open", "holiday": "closed"}[w], Why: text("Encerrado: feriado municipal", "Closed: municipal holiday"),
				Next:  text("Abre amanhã às 08:30.", "Opens tomorrow at 08:30."),
				Hours: []flow.Text{text("Segunda-feira a sexta-feira 08:30–19:30", "Monday to Friday 08:30–19:30")}, Book: text("Em loja.example.", "At loja.example."),
			}
		case "suspended":
			o.Services[0].State, o.Services[0].Why, o.Services[0].Next = flow.Suspended, text("Suspenso: faltam técnicos", "Suspended: not enough staff"), text("Reabre às 14:30. Marque em loja.example.", "It reopens at 14:30. Book at loja.example.")
		case "full":
			o.Door = flow.Door{State: string(flow.Full), Next: text("Espere um pouco.", "Please wait a little.")}
			for i := range o.Services {
				o.Services[i].State, o.Services[i].Next = flow.Full, o.Door.Next
			}
		case "newer":
			o.Services[0].State = "moved"
		case "nogreeting":
			o.Greeting = false
		}
	}
	return o
}
