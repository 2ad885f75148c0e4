package web

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"balcao/hq/atlas"
	"balcao/hq/network"
	"balcao/internal/serve"
)

const (
	gearsAPage    = 100
	gearsPrinted  = 2000 // more than that is a matter for the file
	modelVersions = 4    // of one model that are named; the rest is counted
)

// modelLine is one model with all its devices.
type modelLine struct {
	Device, Word, Name string
	Count, Broken      int
	Versions           []option // a version and how many run it
	Want               string
	By                 string
	Drifted            int
	Sign               sign
	Faults             int
	Rate               string // faults a hundred devices
	Link               string
}

// gearLine is one device as the page shows it.
type gearLine struct {
	ID, Name, District, Node, Device string
	Model, Said, Serial              string
	Firmware, Want                   string
	Drift                            sign
	Profile, Hash, Other             string
	State                            sign
	Cert                             sign
	HasCert                          bool
	Age                              string
	Paper                            string
	FewPaper                         bool
	Heard                            string
	Simulated                        bool
}

type equipmentData struct {
	Lead                                          string
	Empty, None                                   bool
	Ask                                           equipmentAsk
	Devices, Districts, Conditions, Models, Spans []option
	Lines                                         []gearLine
	Kinds                                         []modelLine
	Heads                                         []equipmentHead
	Found                                         string
	Prev, Next, CSV, Print                        string
	Pages                                         string
	May                                           bool
	Done                                          string
	Change                                        *modelLine // the model whose firmware is being decided
	Today                                         string
	Cut                                           bool
}

type equipmentHead struct {
	Label, Link, Sorted string
	Num                 bool
}

// equipmentPage is GET /equipamento: every device of every branch, and what should run on them.
func (s *Server) equipmentPage(w http.ResponseWriter, r *http.Request, who visitor) {
	ask, now := equipmentAsked(r.URL.Query()), s.opt.Now()
	all, wanted, err := s.gears(r.Context(), who, now.AddDate(0, 0, -ask.Days))
	if err != nil {
		s.fault(w, r, err)
		return
	}
	d := equipmentData{
		Ask: ask, Empty: len(all) == 0, May: who.may("editor") && !who.limited() && s.opt.Equipment != nil, Done: r.URL.Query().Get("feito"),
		CSV: "/equipamento.csv" + ask.query("", ""), Print: ask.query("imprimir", "1"), Today: "Dados até " + momentWords(now.In(s.opt.Zone)),
	}
	d.Lead = equipmentLead(all, now)
	d.options(all)
	d.Kinds = s.modelLines(all, wanted, ask)
	if i := slices.IndexFunc(d.Kinds, func(m modelLine) bool { return d.May && m.Device == ask.Device && m.Name == ask.Model && m.Name != "" }); i >= 0 {
		d.Change = &d.Kinds[i]
	}
	shown := slices.DeleteFunc(all, func(g gear) bool { return !ask.shows(g, now) })
	slices.SortFunc(shown, ask.order)
	d.None = len(shown) == 0
	d.paged(shown, ask)
	for _, h := range [][2]string{{"Local", ""}, {"Aparelho", "aparelho"}, {"Modelo", "modelo"}, {"Série", "serie"}, {"Firmware", "firmware"}, {"Estado", "estado"}, {"Certificado", "certificado"}, {"Papel", "papel"}, {"Ouvido", "ouvido"}} {
		head := equipmentHead{Label: h[0], Link: ask.query("ordem", h[1]), Num: h[1] == "papel" || h[1] == "ouvido"}
		if ask.Sort == h[1] {
			head.Sorted = "ascending"
		}
		d.Heads = append(d.Heads, head)
	}
	for _, g := range shown[d.from(len(shown)):d.to(len(shown))] {
		d.Lines = append(d.Lines, s.gearLine(g, now))
	}
	s.show(w, r, http.StatusOK, who, "equipment", "Equipamento", d)
}

func (d *equipmentData) size() int {
	if d.Ask.All {
		return gearsPrinted
	}
	return gearsAPage
}

func (d *equipmentData) from(n int) int { return min(n, d.Ask.Page*d.size()) }

func (d *equipmentData) to(n int) int { return min(n, (d.Ask.Page+1)*d.size()) }

// paged says which part of what was found is on this page.
func (d *equipmentData) paged(shown []gear, ask equipmentAsk) {
	d.Found = counted(len(shown), "aparelho", "aparelhos")
	last := max(0, (len(shown)-1)/d.size())
	d.Ask.Page = min(max(ask.Page, 0), last)
	d.Cut = ask.All && last > 0
	if ask.All {
		d.Ask.Page = 0
		return
	}
	if d.Ask.Page > 0 {
		d.Prev = ask.query("pagina", strconv.Itoa(d.Ask.Page-1))
	}
	if d.Ask.Page < last {
		d.Next = ask.query("pagina", strconv.Itoa(d.Ask.Page+1))
	}
	if last > 0 {
		d.Pages = fmt.Sprintf("%s a %s de %s aparelhos", count(d.from(len(shown))+1), count(d.to(len(shown))), count(len(shown)))
	}
}

