package web

import (
	"fmt"
	"time"

	"balcao/hq/visit"
)

// chart is the half hours of a Day as bars, with its table twin.
type chart struct {
	Bars    []bar
	Grid    []gridLine
	Summary string
	Any     bool
	W, H    int
	BaseY   int
	Middle  int
}

type bar struct {
	X, Width         float64
	IssuedY, IssuedH float64
	CalledX, CalledY float64
	CalledH          float64
	Label            string // on the full hours
	LabelX           float64
	From, To         string
	Issued, Called   int
	Running          bool
}

type gridLine struct {
	Y     float64
	Label string
}

const (
	chartH             = 150
	wide, narrow       = 1340, 900 // widths of the charts of the network and of a branch
	chartLeft, chartY0 = 44, 12
	chartBase          = 126
)

// newChart draws the half hours from the first to the last with a visit, at least the usual opening hours.
func newChart(halves [48]visit.Slot, now time.Time, width int) chart {
	first, last := 17, 38 // 08:30 to 19:30
	top, issued, called := 0, 0, 0
	for i, h := range halves {
		if h.Issued+h.Called == 0 {
			continue
		}
		first, last = min(first, i), max(last, i)
		top = max(top, h.Issued, h.Called)
		issued += h.Issued
		called += h.Called
	}
	c := chart{Any: issued+called > 0, W: width, H: chartH, Middle: (width + chartLeft) / 2, BaseY: chartBase}
	c.Summary = fmt.Sprintf("%s e %s hoje, por meia hora", counted(issued, "senha emitida", "senhas emitidas"), counted(called, "chamada", "chamadas"))
	top = niceTop(top)
	for i := 0; i <= 2; i++ {
		y := chartBase - float64(chartBase-chartY0)*float64(i)/2
		c.Grid = append(c.Grid, gridLine{Y: y, Label: count(top * i / 2)})
	}
	step := float64(width-chartLeft-8) / float64(last-first+1)
	running := now.Hour()*2 + now.Minute()/30
	for i := first; i <= last; i++ {
		x := chartLeft + step*float64(i-first)
		height := func(n int) float64 { return float64(chartBase-chartY0) * float64(n) / float64(top) }
		b := bar{
			X: x + step*0.12, Width: step * 0.36, LabelX: x,
			From: halfName(i), To: halfName(i + 1), Issued: halves[i].Issued, Called: halves[i].Called, Running: i == running,
		}
		b.IssuedH, b.CalledH = height(b.Issued), height(b.Called)
		b.IssuedY, b.CalledY, b.CalledX = chartBase-b.IssuedH, chartBase-b.CalledH, b.X+b.Width+step*0.04
		if i%2 == 0 && (last-first < 32 || i%4 == 0) {
			b.Label = halfName(i)
		}
		c.Bars = append(c.Bars, b)
	}
	return c
}

func halfName(i int) string { return fmt.Sprintf("%02d:%02d", i/2, i%2*30) }

// niceTop is the smallest even round number that is not below n.
func niceTop(n int) int {
	for scale := 1; ; scale *= 10 {
		for _, m := range []int{2, 4, 6, 10} {
			if m*scale >= n {
				return m * scale
			}
		}
	}
}
