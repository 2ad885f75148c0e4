package web

import (
	"strings"
	"testing"
	"time"

	"balcao/internal/wire"
)

func TestLittlePaperIsSomethingToLookAfter(t *testing.T) {
	h := newHouse(t)
	now := h.now()
	says := func(r *wire.PaperRoll, printer string) deviceView {
		p := painter{w: h.web, at: now}
		return p.device(wire.KioskHealth{Node: "L901-K01", Online: true, Faces: []string{"touch"}, Devices: map[string]string{"printer": printer}, Roll: r})
	}
	for _, row := range []struct {
		roll    *wire.PaperRoll
		printer string
		state   string
		want    string
	}{
		{nil, "ready", stateOK, "Em ordem."},
		{&wire.PaperRoll{Left: 212}, "ready", stateOK, "Em ordem. Papel para cerca de 212 talões."},
		{&wire.PaperRoll{Left: 212, LastMS: now.Add(2 * time.Hour).UnixMilli()}, "ready", stateOK, "até cerca das " + h.web.clock(now.Add(2*time.Hour))},
		{&wire.PaperRoll{Left: 400, LastMS: now.Add(48 * time.Hour).UnixMilli()}, "ready", stateOK, "400 talões."},
		{&wire.PaperRoll{Left: 12}, "ready", stateWatch, "tenha um rolo à mão"},
		{&wire.PaperRoll{Left: 1}, "near_end", stateWatch, "Papel para 1 talão"},
		{&wire.PaperRoll{Left: 0}, "paper_out", stateOut, "sem papel"},
	} {
		v := says(row.roll, row.printer)
		if v.State != row.state || !strings.Contains(v.Text, row.want) {
			t.Errorf("%+v with the printer %s: %s %q, want %s %q", row.roll, row.printer, v.State, v.Text, row.state, row.want)
		}
	}
}
