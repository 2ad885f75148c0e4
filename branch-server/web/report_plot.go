package web

import (
	"fmt"
	"math"
	"time"

	"balcao/branch-server/report"
	"balcao/internal/queue"
)

// plot is a drawing of a report, made here so that it prints and needs no script. Its table stands beside it.
type plot struct {
	W, H    int
	Summary string
	Title   string
	Note    string
	Keys    []plotKey
	Grid    []plotLine
	Bars    []plotBar
	Dots    []plotDot
	Texts   []plotText
}

type plotKey struct{ Class, Name string }

type plotLine struct {
	Y1, Y2 float64 // the line is at Y1, its words at Y2
	Label  string
	Base   bool
}

type plotBar struct {
	X, Y, W, H float64
	Class      string
	Says       string
}

type plotDot struct {
	X, Y float64
	Says string
}

type plotText struct {
	X, Y   float64
	Class  string
	Anchor string
	Text   string
}

const (
	plotLeft   = 40
	plotTop    = 14
	plotBottom = 46 // below the base line: hours and a row of figures
)

// scale rounds the top of an axis up to a handful of even steps.
func scale(most float64) (top, step float64) {
	step = 1
	for _, s := range []float64{1, 2, 5, 10, 15, 20, 30, 50, 100, 200, 500, 1000, 2000, 5000, 10000} {
		if step = s; most/s <= 5 {
			break
		}
	}
	return max(step, math.Ceil(most/step)*step), step
}

// frame draws the grid and returns where a value lies.
func (p *plot) frame(most float64) func(float64) float64 {
	top, step := scale(most)
	base := float64(p.H - plotBottom)
	y := func(v float64) float64 { return round1(base - (base-plotTop)*v/top) }
	for v := 0.0; v <= top; v += step {
		p.Grid = append(p.Grid, plotLine{Y1: y(v), Y2: y(v) + 4, Label: thousands(int(v)), Base: v == 0})
	}
	return y
}

func round1(x float64) float64 { return math.Round(x*10) / 10 }

// slot returns the left edge and width of one of n places side by side.
func (p *plot) slot(i, n int) (x, w float64) {
	w = float64(p.W-plotLeft) / float64(max(n, 8))
	return plotLeft + float64(i)*w, w
}

// under writes a place's name below the base line, every so many so that they do not touch.
func (p *plot) under(i, n int, text, figure string) {
	x, w := p.slot(i, n)
	every := 1 + int(48/w)
	if i%every == 0 {
		p.Texts = append(p.Texts, plotText{X: round1(x + w/2), Y: float64(p.H - 27), Anchor: "middle", Text: text})
	}
	if figure != "" && w > 22 {
		p.Texts = append(p.Texts, plotText{X: round1(x + w/2), Y: float64(p.H - 6), Anchor: "middle", Class: "level-row", Text: figure})
	}
}

// pair draws two bars side by side in one place.
func (p *plot) pair(i, n int, y func(float64) float64, a, b int, says string) {
	x, w := p.slot(i, n)
	gap := min(10, w*0.2)
	bar := (w - gap - 1) / 2
	base := float64(p.H - plotBottom)
	p.Bars = append(p.Bars,
		plotBar{X: round1(x + gap/2), Y: y(float64(a)), W: round1(bar), H: round1(base - y(float64(a))), Class: "issued", Says: says},
		plotBar{X: round1(x + gap/2 + bar + 1), Y: y(float64(b)), W: round1(bar), H: round1(base - y(float64(b))), Class: "called", Says: says})
}

func halvesPlot(halves []report.Half) plot {
	p := plot{
		W: 720, H: 250, Title: "Senhas por meia hora", Note: "nível de serviço por baixo, em %",
		Keys: []plotKey{{"a", "emitidas"}, {"b", "chamadas"}},
	}
	most, busiest := 1.0, report.Half{}
	for _, h := range halves {
		most = max(most, float64(max(h.Issued, h.Called)))
		if h.Issued > busiest.Issued {
			busiest = h
		}
	}
	y := p.frame(most)
	for i, h := range halves {
		level := ""
		if part, ok := h.Level.Share(); ok {
			level = decimal(100*part, 0)
		}
		p.pair(i, len(halves), y, h.Issued, h.Called, fmt.Sprintf("%s: %d emitidas, %d chamadas", h.Clock(), h.Issued, h.Called))
		p.under(i, len(halves), h.Clock(), level)
	}
	p.Summary = fmt.Sprintf("Senhas por meia hora: a mais cheia foi a das %s, com %d emitidas.", busiest.Clock(), busiest.Issued)
	return p
}

