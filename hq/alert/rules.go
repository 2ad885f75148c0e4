package alert

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Numbers of the rules.
const (
	aheadShare   = 0.30
	aheadHold    = 15 * time.Minute // a coffee break
	aheadLeast   = 3                // late ones below which a share says little
	levelMargin  = 0.10
	levelCalls   = 10
	levelHold    = 10 * time.Minute // a dip passes by itself
	stuckFactor  = 1.5
	longFloor    = 2 * time.Hour // no service is stuck before that, however short the others were
	noneHold     = 3 * time.Minute
	overload     = 0.95
	overloadHold = 30 * time.Minute
	overloadMin  = 20 // arrivals in an hour below which a load says little
	lastCalls    = 40
	lineRest     = 15 * time.Minute // a line that is too long now and then is one trouble
	callsRest    = time.Hour        // forty calls are half an hour and more
	sigmas       = 6                // the last forty are looked at every 15 s: three would be passed by chance every few days
	beats        = 3
	spreadK      = 20 // of the negative binomial: how much the demand of a Day varies
	unlikely     = 1e-4
	dip          = 0.5             // demand at lunch and before closing, against the two hours before
	offlineHold  = 5 * time.Minute // a router that starts anew takes three
	paperHold    = 5 * time.Minute // a roll is changed in four
	printerHold  = 15 * time.Minute
	boardBehind  = 10 * time.Second
)

// version says that a branch's program and headquarters' have no protocol version in common: its log waits at the branch.
func version(r Reading) Finding {
	words, first := "O programa deste local fala uma versão antiga, que a sede já não fala. O local continua a atender e guarda os registos.",
		"Atualizar o programa do local: os registos que esperam entram a seguir."
	if r.Refused == "new" {
		words, first = "O programa deste local é mais novo do que o da sede. O local continua a atender e guarda os registos.",
			"Atualizar o programa da sede: os registos que esperam entram a seguir."
	}
	return r.finding(Version, "", Soon, words, first)
}

// Check finds what is wrong with a branch now.
func Check(r Reading, p Policy) []Finding {
	if r.Forked {
		return []Finding{r.finding(Fork, "", Urgent, "O registo deste local chegou com duas versões; a segunda não foi aceite.",
			"Perguntar ao local se o servidor foi reposto de uma cópia, e avisar o apoio técnico.")}
	}
	if !r.Linked {
		if !r.Ever {
			return nil
		}
		f := r.finding(Offline, "", Blind, "Sem ligação há "+span(r.Silence)+". O local continua a atender.",
			"Ligar para o local e perguntar se há luz e rede; se houver, avisar o operador.")
		f.Hold = offlineHold
		return []Finding{f}
	}
	if r.Refused != "" {
		return append(machines(r), version(r))
	}
	all := append(unlawful(r), machines(r)...)
	if !r.Open {
		return all
	}
	rules := []func(Reading, Policy) []Finding{noCounter, breachNow, breachAhead, stuck, overloaded, noShows, boards}
	if !r.Shut { // after closing nobody needs a kiosk, and no news of tickets is no news
		rules = append(rules, kiosks, silence)
	}
	for _, rule := range rules {
		all = append(all, rule(r, p)...)
	}
	return hide(all)
}

// hide leaves out the symptoms of what else was found.
func hide(all []Finding) []Finding {
	has := map[Rule]bool{}
	for _, f := range all {
		has[f.Rule] = true
	}
	kept := all[:0]
	for _, f := range all {
		switch {
		case f.Rule == BreachAhead && (has[BreachNow] || has[NoCounter]):
		case f.Rule == Overload && (has[BreachNow] || has[BreachAhead] || has[NoCounter]):
		case f.Rule == SilentKiosk && has[NoPaper]:
		case f.Rule == Printer && has[NoPaper]:
		default:
			kept = append(kept, f)
		}
	}
	return kept
}

func (r Reading) finding(rule Rule, about string, d Degree, words, first string) Finding {
	return Finding{Rule: rule, Branch: r.Branch, Where: r.Name, About: about, Degree: d, Words: words, First: first}
}

func noCounter(r Reading, _ Policy) []Finding {
	if r.Counters > 0 || len(r.Waiting) == 0 {
		return nil
	}
	f := r.finding(NoCounter, "", Urgent, fmt.Sprintf("%s à espera e nenhum balcão aberto.", tickets(len(r.Waiting))),
		"Ligar ao coordenador para abrir um balcão.")
	f.Hold = noneHold
	return []Finding{f}
}

