package web

import (
	"strings"
	"time"

	"balcao/hq/network/report"
)

// reportPlot is the rows of a report along time: how many came, and how long they waited. Its table stands below.
type reportPlot struct {
	W, H, BaseY int
	Grid, Waits []gridLine
	Bars        []reportBar
	Labels      []monthLabel
	TargetY     float64
	Summary     string
}

type reportBar struct {
	X, Width                float64
	Y, Height               float64 // how many came
	BandY, BandHeight, DotY float64 // from the median to the 90th percentile of the wait
	DotX                    float64
	Says                    string
	Waited                  bool
}

const (
	reportW, reportH           = 1340, 340
	countTop, countBase        = 14, 140
	waitTop, waitBase          = 176, 310
	reportLeft, mostPlotLabels = 48, 24
)

func plotOf(rows []report.Row, words []reportRow, target time.Duration) *reportPlot {
	p := &reportPlot{W: reportW, H: reportH, BaseY: countBase}
	most, longest := 1, target
	for _, r := range rows {
		most, longest = max(most, r.Sum.Issued), max(longest, r.Sum.Wait.Quantile(0.9))
	}
	top := niceTop(most)
	axis := niceTop(int(longest.Minutes()) + 1)
	for i := range 3 {
		p.Grid = append(p.Grid, gridLine{Y: countBase - float64(countBase-countTop)*float64(i)/2, Label: count(top * i / 2)})
		p.Waits = append(p.Waits, gridLine{Y: waitBase - float64(waitBase-waitTop)*float64(i)/2, Label: count(axis * i / 2)})
	}
	y := func(d time.Duration) float64 { return waitBase - float64(waitBase-waitTop)*d.Minutes()/float64(axis) }
	p.TargetY = y(target)
	step := float64(reportW-reportLeft-8) / float64(max(8, len(rows)))
	every := 1 + len(rows)/mostPlotLabels
	for i, r := range rows {
		x := reportLeft + step*float64(i)
		height := float64(countBase-countTop) * float64(r.Sum.Issued) / float64(top)
		b := reportBar{
			X: x + step*0.15, Width: step * 0.7, Y: countBase - height, Height: height, DotX: x + step/2,
			Says: words[i].Name + ": " + words[i].Issued + " emitidas",
		}
		if b.Waited = r.Sum.Wait.Count() > 0; b.Waited {
			median, p90 := r.Sum.Wait.Quantile(0.5), r.Sum.Wait.Quantile(0.9)
			b.BandY, b.BandHeight, b.DotY = y(p90), y(median)-y(p90), y(median)
			b.Says += ", espera mediana " + words[i].Wait + " min, p90 " + words[i].WaitP90 + " min"
		}
		p.Bars = append(p.Bars, b)
		if i%every == 0 {
			label, _, _ := strings.Cut(words[i].Name, " a ")
			p.Labels = append(p.Labels, monthLabel{int(x + step/2), label})
		}
	}
	p.Summary = "Senhas emitidas e espera, " + count(len(rows)) + " " + plural(len(rows), "ponto", "pontos")
	return p
}