// waitsPlot draws for each half hour the median as a dot and the way to the ninth of ten as a bar.
func waitsPlot(halves []report.Half) plot {
	p := plot{
		W: 720, H: 250, Title: "Espera por meia hora", Note: "minutos, de quem foi chamado nessa meia hora",
		Keys: []plotKey{{"dot", "mediana"}, {"band", "até ao p90"}},
	}
	most, worst := 5.0, report.Half{}
	for _, h := range halves {
		most = max(most, h.Wait.P90.Minutes())
		if h.Wait.P90 > worst.Wait.P90 {
			worst = h
		}
	}
	y := p.frame(most)
	for i, h := range halves {
		p.under(i, len(halves), h.Clock(), "")
		if h.Wait.N == 0 {
			continue
		}
		x, w := p.slot(i, len(halves))
		says := fmt.Sprintf("%s: mediana %s min, p90 %s min", h.Clock(), mins(h.Wait.Median), mins(h.Wait.P90))
		top, low := y(h.Wait.P90.Minutes()), y(h.Wait.Median.Minutes())
		p.Bars = append(p.Bars, plotBar{X: round1(x + w/2 - 4), Y: top, W: 8, H: round1(low - top), Class: "band", Says: says})
		p.Dots = append(p.Dots, plotDot{X: round1(x + w/2), Y: low, Says: says})
	}
	p.Summary = "Ainda sem esperas medidas."
	if worst.Wait.N > 0 {
		p.Summary = fmt.Sprintf("Espera por meia hora: a pior foi a das %s, com p90 de %s minutos.", worst.Clock(), mins(worst.Wait.P90))
	}
	return p
}

func daysPlot(days []report.Row) plot {
	p := plot{
		W: 1460, H: 250, Title: "Senhas por dia", Note: "nível de serviço por baixo, em %",
		Keys: []plotKey{{"a", "emitidas"}, {"b", "atendidas"}},
	}
	most := 1.0
	for _, d := range days {
		most = max(most, float64(max(d.Issued, d.Finished)))
	}
	y := p.frame(most)
	for i, d := range days {
		level := ""
		if part, ok := d.Level.Share(); ok {
			level = decimal(100*part, 0)
		}
		at := dateTime(queue.Date(d.Key))
		p.pair(i, len(days), y, d.Issued, d.Finished, fmt.Sprintf("%s: %d emitidas, %d atendidas", shortDay(queue.Date(d.Key)), d.Issued, d.Finished))
		p.under(i, len(days), fmt.Sprintf("%d %s", at.Day(), months[at.Month()-1]), level)
	}
	p.Summary = fmt.Sprintf("Senhas por dia, em %d dias.", len(days))
	return p
}

// rangePlot is a wait in one row of a table: from the median to the ninth of ten, with the target as a tick.
type rangePlot struct {
	X, W, Dot, Target float64 // Target is 0 if there is none
	Says              string
}

func rangeOf(t report.Times, target, longest time.Duration) *rangePlot {
	if t.N == 0 {
		return nil
	}
	at := func(d time.Duration) float64 { return round1(4 + 112*min(1, d.Minutes()/longest.Minutes())) }
	r := &rangePlot{X: at(t.Median), W: max(1, round1(at(t.P90)-at(t.Median))), Dot: at(t.Median), Says: fmt.Sprintf("mediana %s, p90 %s min", mins(t.Median), mins(t.P90))}
	if target > 0 {
		r.Target = at(target)
		r.Says += fmt.Sprintf(", objetivo %d min", minutes(target))
	}
	return r
}
