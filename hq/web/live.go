package web

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strconv"
	"time"

	"balcao/hq/alert"
	"balcao/hq/atlas/registry"
	"balcao/hq/network"
)

// view is what one page shows at one moment, in pieces that can be replaced one by one.
type view struct {
	// HTML are the page's sections, by the id of their element.
	HTML map[string]string
	// Rows are the table's rows, by branch; only the national page has them.
	Rows map[string]row
	// Now is the moment, by our clock.
	Now time.Time

	id uint64 // of a picture that several pages show; 0 is none
}

// row is one branch in the table.
type row struct {
	Class string          `json:"s"` // of its state
	Name  string          `json:"n"`
	Cells []template.HTML `json:"c"`
	Keys  []int64         `json:"k"` // what each column is sorted by; the name sorts by itself
	At    int64           `json:"at"`
	// What the filter and the map know of it.
	District  string        `json:"d,omitempty"`
	Kind      registry.Kind `json:"t,omitempty"`
	Bodies    []string      `json:"b,omitempty"`
	BodyNames []string      `json:"bn,omitempty"`
	Mark      *mark         `json:"m,omitempty"`
	Word      string        `json:"w"` // of its state
}

// column is one column of the table.
type column struct {
	ID    string
	Title string
	Unit  string
	Num   bool
	Down  bool // sorting by it begins with the largest
}

var columns = []column{
	{ID: "name", Title: "Local"},
	{ID: "state", Title: "Estado"},
	{ID: "waiting", Title: "Em espera", Unit: "senhas", Num: true, Down: true},
	{ID: "serving", Title: "A atender", Unit: "senhas", Num: true, Down: true},
	{ID: "avg", Title: "Espera média", Unit: "hoje, min", Num: true, Down: true},
	{ID: "longest", Title: "Mais longa", Unit: "agora, min", Num: true, Down: true},
	{ID: "served", Title: "Atendidas", Unit: "hoje", Num: true, Down: true},
	{ID: "counters", Title: "Balcões", Unit: "abertos", Num: true, Down: true},
	{ID: "devices", Title: "Quiosques", Unit: "e impressoras"},
	{ID: "link", Title: "Ligação"},
	{ID: "age", Title: "Dados", Unit: "há", Num: true, Down: true},
}

