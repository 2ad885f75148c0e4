package web

import (
	"strings"
	"testing"
	"time"

	"balcao/internal/wire"
)

func TestTheCoordinationReadsHowFarHeadquartersSignedTheJournal(t *testing.T) {
	h := newHouse(t)
	at := h.now()
	said := func(l Link) string { return painter{w: h.web, at: at, link: l}.linkView().Text }
	for text, l := range map[string]Link{
		"Ligada. Diário selado pela sede até " + h.web.clock(at) + ".":        {State: LinkUp, Sealed: at},
		"Diário selado pela sede até " + at.AddDate(0, 0, -2).Format("02/01"): {State: LinkDown, Sealed: at.Add(-48 * time.Hour)},
		"Ligada. A sede recusa selar o diário.":                               {State: LinkUp, Sealed: at, Contradicted: true},
	} {
		if got := said(l); !strings.Contains(got, text) {
			t.Errorf("%q, want %q", got, text)
		}
	}
	if got := said(Link{State: LinkUp}); strings.Contains(got, "selado") {
		t.Errorf("never signed: %q", got)
	}
	p := painter{w: h.web, at: at}
	v := p.device(wire.KioskHealth{Online: true, Devices: map[string]string{wire.PartDisk: wire.DiskOK, wire.PartJournal: wire.JournalOther}})
	if first := firstOfDevice(v.Text); v.State != stateOut || !strings.Contains(v.Text, "a sede recusa selá-lo") || !strings.Contains(first, "journal verify") {
		t.Errorf("%+v, first %q", v, first)
	}
}
