package wire_test

import (
	"reflect"
	"testing"

	"balcao/internal/wire"
)

func TestABoardIsCutToItsZone(t *testing.T) {
	call := func(n, body, place string) wire.BoardCall {
		return wire.BoardCall{Number: n, BodyID: body, Place: place}
	}
	b := wire.Board{
		Calls: []wire.BoardCall{call("A1", "irn", "0"), call("F1", "at", "1"), call("R1", "irn", "1")},
		Queues: []wire.BoardLine{
			{Body: "IRN", BodyID: "irn", Place: "0", Waiting: 2, Wait: wire.Range{Low: 5, High: 10}},
			{Body: "IRN", BodyID: "irn", Place: "1", Waiting: 3, Wait: wire.Range{Low: 20, High: 40}},
			{Body: "AT", BodyID: "at", Place: "1", Waiting: 1},
		},
		Zones: []wire.BoardZone{{ID: "zero", Places: []string{"0"}, Boxes: []string{"L901-D01"}}, {ID: "registries", Bodies: []string{"irn"}}},
		Notes: []wire.BoardNote{{Text: wire.Text{"pt": "all"}}, {Text: wire.Text{"pt": "zero"}, Zones: []string{"zero"}}},
	}
	for zone, want := range map[string]struct {
		calls, waiting []string
		notes          int
	}{
		"":           {[]string{"A1", "F1", "R1"}, []string{"IRN 5 to 40", "AT 1 to 0"}, 2},
		"gone":       {[]string{"A1", "F1", "R1"}, []string{"IRN 5 to 40", "AT 1 to 0"}, 2},
		"zero":       {[]string{"A1"}, []string{"IRN 2 to 10"}, 2},
		"registries": {[]string{"A1", "R1"}, []string{"IRN 5 to 40"}, 1},
	} {
		got := b.In(zone)
		var calls, waiting []string
		for _, c := range got.Calls {
			calls = append(calls, c.Number)
		}
		for _, q := range got.Queues {
			waiting = append(waiting, q.Body+" "+string(rune('0'+q.Waiting))+" to "+map[int]string{0: "0", 10: "10", 40: "40"}[q.Wait.High])
		}
		if !reflect.DeepEqual(calls, want.calls) || !reflect.DeepEqual(waiting, want.waiting) || len(got.Notes) != want.notes {
			t.Errorf("zone %q: %v, %v, %d notes; want %+v", zone, calls, waiting, len(got.Notes), want)
		}
	}
	general := b
	general.Zones = append([]wire.BoardZone{{Video: &wire.BoardVideo{File: "a.webm"}}}, b.Zones...)
	if got := general.In(""); len(got.Notes) != 2 || len(got.Calls) != 3 {
		t.Errorf("the board of everything, with a video: %+v", got)
	}
	if b.ZoneOf("L901-D01") != "zero" || b.ZoneOf("L901-D02") != "" {
		t.Errorf("zones of boxes: %q, %q", b.ZoneOf("L901-D01"), b.ZoneOf("L901-D02"))
	}
	if len(b.Queues) != 3 || b.Queues[0].Waiting != 2 {
		t.Error("cutting changed the board itself")
	}
}