// national shows the whole network at a moment, or the part of it that somebody sees. Pages that ask at nearly the same
// moment share one picture.
func (s *Server) national(now time.Time, who visitor) view {
	if who.limited() {
		return s.drawNational(now.In(s.opt.Zone), who)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// Where a picture of a large network takes long, most of the time is left for taking in what it shows.
	if age := now.Sub(s.shared.Now); age < 0 || age > max(gather/2, min(pauses*s.took, tick)) {
		began, last := s.opt.Now(), s.shared.id
		s.shared = s.drawNational(now.In(s.opt.Zone), visitor{})
		s.shared.id, s.took = last+1, max(0, s.opt.Now().Sub(began))
	}
	return s.shared
}

// pauses is for how many times as long as the last picture took it is shown at least.
const pauses = 4

func (s *Server) drawNational(now time.Time, who visitor) view {
	of := who.sight()
	branches, totals := s.opt.Network.Overview(now, of)
	v := view{Now: now, HTML: map[string]string{}, Rows: make(map[string]row, len(branches))}
	marks := s.marks(branches)
	for _, b := range branches {
		r := s.row(b, now)
		r.Mark = marks[string(b.ID)]
		v.Rows[string(b.ID)] = r
	}
	v.HTML["mapwords"] = mapWords(totals)
	v.HTML["unplaced"] = unplaced(branches, marks)
	v.HTML["clock"] = now.Format("15:04")
	v.HTML["date"] = longDate(now) + " · hora de " + zoneName(s.opt.Zone)
	v.HTML["figures"] = s.fragment("figures", nationalFigures(totals, s.opt.Target, now))
	v.HTML["legend"] = s.fragment("legend", legend(totals))
	v.HTML["heads"] = headWords(totals)
	v.HTML["attention"] = s.fragment("attention", s.attention(branches, now, who))
	v.HTML["facts"] = s.fragment("facts", s.nationalFacts(now, of))
	v.HTML["chart"] = s.fragment("chart", newChart(s.opt.Network.Halves(now, of), now, wide))
	return v
}

func zoneName(zone *time.Location) string {
	switch zone.String() {
	case "Europe/Lisbon":
		return "Lisboa"
	case "Atlantic/Azores":
		return "Ponta Delgada"
	case "Atlantic/Madeira":
		return "Funchal"
	}
	return zone.String()
}

func headWords(t network.Totals) string {
	words := counted(t.Branches, "local", "locais")
	if t.Simulated > 0 {
		words += ", " + counted(t.Simulated, "simulado", "simulados")
	}
	return words
}

func (s *Server) row(b network.Summary, now time.Time) row {
	g := signOf(b)
	age := now.Sub(b.Heard)
	known := b.Source != network.FromNowhere
	num := func(text string) template.HTML {
		if !known {
			return "–"
		}
		return template.HTML(template.HTMLEscapeString(text)) //nolint:gosec // escaped here
	}
	whole := func(text string) template.HTML {
		if b.OnlyQueues() {
			return "–"
		}
		return num(text)
	}
	wait := func(d time.Duration, has bool) template.HTML {
		if !has {
			return "–"
		}
		return num(minutes(d))
	}
	bodies, bodyNames := s.bodyNames(b)
	r := row{
		District: b.District, Kind: b.Kind, Bodies: bodies, BodyNames: bodyNames, Word: g.Word,
		Class: g.Class, Name: b.Name, At: b.Heard.UnixMilli(),
		Cells: []template.HTML{
			s.nameCell(g, b),
			s.stateCell(g, b),
			num(count(b.Waiting)),
			whole(count(b.Called + b.Serving)),
			wait(b.WaitAvg, b.Called+b.Serving+b.Served+b.NoShows > 0),
			wait(b.Longest, b.Waiting > 0),
			whole(count(b.Served)),
			num(count(b.Counters)),
			s.fleetCell(b),
			template.HTML(template.HTMLEscapeString(linkWords(b, now))), //nolint:gosec // escaped here
		},
		Keys: []int64{
			0, severity(b), int64(b.Waiting), int64(b.Called + b.Serving), waitKey(b.WaitAvg), waitKey(b.Longest), int64(b.Served),
			int64(b.Counters), int64(b.Fleet.Faults*10000 + b.Fleet.Gone*100 + b.Fleet.Watch), b.Since.UnixMilli(), int64(age / time.Second),
		},
	}
	if b.Heard.IsZero() {
		r.At, r.Keys[10], r.Keys[9] = 0, 1<<40, 0
	}
	if !known {
		for i := 2; i <= 7; i++ {
			r.Keys[i] = -1
		}
	}
	return r
}

// severity orders the table as people work through it: the worst first, among equals the longest wait.
func severity(b network.Summary) int64 {
	return int64(b.State)<<32 - waitKey(b.Longest)
}

// waitKey is a wait as the table sorts it: no finer than it is written, or every row would change every second.
func waitKey(d time.Duration) int64 {
	if d < 10*time.Minute {
		return int64(d / (6 * time.Second))
	}
	return int64(d/time.Minute) * 10
}

func shortCause(b network.Summary) string {
	switch b.Cause {
	case network.CauseWait:
		return "espera longa"
	case network.CauseDevice:
		return shortTrouble(b.Trouble)
	case network.CauseNoPaper:
		return "não imprime"
	case network.CauseFork:
		return "duas versões"
	case network.CauseVersion:
		return "versão do programa"
	case network.CauseBehind:
		return "a recuperar"
	}
	return ""
}

type fleetCell struct {
	Sign  sign
	Words string
	Any   bool
}

func fleetWords(b network.Summary) fleetCell {
	f := b.Fleet
	switch {
	case f.Nodes == 0:
		return fleetCell{}
	case f.Faults > 0:
		return fleetCell{Any: true, Sign: signBroken, Words: fmt.Sprintf("%d de %d avaria", f.Faults, f.Nodes)}
	case f.Gone > 0:
		return fleetCell{Any: true, Sign: signSilent, Words: fmt.Sprintf("%d de %d sem sinal", f.Gone, f.Nodes)}
	case f.Watch > 0:
		return fleetCell{Any: true, Sign: signSoon, Words: fmt.Sprintf("%d de %d a vigiar", f.Watch, f.Nodes)}
	}
	return fleetCell{Any: true, Sign: signGood, Words: fmt.Sprintf("%d de %d bem", f.Online, f.Nodes)}
}

// figure is one number of a strip.
type figure struct {
	Label string
	Value template.HTML // with units
	Foot  string
	Sign  sign // its shape stands before the foot; none when Mark is empty
	Stale bool
	Age   string
}

func value(number, unit string) template.HTML {
	//nolint:gosec // both parts are escaped here
	return template.HTML(fmt.Sprintf(`<b>%s</b><span class="unit">%s</span>`,
		template.HTMLEscapeString(number), template.HTMLEscapeString(unit)))
}

func nationalFigures(t network.Totals, target time.Duration, now time.Time) []figure {
	reporting := figure{
		Label: "A reportar", Value: value(count(t.Reporting), "de "+count(t.Branches)), Foot: "todos os que já ligaram", Sign: signGood,
	}
	switch {
	case t.Unlinked > 0:
		reporting.Foot, reporting.Sign = fmt.Sprintf("%s sem ligação, há %s", count(t.Unlinked), span(now.Sub(t.Oldest))), signStale
	case t.Reporting == 0:
		reporting.Foot, reporting.Sign = "à espera da primeira ligação", sign{}
	}
	avg := figure{Label: "Espera média", Value: value(minutes(t.WaitAvg), "min"), Foot: "das chamadas hoje"}
	if t.Served+t.Called+t.Serving+t.NoShows == 0 {
		avg.Value, avg.Foot = value("–", ""), "ainda sem chamadas hoje"
	}
	longest := figure{Label: "Mais longa agora", Value: spanParts(t.Longest), Foot: t.LongestName, Sign: signFine}
	switch {
	case t.LongestIn == "":
		longest.Value, longest.Foot, longest.Sign = value("–", ""), "ninguém à espera", sign{}
	case t.Longest > target*3/2:
		longest.Sign = signOut
	case t.Longest > target:
		longest.Sign = signWatch
	}
	if t.Ticket != "" {
		longest.Foot += ", " + t.Ticket
	}
	faults := figure{Label: "Avarias", Value: value(count(t.Faults), plural(t.Faults, "dispositivo", "dispositivos")), Foot: "nenhum pede atenção", Sign: signGood}
	if t.Faults > 0 {
		faults.Foot, faults.Sign = "em "+counted(t.FaultBranches, "local", "locais"), signBroken
	}
	return []figure{
		reporting,
		{Label: "Em espera", Value: value(count(t.Waiting), plural(t.Waiting, "senha", "senhas")), Foot: counted(t.Counters, "balcão aberto", "balcões abertos")},
		{Label: "A ser atendidas", Value: value(count(t.Serving+t.Called), plural(t.Serving+t.Called, "senha", "senhas")), Foot: counted(t.Called, "a caminho do balcão", "a caminho do balcão")},
		avg,
		longest,
		{Label: "Senhas hoje", Value: value(count(t.Issued), plural(t.Issued, "emitida", "emitidas")), Foot: fmt.Sprintf("%s, %s", counted(t.Served, "atendida", "atendidas"), counted(t.NoShows, "desistência", "desistências"))},
		faults,
	}
}

type legendItem struct {
	Sign  sign
	Count string
	Words string
}

func legend(t network.Totals) []legendItem {
	return []legendItem{
		{signFine, count(t.States[network.Fine]), "dentro"},
		{signWatch, count(t.States[network.Watch]), "a vigiar"},
		{signOut, count(t.States[network.Out]), "fora ou avaria"},
		{signStale, count(t.States[network.Unlinked] + t.States[network.Never]), "sem ligação"},
		{signClosed, count(t.States[network.Closed]), plural(t.States[network.Closed], "fechada", "fechadas")},
	}
}

// attentionLine is one alert.
type attentionLine struct {
	Sign  sign
	ID    string // empty where it is about several branches
	Name  string
	Words string
	First string
	Since string
	Case  int64  // 0 where nobody keeps cases
	Care  string // who cares for it, or that nobody does
}

// maxAttention is how many alerts the page holds; the panel scrolls.
const maxAttention = 60

type attentionPanel struct {
	Lines []attentionLine
	More  int
	Seen  string
}

func (s *Server) attention(branches []network.Summary, now time.Time, who visitor) attentionPanel {
	open := s.openCases(who)
	p := attentionPanel{Seen: counted(len(branches), "local visto", "locais vistos")}
	own := ownWaits(branches)
	p.Lines, p.More = own[:min(len(own), maxAttention)], max(0, len(own)-maxAttention)
	for i, c := range open {
		if len(p.Lines) == maxAttention {
			p.More += len(open) - i
			break
		}
		line := attentionLine{
			Sign: signOfDegree(c.Degree), ID: c.Branch, Name: c.Where, Words: c.Words, First: c.First, Since: since(c.Since, now), Case: c.ID,
		}
		switch {
		case c.Silence != nil:
			line.Sign, line.Care = signSilenced, "em silêncio até às "+clock(c.Silence.Until, now, "15:04")
		case c.Taken.By != "":
			line.Care = s.opt.People.Name(c.Taken.By) + " está a tratar"
		case !c.Escalated.IsZero():
			line.Care = "ninguém tratou em " + span(now.Sub(c.Opened))
		}
		p.Lines = append(p.Lines, line)
	}
	return p
}

func signOfDegree(d alert.Degree) sign {
	switch d {
	case alert.Urgent:
		return sign{"out", "b-out", "agir"}
	case alert.Soon:
		return sign{"watch", "b-watch", "ver"}
	case alert.Blind:
	}
	return signStale
}

// factLine is one fact of a branch.
type factLine struct {
	Sign   sign
	At     string
	Words  string
	ID     string
	Branch string
}

// maxFactLines is how many facts a panel shows.
const maxFactLines = 14

func (s *Server) nationalFacts(now time.Time, of network.Sight) []factLine {
	var lines []factLine
	for _, f := range s.opt.Network.Facts(maxFactLines, of) {
		g, words := factWords(f.Fact)
		lines = append(lines, factLine{Sign: g, At: clock(f.At, now, "15:04:05"), Words: words, ID: string(f.ID), Branch: f.Name})
	}
	return lines
}

// fragment renders one named part of the pages' templates.
func (s *Server) fragment(name string, data any) string {
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, name, data); err != nil {
		s.opt.Log.Error("part of a page not made", "part", name, "err", err)
		return ""
	}
	return b.String()
}