// options are the lists to choose from, of what there is.
func (d *equipmentData) options(all []gear) {
	devices, districts, models := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, g := range all {
		devices[g.Device], districts[g.District] = true, true
		if g.Called != "" && (d.Ask.Device == "" || d.Ask.Device == g.Device) {
			models[g.Called] = true
		}
	}
	for _, o := range equipmentWords {
		if devices[o.Value] {
			d.Devices = append(d.Devices, option{o.Value, o.Words, o.Value == d.Ask.Device})
		}
	}
	for _, name := range atlas.Districts() {
		if districts[name] {
			d.Districts = append(d.Districts, option{name, name, name == d.Ask.District})
		}
	}
	for _, o := range conditions {
		d.Conditions = append(d.Conditions, option{o.Value, o.Words, o.Value == d.Ask.Condition})
	}
	for _, name := range slices.Sorted(maps.Keys(models)) {
		d.Models = append(d.Models, option{name, name, name == d.Ask.Model})
	}
	for _, days := range equipmentDays {
		d.Spans = append(d.Spans, option{strconv.Itoa(days), counted(days, "dia", "dias"), days == d.Ask.Days})
	}
}

// equipmentLead says the whole in a sentence.
func equipmentLead(all []gear, now time.Time) string {
	branches := map[string]bool{}
	var broken, gone, drift, certs int
	for _, g := range all {
		branches[string(g.Branch)] = true
		for condition, n := range map[string]*int{condGone: &gone, condDrift: &drift, condCert: &certs} {
			if g.needs(condition, now) {
				*n++
			}
		}
		if g.Level == network.LevelFault {
			broken++
		}
	}
	words := counted(len(all), "aparelho", "aparelhos") + " em " + counted(len(branches), "local", "locais") + "."
	var parts []string
	add := func(n int, one, many string) {
		if n > 0 {
			parts = append(parts, counted(n, one, many))
		}
	}
	add(broken, "avariado", "avariados")
	add(gone, "sem sinal", "sem sinal")
	add(drift, "com outro firmware do que o desejado", "com outro firmware do que o desejado")
	add(certs, "certificado a acabar", "certificados a acabar")
	if len(parts) == 0 {
		return words + " Está tudo em ordem."
	}
	return words + " " + strings.Join(parts, ", ") + "."
}

var driftSigns = map[network.Drift]sign{
	network.AsWished: {"ok", "b-ok", "o desejado"}, network.Behind: {"watch", "b-watch", "atrasado"}, network.Ahead: {"watch", "b-watch", "adiantado"},
	network.Different: {"watch", "b-watch", "diferente"}, network.Untold: {"stale", "b-stale", "por saber"},
}

// modelLines sums the devices up by model, those with the most faults first.
func (s *Server) modelLines(all []gear, wanted []network.Wanted, ask equipmentAsk) []modelLine {
	lines, versions := map[[2]string]*modelLine{}, map[[2]string]map[string]int{}
	line := func(device, model string) *modelLine {
		key := [2]string{device, model}
		if lines[key] == nil {
			lines[key] = &modelLine{Device: device, Word: equipmentWord(device), Name: model, Link: equipmentAsk{Device: device, Model: model, Days: ask.Days}.query("", "")}
			versions[key] = map[string]int{}
		}
		return lines[key]
	}
	for _, g := range all {
		l := line(g.Device, g.Called)
		l.Count++
		l.Faults += g.Faults
		if g.Level == network.LevelFault {
			l.Broken++
		}
		if g.Drift > network.AsWished {
			l.Drifted++
		}
		versions[[2]string{g.Device, g.Called}][g.Firmware]++
	}
	for _, w := range wanted {
		l, seen := lines[[2]string{w.Device, w.Model}]
		if !seen {
			continue // nobody has one that this person sees
		}
		l.Want, l.By = w.Version, fmt.Sprintf("%s, %s", s.opt.People.Name(w.By), w.At.In(s.opt.Zone).Format("02/01/2006"))
		l.Sign = driftSigns[network.AsWished]
		if l.Drifted > 0 {
			l.Sign = sign{"watch", "b-watch", counted(l.Drifted, "diferente", "diferentes")}
		}
	}
	var out []modelLine
	for key, l := range lines {
		l.Versions = versionsOf(versions[key])
		l.Rate = strings.ReplaceAll(strconv.FormatFloat(100*float64(l.Faults)/float64(l.Count), 'f', 1, 64), ".", ",")
		out = append(out, *l)
	}
	slices.SortFunc(out, func(x, y modelLine) int {
		return cmp.Or(-cmp.Compare(x.Faults*y.Count, y.Faults*x.Count), cmp.Compare(x.Word, y.Word), cmp.Compare(x.Name, y.Name))
	})
	return out
}