func breachNow(r Reading, p Policy) []Finding {
	if r.Calls < levelCalls {
		return nil
	}
	level := float64(r.Within) / float64(r.Calls)
	if level >= p.Level-levelMargin-1e-9 {
		return nil
	}
	// Who was called late shows for half an hour; there is something to be done only while others still wait long.
	if !slices.ContainsFunc(r.Waiting, func(t Ticket) bool { return t.For > p.Target/2 }) {
		return nil
	}
	f := r.finding(BreachNow, "", Urgent,
		fmt.Sprintf("%.0f %% chamadas dentro de %s nos últimos 30 min; o objetivo é %.0f %%.", 100*level, span(p.Target), 100*p.Level),
		"Perguntar ao coordenador que balcões pode abrir ou que pausas pode adiar.")
	f.Hold, f.Rest = levelHold, lineRest
	return []Finding{f}
}

// breachAhead counts who will pass the target if the open counters go on as they do: the nth in line waits for n
// services, shared between the counters.
func breachAhead(r Reading, p Policy) []Finding {
	if r.Counters == 0 || r.ServiceMean <= 0 || len(r.Waiting) < 5 {
		return nil
	}
	late := 0
	for i, t := range r.Waiting {
		if t.For+time.Duration(i+1)*r.ServiceMean/time.Duration(r.Counters) > p.Target {
			late++
		}
	}
	if late < aheadLeast || float64(late) <= aheadShare*float64(len(r.Waiting)) {
		return nil
	}
	f := r.finding(BreachAhead, "", Soon, fmt.Sprintf("%d de %s à espera vão passar os %s.", late, tickets(len(r.Waiting)), span(p.Target)),
		"Abrir mais um balcão agora evita o atraso; falar com o coordenador.")
	f.Hold, f.Rest = aheadHold, lineRest
	return []Finding{f}
}

func stuck(r Reading, p Policy) []Finding {
	limit := time.Duration(stuckFactor * float64(p.Guard))
	for _, t := range r.Waiting {
		if t.For > limit {
			return []Finding{r.finding(Stuck, "", Urgent, fmt.Sprintf("A senha %s espera há %s.", t.Number, span(t.For)),
				"Confirmar com o local se a pessoa ainda lá está; se estiver, chamar já.")}
		}
	}
	if r.ServiceLong <= 0 {
		return nil
	}
	limit = max(2*r.ServiceLong, longFloor)
	for _, t := range r.Serving {
		if t.For > limit {
			return []Finding{r.finding(Stuck, "", Soon, fmt.Sprintf("A senha %s está chamada há %s sem terminar.", t.Number, span(t.For)),
				"Confirmar com o local se o atendimento ainda decorre ou se ficou por fechar.")}
		}
	}
	return nil
}

// overloaded judges the coming hour by the last one, until there is a forecast.
func overloaded(r Reading, p Policy) []Finding {
	if r.Counters == 0 || r.ServiceMean <= 0 || r.Arrived < overloadMin || len(r.Waiting) < r.Counters {
		return nil
	}
	load := float64(r.Arrived) * r.ServiceMean.Hours() / float64(r.Counters)
	line := float64(len(r.Waiting)) * r.ServiceMean.Hours() / float64(r.Counters)
	// The crowd at opening is an hour of overload that goes by itself: another such hour must make the line too long.
	if load <= overload+1e-9 || line+load-1 <= p.Target.Hours() {
		return nil
	}
	need := int(math.Ceil(float64(r.Arrived) * r.ServiceMean.Hours() / 0.85))
	f := r.finding(Overload, "", Soon, fmt.Sprintf("Chega mais do que %d balcões atendem: carga de %.0f %%.", r.Counters, 100*load),
		fmt.Sprintf("Preparar %d balcões para a próxima hora.", need))
	f.Hold, f.Rest = overloadHold, lineRest
	return []Finding{f}
}

