package web

import (
	"strings"
	"testing"

	"balcao/internal/wire"
)

func TestWhoSpeaksAnotherVersionIsToldInWordsWithWhatToDo(t *testing.T) {
	h := newHouse(t)
	kiosk := func(code string) string {
		p := painter{w: h.web, at: h.now()}
		v := p.device(wire.KioskHealth{Node: "L901-K01", Online: true, Faces: []string{"touch"}, Devices: map[string]string{
			"printer": "ready", wire.PartProgram: code,
		}})
		if v.State != stateOut {
			t.Errorf("%s is %s", code, v.State)
		}
		return v.Text
	}
	link := func(newer bool) string {
		p := painter{w: h.web, at: h.now(), link: Link{State: LinkRefused, Unsent: 12, Newer: newer}}
		v := p.linkView()
		if v.State != stateOut {
			t.Errorf("the link is %s", v.State)
		}
		return v.Text
	}
	for what, row := range map[string]struct{ said, want string }{
		"an old kiosk":  {kiosk(wire.ProgramOld), "Programa de uma versão antiga, que a loja já não fala: atualize o deste aparelho."},
		"a new kiosk":   {kiosk(wire.ProgramNew), "atualize o servidor da loja"},
		"an old branch": {link(false), "atualize o servidor da loja"},
		"a new branch":  {link(true), "a sede tem de ser atualizada"},
		"what waits":    {link(false), "nada se perde; 12 registos esperam"},
	} {
		if !strings.Contains(row.said, row.want) {
			t.Errorf("%s: %q, want %q", what, row.said, row.want)
		}
	}
}