func (s *Server) html(name string, data any) template.HTML {
	return template.HTML(s.fragment(name, data)) //nolint:gosec // made by a template of html/template
}

// tableRow is a row as the first page shows it.
type tableRow struct {
	ID string
	row
	Age    string
	Keys   string
	Hidden bool
}

// ordered returns the rows worst first, for the first page.
func ordered(v view, f filter) []tableRow {
	ids := slices.SortedFunc(maps.Keys(v.Rows), func(x, y string) int {
		a, b := v.Rows[x], v.Rows[y]
		return cmp.Or(cmp.Compare(a.Keys[1], b.Keys[1]), cmp.Compare(a.Name, b.Name), cmp.Compare(x, y))
	})
	rows := make([]tableRow, len(ids))
	for i, id := range ids {
		r := v.Rows[id]
		keys := make([]byte, 0, 64)
		for _, k := range r.Keys {
			keys = strconv.AppendInt(keys, k, 10)
			keys = append(keys, ' ')
		}
		age := "–"
		if r.At != 0 {
			age = span(v.Now.Sub(time.UnixMilli(r.At)))
		}
		rows[i] = tableRow{ID: id, row: r, Age: age, Keys: string(bytes.TrimSpace(keys)), Hidden: !f.admits(r)}
	}
	return rows
}