func noShows(r Reading, _ Policy) []Finding {
	if r.LastCalls < lastCalls || r.Usual < 0 {
		return nil
	}
	// A branch that never had one still has some by chance.
	usual := max(r.Usual, 0.02)
	rate := float64(r.Missed) / float64(r.LastCalls)
	if rate <= usual+sigmas*math.Sqrt(usual*(1-usual)/float64(r.LastCalls)) {
		return nil
	}
	f := r.finding(NoShows, "", Soon,
		fmt.Sprintf("%d das últimas %d chamadas sem ninguém; o costume é %.0f %%.", r.Missed, r.LastCalls, 100*r.Usual),
		"Ver se o painel e o som chamam bem; perguntar ao local se a sala ouve.")
	f.Rest = callsRest
	return []Finding{f}
}

func kiosks(r Reading, p Policy) []Finding {
	var all []Finding
	broken := 0
	for _, k := range r.Kiosks {
		if !k.Prints {
			broken++
			f := r.finding(Printer, k.Name, Soon, k.Name+" não imprime; outro do local tem papel.",
				"Pedir ao local que veja a impressora; a página do local diz o que falta. Até lá os números ficam no ecrã.")
			f.Hold, f.Model, f.State = printerHold, k.Model, k.State
			all = append(all, f)
		}
		if k.Silent > beats*p.Heartbeat {
			all = append(all, r.finding(SilentKiosk, k.Name, Soon, fmt.Sprintf("%s sem sinal há %s.", k.Name, span(k.Silent)),
				"Pedir ao local que veja se o quiosque está ligado; se estiver, reiniciá-lo."))
		}
	}
	if broken > 0 && broken == len(r.Kiosks) {
		f := r.finding(NoPaper, "", Urgent, "Nenhum quiosque consegue imprimir.",
			"Pedir ao local que ponha papel e feche a tampa; entretanto dar senhas no ecrã ou no balcão.")
		f.Hold = paperHold
		f.Model, f.State = oneMake(r.Kiosks)
		all = append(all, f)
	}
	return all
}

// oneMake is the make and the state of printers that are all alike; empty where they differ.
func oneMake(all []Kiosk) (model, state string) {
	for i, k := range all {
		if i > 0 && (k.Model != model || k.State != state) {
			return "", ""
		}
		model, state = k.Model, k.State
	}
	return model, state
}

// silence finds that no ticket was issued for so long that chance hardly explains it, although demand varies between
// Days: P(0) of a negative binomial.
func silence(r Reading, _ Policy) []Finding {
	if r.SinceIssued < 0 || r.PerHour <= 0 || len(r.Kiosks) == 0 {
		return nil
	}
	expected := dip * r.PerHour * r.SinceIssued.Hours()
	if math.Pow(1+expected/spreadK, -spreadK) >= unlikely {
		return nil
	}
	return []Finding{r.finding(SilentKiosk, "", Soon, fmt.Sprintf("Sem senhas há %s; esperavam-se %.0f.", span(r.SinceIssued), expected),
		"Perguntar ao local se a porta está aberta e se o quiosque responde ao toque.")}
}

func boards(r Reading, p Policy) []Finding {
	var all []Finding
	for _, b := range r.Boards {
		if b.Silent > beats*p.Heartbeat {
			all = append(all, r.finding(StaleBoard, b.Name, Soon, fmt.Sprintf("%s sem sinal há %s.", b.Name, span(b.Silent)),
				"Pedir ao local que veja se o painel está ligado; até lá chamar em voz alta."))
			continue
		}
		if b.Behind > boardBehind {
			all = append(all, r.finding(StaleBoard, b.Name, Soon, fmt.Sprintf("%s não mostra as chamadas novas há %s.", b.Name, span(b.Behind)),
				"Pedir ao local que reinicie o painel; até lá chamar em voz alta."))
		}
	}
	return all
}

func tickets(n int) string {
	if n == 1 {
		return "1 senha"
	}
	return fmt.Sprintf("%d senhas", n)
}

func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
}

// unlawful tells of a branch whose rules are against the law: it holds while the branch is closed too, when it is
// easiest to put right.
func unlawful(r Reading) []Finding {
	if r.Unlawful <= 0 {
		return nil
	}
	others := "outra senha"
	if r.Unlawful > 1 {
		others = fmt.Sprintf("%d outras senhas", r.Unlawful)
	}
	return []Finding{r.finding(Unlawful, "", Soon,
		"Regra contra a lei: chama "+others+" entre duas prioridades por lei (DL 58/2016).",
		"Pedir à coordenação que retire a regra em Configuração, Regras de chamada.")}
}