// versionsOf are the versions of a model, the one that most run first.
func versionsOf(of map[string]int) []option {
	names := slices.SortedFunc(maps.Keys(of), func(x, y string) int { return cmp.Or(-cmp.Compare(of[x], of[y]), cmp.Compare(x, y)) })
	var out []option
	rest := 0
	for i, name := range names {
		if i >= modelVersions {
			rest += of[name]
			continue
		}
		out = append(out, option{Value: count(of[name]), Words: cmp.Or(name, "por saber")})
	}
	if rest > 0 {
		out = append(out, option{Value: count(rest), Words: "outras"})
	}
	return out
}

func (s *Server) gearLine(g gear, now time.Time) gearLine {
	l := gearLine{
		ID: string(g.Branch), Name: g.Name, District: g.District, Node: nodeOf(g.Item), Device: equipmentWord(g.Device),
		Model: cmp.Or(g.Called, "desconhecido"), Said: told[g.From], Serial: g.Serial, Firmware: g.Firmware, Want: g.Want,
		Drift: driftSigns[g.Drift], Profile: g.Profile, Hash: g.Hash[:min(12, len(g.Hash))], Other: g.Other, Simulated: g.Simulated, Heard: heardWords(g.Heard, now),
	}
	if l.Profile == l.Model {
		l.Profile = "" // it is said already
	}
	if l.Firmware == "" {
		l.Said = ""
	}
	if g.Node == g.Branch {
		l.Node, l.Serial = "", "–" // it is a program
	}
	l.State = signOfLevel(g.Level)
	if g.State != "" && g.Level != network.LevelGone {
		l.State.Word = strings.TrimPrefix(partWords(g.Device, g.State), partNames[g.Device]+" ")
	}
	if !g.CertUntil.IsZero() {
		l.HasCert = true
		until := g.CertUntil.In(s.opt.Zone).Format("02/01/2006")
		l.Age = "tem " + span(now.Sub(g.CertFrom))
		switch l.Cert = signGood; g.certState(now) {
		case signOut.Class:
			l.Cert = sign{signOut.Class, signOut.Mark, "acabou a " + until}
		case signWatch.Class:
			l.Cert = sign{signWatch.Class, signWatch.Mark, "só até " + until}
		default:
			l.Cert.Word = "até " + until
		}
	}
	if g.Slips >= 0 {
		l.Paper, l.FewPaper = counted(g.Slips, "talão", "talões"), g.Slips < fewSlips
	}
	return l
}

// heardWords says how long ago somebody was heard.
func heardWords(at, now time.Time) string {
	if at.IsZero() {
		return "nunca"
	}
	return "há " + span(now.Sub(at))
}

// equipmentCSV is GET /equipamento.csv: all that was found, for a spreadsheet that reads semicolons.
func (s *Server) equipmentCSV(w http.ResponseWriter, r *http.Request, who visitor) {
	ask, now := equipmentAsked(r.URL.Query()), s.opt.Now()
	all, _, err := s.gears(r.Context(), who, now.AddDate(0, 0, -ask.Days))
	if err != nil {
		s.fault(w, r, err)
		return
	}
	all = slices.DeleteFunc(all, func(g gear) bool { return !ask.shows(g, now) })
	slices.SortFunc(all, ask.order)
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="equipamento.csv"`)
	_, _ = w.Write([]byte("\ufeff"))
	out := csv.NewWriter(w)
	out.Comma = ';'
	_ = out.Write([]string{
		"local", "nome", "distrito", "no", "aparelho", "modelo", "serie", "firmware", "desejado", "desvio", "dito_por", "perfil", "hash", "estado",
		"certificado_de", "certificado_ate", "taloes", "avarias", "ouvido",
	})
	date := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(s.opt.Zone).Format(time.DateTime)
	}
	for _, g := range all {
		l := s.gearLine(g, now)
		slips := ""
		if g.Slips >= 0 {
			slips = strconv.Itoa(g.Slips)
		}
		row := []string{
			l.ID, l.Name, l.District, string(g.Node), l.Device, g.Called, g.Serial, g.Firmware, g.Want, l.Drift.Word, l.Said, g.Profile, g.Hash, l.State.Word,
			date(g.CertFrom), date(g.CertUntil), slips, strconv.Itoa(g.Faults), date(g.Heard),
		}
		for i := range row {
			row[i] = serve.Harmless(row[i])
		}
		_ = out.Write(row)
	}
	out.Flush()
}
