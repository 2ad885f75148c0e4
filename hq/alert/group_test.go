package alert_test

import (
	"fmt"
	"testing"
	"time"

	"balcao/hq/alert"
)

// failing is a branch with two kiosks, of which one cannot print.
func failing(i int, model, state string) alert.Reading {
	r := calm()
	r.Branch, r.Kiosks[0].Prints = fmt.Sprintf("L%03d", i), false
	r.Kiosks[0].Model, r.Kiosks[0].State = model, state
	r.Kiosks = append(r.Kiosks, alert.Kiosk{Name: "Quiosque 2", Prints: true, Model: model, State: "ready"})
	return r
}

func group(readings ...alert.Reading) []alert.Finding {
	var found []alert.Finding
	for _, r := range readings {
		found = append(found, alert.Check(r, policy)...)
	}
	return alert.Group(found, func(branch string) string { return "district of " + branch })
}

func TestOneFaultOfAMakeAllOverTheCountryIsOneAlert(t *testing.T) {
	var readings []alert.Reading
	for i := range 4 {
		readings = append(readings, failing(i, "EPSON TM-T88V", "unrecoverable_error"))
	}
	readings = append(readings, failing(10, "STAR TSP700", "unrecoverable_error"), failing(11, "EPSON TM-T88V", "cutter_error"))
	if got := group(readings...); len(got) != 6 {
		t.Errorf("four of one make: told %d, want each", len(got))
	}
	alone := failing(4, "EPSON TM-T88V", "unrecoverable_error")
	alone.Kiosks = alone.Kiosks[:1] // the only kiosk of its branch
	got := group(append(readings, alone)...)
	if len(got) != 3 {
		t.Fatalf("five of one make, and two others: told %+v", got)
	}
	if m := got[0]; m.Rule != alert.Model || m.Branch != "" || m.Where != "EPSON TM-T88V" || m.Words != "EPSON TM-T88V: a mesma avaria em 5 locais." {
		t.Errorf("told %+v", m)
	}
}

func TestPaperThatEndsInManyPlacesIsNoFaultOfTheMake(t *testing.T) {
	var readings []alert.Reading
	for i := range 9 {
		readings = append(readings, failing(i, "EPSON TM-T88V", "paper_out"))
	}
	if got := group(readings...); len(got) != 9 || got[0].Rule != alert.Printer {
		t.Errorf("told %d, the first %+v; want each branch", len(got), got[0])
	}
}

// A branch without a link tells one thing, and a link of a whole district one for all, whatever its devices said before.
func TestALinkThatIsDownHidesWhatItsDevicesSay(t *testing.T) {
	var readings []alert.Reading
	for i := range 6 {
		r := failing(i, "EPSON TM-T88V", "unrecoverable_error")
		r.Linked, r.Silence = false, 10*time.Minute
		r.Boards[0].Behind, r.Kiosks[1].Silent = time.Hour, time.Hour
		readings = append(readings, r)
	}
	if got := group(readings[0]); len(got) != 1 || got[0].Rule != alert.Offline || got[0].Hold == 0 {
		t.Errorf("one branch: told %+v", got)
	}
	var found []alert.Finding
	for _, r := range readings {
		found = append(found, alert.Check(r, policy)...)
	}
	if got := alert.Group(found, func(string) string { return "Faro" }); len(got) != 1 || got[0].Rule != alert.District || got[0].Where != "Faro" {
		t.Errorf("six branches of one district: told %+v", got)
	}
}
