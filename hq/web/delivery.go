package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"balcao/hq/atlas/registry"
)

// square is one site of the plan in the picture.
type square struct {
	X, Y  int
	Class string
	Title string
}

// tallyPart is one kind of sites.
type tallyPart struct {
	Name, Of, Share string
	Open, All       string
	Plan            string
	Squares         []square
	W, H            int
	Legend          []option
}

type regionLine struct {
	registry.Region

	OpenL, AllL, OpenS, AllS int
	Share                    int
	Late                     int
	LastWords                string
}

type lateLine struct {
	registry.Site

	Days int
}

type deliveryData struct {
	Empty              bool
	Lead               string
	Lojas, Spaces      tallyPart
	Regions            []regionLine
	Late               []lateLine
	LateCount          int
	Plan, Done, Rate   string // paths of the plot
	PlanNow, DoneNow   int
	NowX, PlanY, DoneY int
	Grid               []gridLine
	MonthLabels        []monthLabel
	Months             []monthRow
	Today              string
}

type monthLabel struct {
	X     int
	Label string
}

type monthRow struct{ Month, Plan, Done string }

const (
	cell = 22 // a square and what is between two of them

	plotLeft, plotRight, plotTop, plotBottom = 48, 612, 20, 250

	maxLateLines = 10
)

// deliveryPage is GET /entrega: how far the plan of new Lojas and Espaços has come.
func (s *Server) deliveryPage(w http.ResponseWriter, r *http.Request, who visitor) {
	sites, err := s.sitesOf(r.Context(), who)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	now := s.opt.Now().In(s.opt.Zone)
	p := registry.Deliver(sites, now)
	s.show(w, r, http.StatusOK, who, "delivery", "Entrega", s.delivery(p, now))
}

func (s *Server) delivery(p registry.Progress, now time.Time) deliveryData {
	open, all := p.Open()
	d := deliveryData{Empty: all == 0, LateCount: len(p.Late), Today: "Dados até " + momentWords(now)}
	if d.Empty {
		return d
	}
	d.Lead = leadWords(p)
	d.Lojas = tallyOf("Lojas", "uma Loja", p.Lojas, p.Sites, true, 16, now)
	d.Spaces = tallyOf("Espaços", "um Espaço", p.Spaces, p.Sites, false, 32, now)
	for _, r := range p.Regions {
		l := regionLine{
			Region: r, OpenL: r.Lojas.Steps[registry.Opened], AllL: r.Lojas.All, OpenS: r.Spaces.Steps[registry.Opened], AllS: r.Spaces.All, Late: r.Lojas.Late + r.Spaces.Late,
		}
		l.Share = 100 * (l.OpenL + l.OpenS) / max(1, l.AllL+l.AllS)
		l.LastWords = dateWords(r.Last)
		d.Regions = append(d.Regions, l)
	}
	for _, one := range p.Late[:min(len(p.Late), maxLateLines)] {
		d.Late = append(d.Late, lateLine{one, one.Late(now)})
	}
	d.plot(p, now, open, all)
	return d
}

func leadWords(p registry.Progress) string {
	open, all := p.Open()
	words := fmt.Sprintf("%s de %s em serviço. O plano previa %s locais até hoje", count(open), count(all), count(p.Planned()))
	switch left := p.Planned() - open; {
	case left > 0:
		words += ": " + plural(left, "falta 1 local", "faltam "+count(left)+" locais") + "."
	case left < 0:
		words += ": vai " + plural(-left, "1 local", count(-left)+" locais") + " à frente."
	default:
		words += ": está em dia."
	}
	if open == all {
		return words + " Está completo."
	}
	if p.Ends.IsZero() {
		return words + " Nos últimos 3 meses não abriu nenhum."
	}
	words += " Ao ritmo dos últimos 3 meses acaba em " + monthWords(p.Ends)
	if p.PlanEnds.IsZero() {
		return words + "."
	}
	switch {
	case p.Ends.Year() == p.PlanEnds.Year() && p.Ends.Month() == p.PlanEnds.Month():
		return words + ", como no plano."
	case p.Ends.Before(p.PlanEnds):
		return words + ", antes do plano (" + monthWords(p.PlanEnds) + ")."
	}
	return words + "; o plano é " + monthWords(p.PlanEnds) + "."
}

var monthNames = [...]string{"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"}

