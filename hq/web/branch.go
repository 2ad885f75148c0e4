package web

import (
	"context"
	"fmt"
	"html/template"
	"strings"
	"time"

	"balcao/hq/network"
	"balcao/hq/visit"
	"balcao/internal/hours"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// maxLinkLines is how many changes of its link the page of a branch shows.
const maxLinkLines = 6

// branch shows somebody one branch at a moment; false when there is none of that id that they see.
func (s *Server) branch(ctx context.Context, id wire.NodeID, now time.Time, who visitor) (view, bool) {
	d, known := s.opt.Network.Look(id, now, who.sight())
	if !known {
		return view{}, false
	}
	now = now.In(s.opt.Zone)
	local := now.In(d.Zone)
	v := view{Now: now, HTML: map[string]string{}}
	v.HTML["clock"] = now.Format("15:04")
	v.HTML["title"] = s.fragment("title", titleOf(d, now))
	v.HTML["figures"] = s.fragment("figures", s.branchFigures(d, local))
	v.HTML["queues"] = s.fragment("queues", s.queues(d))
	v.HTML["counters"] = s.fragment("counters", counters(d))
	v.HTML["devices"] = s.fragment("devicelist", deviceList(d, now))
	v.HTML["log"] = s.fragment("log", s.logPanel(ctx, d, now))
	v.HTML["links"] = s.fragment("links", s.links(ctx, id, now))
	if !who.partial() {
		v.HTML["commands"] = s.fragment("commandlist", s.commandPanel(ctx, id, now))
	}
	v.HTML["facts"] = s.fragment("facts", branchFacts(d))
	v.HTML["chart"] = s.fragment("chart", newChart(d.Halves, local, narrow))
	return v, true
}

type titlePart struct {
	network.Summary
	Sign    sign
	Verdict string
	Cause   string
	Zone    string
	Trouble string // the worst that ails its devices, and since when; empty for nothing
	First   string // what to do first about that
	Law     string // what the branch has set against the law; empty if nothing is
}

func titleOf(d network.Detail, now time.Time) titlePart {
	t := titlePart{Summary: d.Summary, Sign: signOf(d.Summary), Cause: causeOf(d.Summary, now)}
	if d.Zone.String() != now.Location().String() {
		t.Zone = "hora de " + zoneName(d.Zone)
	}
	if d.Unlawful > 0 {
		t.Law = fmt.Sprintf("Contra a lei: atrasa a prioridade. A loja chama %s entre duas prioridades por lei (DL 58/2016).", counted(d.Unlawful, "outra senha", "outras senhas"))
	}
	if d.Trouble.Node != "" && d.Fresh() {
		t.Trouble, t.First = troubleWords(d.Trouble, d.There)
	}
	switch d.State {
	case network.Out:
		t.Verdict = "Fora do objetivo."
		switch d.Cause {
		case network.CauseNoPaper:
			t.Verdict = "Avaria."
		case network.CauseFork:
			t.Verdict = "O registo precisa de alguém."
		case network.CauseVersion:
			t.Verdict = "Os programas não se entendem."
		default:
		}
	case network.Watch:
		t.Verdict = "A vigiar."
	case network.Unlinked:
		t.Verdict, t.Cause = "Sem ligação.", fmt.Sprintf("O que vê é de %s. A loja continua a atender.", clock(d.Heard, now, "15:04:05"))
	case network.Closed:
		t.Verdict = "Fechada."
		if d.Day != "" {
			t.Cause = "O último dia foi " + dayWords(d.Day) + "."
		}
		if !d.Next.IsZero() {
			t.Cause = "Abre " + hours.When(d.There, d.Next, "pt") + ", hora do local."
		}
	case network.Never:
		t.Verdict = "Por ligar."
	case network.Fine:
		t.Verdict = "Dentro do objetivo."
	}
	return t
}

func dayWords(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return longDate(t)
}

func (s *Server) branchFigures(d network.Detail, now time.Time) []figure {
	stale := !d.Fresh()
	age := ""
	if stale && !d.Heard.IsZero() {
		age = "há " + span(now.Sub(d.Heard))
	}
	waiting := figure{Label: "Em espera", Value: value(count(d.Waiting), plural(d.Waiting, "senha", "senhas")), Foot: fmt.Sprintf("%s hoje", counted(d.Issued, "emitida", "emitidas"))}
	serving := figure{Label: "A ser atendidas", Value: value(count(d.Serving+d.Called), plural(d.Serving+d.Called, "senha", "senhas")), Foot: counted(d.Called, "a caminho do balcão", "a caminho do balcão")}
	avg := figure{Label: "Espera média hoje", Value: value(minutes(d.WaitAvg), "min"), Foot: "das já chamadas"}
	if d.Source == network.FromLog && d.Wait.Count > 0 {
		avg.Foot = fmt.Sprintf("mediana %s · p90 %s min", minutes(d.Wait.Median), minutes(d.Wait.P90))
	}
	if d.Called+d.Serving+d.Served+d.NoShows == 0 {
		avg.Value, avg.Foot = value("–", ""), "ainda sem chamadas hoje"
	}
	longest := figure{Label: "Mais longa agora", Value: spanParts(d.Longest), Foot: fmt.Sprintf("%s · objetivo %s", d.Ticket, span(s.opt.Target)), Sign: signFine}
	switch {
	case d.Waiting == 0:
		longest.Value, longest.Foot, longest.Sign = value("–", ""), "ninguém à espera", sign{}
	case d.Ticket == "":
		longest.Foot = "objetivo " + span(s.opt.Target)
	}
	switch {
	case d.Waiting > 0 && d.Longest > s.opt.Target*3/2:
		longest.Sign = signOut
	case d.Waiting > 0 && d.Longest > s.opt.Target:
		longest.Sign = signWatch
	}
	served := figure{Label: "Atendidas hoje", Value: value(count(d.Served), plural(d.Served, "senha", "senhas")), Foot: "nenhuma desistência"}
	if d.NoShows > 0 {
		served.Foot = fmt.Sprintf("%s, %s %%", counted(d.NoShows, "desistência", "desistências"), percent(visit.Figures{Issued: d.Issued, NoShows: d.NoShows}.Abandonment()))
	}
	service := figure{Label: "Atendimento médio", Value: value(minutes(d.Service.Mean), "min"), Foot: fmt.Sprintf("mediana %s · p90 %s min", minutes(d.Service.Median), minutes(d.Service.P90))}
	if d.Source != network.FromLog || d.Service.Count == 0 {
		service.Value, service.Foot = value("–", ""), "ainda sem atendimentos terminados"
	}
	if d.OnlyQueues() {
		const foot = "só com o registo em dia"
		waiting.Foot = "números da loja, agora"
		for _, f := range []*figure{&serving, &avg, &served} {
			f.Value, f.Foot = value("–", ""), foot
		}
	}
	all := []figure{waiting, serving, avg, longest, served, service}
	for i := range all {
		all[i].Stale, all[i].Age = stale, age
		if stale {
			all[i].Sign = sign{}
		}
	}
	return all
}

type queueLine struct {
	Sign    sign
	Letter  string
	Service string
	Body    string
	Waiting string
	Longest template.HTML
	Median  string
	P90     string
	Served  string
	Mean    string
}

type queuePanel struct {
	Lines []queueLine
	Note  string
	Live  bool // the branch's own figures, without those that only the log tells
}

func (s *Server) queues(d network.Detail) queuePanel {
	p := queuePanel{Live: d.Source == network.FromLive}
	busy := 0
	for _, l := range d.Services {
		line := queueLine{
			Sign: signFine, Letter: l.Prefix, Service: s.opt.Names.service(l.Service), Body: s.opt.Names.body(l.Body),
			Waiting: count(l.Waiting), Longest: "–", Median: "–", P90: "–", Served: count(l.Served), Mean: "–",
		}
		switch {
		case l.Waiting == 0:
			line.Sign = sign{"free", "b-free", "sem espera"}
		case l.LongestNow > s.opt.Target*3/2:
			line.Sign = signOut
		case l.LongestNow > s.opt.Target:
			line.Sign = signWatch
		}
		if l.Waiting > 0 {
			busy++
			line.Longest = spanParts(l.LongestNow)
		}
		if l.Wait.Count > 0 {
			line.Median, line.P90 = minutes(l.Wait.Median), minutes(l.Wait.P90)
		}
		if l.ServiceTime.Count > 0 {
			line.Mean = minutes(l.ServiceTime.Mean)
		}
		p.Lines = append(p.Lines, line)
	}
	p.Note = fmt.Sprintf("%d de %d com gente à espera", busy, len(p.Lines))
	if p.Live {
		p.Note += " · números da loja, o registo ainda está a chegar"
	}
	return p
}

type counterCell struct {
	ID     string
	Class  string
	Sign   sign
	Ticket string
}

type counterPanel struct {
	Cells []counterCell
	Note  string
}

func counters(d network.Detail) counterPanel {
	var p counterPanel
	open := 0
	for _, c := range d.Counters {
		if c.Open {
			open++
		}
		p.Cells = append(p.Cells, counterOf(c))
	}
	p.Note = fmt.Sprintf("%d de %d abertos", open, len(p.Cells))
	return p
}

func counterOf(c queue.CounterState) counterCell {
	cell := counterCell{ID: string(c.ID)}
	switch {
	case c.Visit != nil && c.Visit.State == queue.StateServing:
		cell.Class, cell.Sign, cell.Ticket = "busy", signWorking, ticketOf(c)
	case c.Visit != nil:
		cell.Class, cell.Sign, cell.Ticket = "call", sign{"call", "b-arrow", "chamada"}, ticketOf(c)
	case c.Open:
		cell.Class, cell.Sign = "free", sign{"free", "b-free", "livre"}
	default:
		cell.Class, cell.Sign = "closed", sign{"closed", "b-closed", "fechado"}
	}
	return cell
}

// ticketOf is who is at a counter; of a body that is not told, only that it is another one.
func ticketOf(c queue.CounterState) string {
	if c.Visit.Number == (queue.Number{}) {
		return "outra entidade"
	}
	return c.Visit.Number.String()
}

type deviceLine struct {
	Sign  sign
	Name  string
	Node  string
	Face  string
	Bad   []string // what does not work or wants a look
	Words []string
	Age   string
	Gone  bool
}

type devicePanel struct {
	Lines []deviceLine
	Note  string
}

// modelWords say what a device is and how it is spoken to.
func modelWords(m wire.DeviceModel) string {
	words := strings.Join(strings.Fields(m.Maker+" "+m.Model+" "+m.Firmware), " ")
	if m.Profile != "" {
		if words != "" {
			words += ", "
		}
		words += "perfil " + m.Profile
	}
	if m.Other != "" {
		words += " (o aparelho diz ser " + m.Other + ")"
	}
	return words
}

func deviceList(d network.Detail, now time.Time) devicePanel {
	var p devicePanel
	levels := map[network.Level]int{}
	for _, dev := range d.Devices {
		levels[dev.Level]++
		line := deviceLine{
			Sign: signOfLevel(dev.Level), Name: deviceName(dev), Node: string(dev.Node), Face: faceWords(dev),
			Gone: dev.Level == network.LevelGone,
		}
		for _, part := range dev.Parts {
			words := partWords(part.Name, part.State)
			if part.Level == network.LevelFine {
				line.Words = append(line.Words, words)
				continue
			}
			if !part.Since.IsZero() {
				words += " há " + span(max(0, d.There.Sub(part.Since)))
			}
			line.Bad = append(line.Bad, words)
		}
		for _, m := range dev.Models {
			line.Words = append(line.Words, modelWords(m))
		}
		if dev.Roll != nil && dev.Roll.Left > 0 {
			line.Words = append(line.Words, "papel para "+counted(dev.Roll.Left, "talão", "talões"))
		}
		if dev.Server && d.Software != "" {
			version := "versão " + d.Software
			if d.Protocol > 0 {
				version += fmt.Sprintf(" (protocolo %d)", d.Protocol)
			}
			line.Words = append(line.Words, version)
		}
		if dev.Unsent > 0 {
			line.Words = append(line.Words, counted(int(dev.Unsent), "facto por enviar", "factos por enviar"))
		}
		if line.Gone {
			line.Bad, line.Words = nil, []string{"sem sinal"}
			if !dev.Since.IsZero() {
				line.Words = []string{"sem sinal " + since(dev.Since, now)}
			}
		}
		if !dev.Seen.IsZero() {
			// What the branch last heard is told by its own clock.
			there := d.There
			if dev.Server {
				there = now
			}
			line.Age = "há " + span(there.Sub(dev.Seen))
		}
		p.Lines = append(p.Lines, line)
	}
	p.Note = fmt.Sprintf("%d bem, %d a vigiar, %d com avaria, %d sem sinal",
		levels[network.LevelFine], levels[network.LevelWatch], levels[network.LevelFault], levels[network.LevelGone])
	return p
}

type logPart struct {
	Sign     sign
	Verdict  string
	HWM      string
	Seq      string
	Behind   string
	Lag      string
	Epoch    string
	Received string
	Source   string
	Whole    bool
	Later    []string // what waits for a newer version of a program, a sentence each
}

func (s *Server) logPanel(ctx context.Context, d network.Detail, now time.Time) logPart {
	p := logPart{
		Sign: signGood, HWM: count64(d.Log.HWM), Seq: count64(d.Log.BranchSeq), Behind: count64(d.Log.Behind()),
		Received: count64(d.Log.Received), Epoch: fmt.Sprintf("%d", d.Log.Epoch), Whole: d.Log.Behind() == 0, Lag: "–",
	}
	switch {
	case d.Log.Lag >= 50*time.Millisecond:
		p.Lag = seconds(d.Log.Lag)
	case d.Log.Lag > 0:
		p.Lag = "menos de 0,1 s"
	}
	p.Later = s.laterWords(ctx, d)
	words := linkWords(d.Summary, now)
	switch {
	case d.Log.Quarantined:
		p.Sign, p.Verdict = signForked, "O registo chegou com duas versões"
	case !d.Fresh():
		p.Sign, p.Verdict = signStale, upperFirst(words)
	case d.Log.Behind() > 0:
		p.Sign, p.Verdict = signSoon, upperFirst(words)
	default:
		p.Verdict = upperFirst(words) + " · tudo recebido"
	}
	switch d.Source {
	case network.FromLog:
		p.Source = "registo da loja, completo"
	case network.FromLive:
		p.Source = "números ao vivo da loja"
	case network.FromNowhere:
		p.Source = "ainda nada"
	}
	return p
}

type linkLine struct {
	Sign  sign
	Words string
	At    string
}

func (s *Server) links(ctx context.Context, id wire.NodeID, now time.Time) []linkLine {
	changes, err := s.opt.Store.Links(ctx, id, maxLinkLines)
	if err != nil {
		if ctx.Err() == nil {
			s.opt.Log.Error("link history not read", "branch", string(id), "err", err)
		}
		return nil
	}
	lines := make([]linkLine, 0, len(changes))
	for _, c := range changes {
		g, words := linkChange(c.State)
		lines = append(lines, linkLine{Sign: g, Words: words, At: clock(c.At, now, "15:04:05")})
	}
	return lines
}

func branchFacts(d network.Detail) []factLine {
	var lines []factLine
	there := d.There.In(d.Zone)
	for i, f := range d.Facts {
		if i == maxFactLines {
			break
		}
		g, words := factWords(f)
		lines = append(lines, factLine{Sign: g, At: clock(f.At, there, "15:04:05"), Words: words})
	}
	return lines
}