func monthWords(t time.Time) string {
	return fmt.Sprintf("%s de %d", monthNames[t.Month()-1], t.Year())
}

func dateWords(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return "–"
	}
	return fmt.Sprintf("%d %s %d", t.Day(), months[t.Month()-1], t.Year())
}

func tallyOf(name, one string, t registry.Tally, sites []registry.Site, lojas bool, columns int, now time.Time) tallyPart {
	open := t.Steps[registry.Opened]
	part := tallyPart{
		Name: name, Of: "um quadrado, " + one, Open: count(open), All: count(t.All), Share: fmt.Sprintf("%d %%", 100*open/max(1, t.All)), Plan: count(t.Planned),
	}
	classes := map[string]int{}
	i := 0
	for _, site := range sites {
		if (site.Kind == registry.Loja) != lojas {
			continue
		}
		class := string(site.Delivery)
		title := site.Name + ": " + deliveryWords[site.Delivery]
		if late := site.Late(now); late > 0 {
			class, title = "late", fmt.Sprintf("%s: atrasada há %s", site.Name, counted(late, "dia", "dias"))
		}
		classes[class]++
		part.Squares = append(part.Squares, square{X: i % columns * cell, Y: i / columns * cell, Class: class, Title: title})
		i++
	}
	part.W, part.H = columns*cell-4, (i+columns-1)/columns*cell
	for _, one := range []struct{ class, words string }{
		{string(registry.Opened), "em serviço"},
		{string(registry.Installed), "instaladas"},
		{string(registry.Signed), "com protocolo"},
		{string(registry.Planned), "previstas"},
		{"late", "atrasadas"},
	} {
		part.Legend = append(part.Legend, option{Value: one.class, Words: count(classes[one.class]) + " " + one.words})
	}
	return part
}

// plot draws the curve of the plan, of what was done, and of the present rate.
func (d *deliveryData) plot(p registry.Progress, now time.Time, open, all int) {
	n := len(p.Months)
	if n == 0 {
		return
	}
	x := func(i int) int { return plotLeft + (plotRight-plotLeft)*i/max(1, n-1) }
	y := func(v int) int { return plotBottom - (plotBottom-plotTop)*v/max(1, all) }
	var plan, done strings.Builder
	for i, m := range p.Months {
		verb := "L"
		if i == 0 {
			verb = "M"
		}
		fmt.Fprintf(&plan, "%s%d %d", verb, x(i), y(m.Plan))
		row := monthRow{Month: fmt.Sprintf("%s %d", months[m.Month.Month()-1], m.Month.Year()), Plan: count(m.Plan), Done: "–"}
		if m.Done >= 0 {
			fmt.Fprintf(&done, "%s%d %d", verb, x(i), y(m.Done))
			d.NowX, d.DoneY, d.PlanY, d.DoneNow, d.PlanNow = x(i), y(m.Done), y(m.Plan), m.Done, m.Plan
			row.Done = count(m.Done)
		}
		d.Months = append(d.Months, row)
		if i%max(1, n/6) == 0 {
			d.MonthLabels = append(d.MonthLabels, monthLabel{x(i), row.Month})
		}
	}
	d.Plan, d.Done = plan.String(), done.String()
	if !p.Ends.IsZero() && open < all {
		ahead := (p.Ends.Year()-now.Year())*12 + int(p.Ends.Month()-now.Month())
		at := 0
		for i, m := range p.Months {
			if m.Done >= 0 {
				at = i
			}
		}
		endX, endY := x(at+ahead), y(all)
		if endX > plotRight { // cut at the edge
			endY = d.DoneY + (endY-d.DoneY)*(plotRight-d.NowX)/max(1, endX-d.NowX)
			endX = plotRight
		}
		d.Rate = fmt.Sprintf("M%d %dL%d %d", d.NowX, d.DoneY, endX, endY)
	}
	for v := 0; v < all; v += step(all) {
		d.Grid = append(d.Grid, gridLine{Y: float64(y(v)), Label: count(v)})
	}
	d.Grid = append(d.Grid, gridLine{Y: float64(y(all)), Label: count(all)})
}

// step is the distance of lines: a round number, some five of them.
func step(all int) int {
	for _, s := range []int{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000} {
		if all <= 5*s {
			return s
		}
	}
	return max(1, all/5)
}
