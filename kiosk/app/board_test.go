package app

import (
	"context"
	"slices"
	"testing"
	"time"

	"balcao/internal/machine"
	"balcao/internal/wire"
	"balcao/kiosk/audio"
	"balcao/kiosk/voice"
)

// listener is a speaker that notes what it is asked to say.
type listener struct{ said []string }

func (l *listener) Say(_ context.Context, p voice.Phrase) error {
	l.said = append(l.said, p.Text(voice.Portuguese))
	return nil
}

func call(id int, number, counter string, count int, at int64) wire.BoardCall {
	return wire.BoardCall{ID: id, Number: number, Counter: counter, Count: count, AtMS: at, Body: "IRN"}
}

func TestCallsAreSpokenOnceInTheirOrderAndThoseOfTheStartAreOnlyShown(t *testing.T) {
	ear := &listener{}
	b := newBoard(&App{log: discard(), clock: machine.NewClock()})
	b.speaker = ear
	now := time.Now().UnixMilli()
	hear := func(calls ...wire.BoardCall) []string {
		ear.said = nil
		slices.Reverse(calls) // newest first, as on a board
		b.hear(wire.Board{Day: "2026-11-23", AtMS: now, Calls: calls})
		return ear.said
	}
	old := call(1, "A001", "Balcão 1", 1, now)
	if said := hear(old); said != nil {
		t.Errorf("said at the start: %q", said)
	}
	second, third := call(2, "A002", "Balcão 2", 1, now), call(3, "A003", "Balcão 3", 1, now)
	want := []string{"Senha A 2, balcão 2", "Senha A 3, balcão 3"}
	if said := hear(old, second, third); !slices.Equal(said, want) {
		t.Errorf("said %q, want %q", said, want)
	}
	if said := hear(old, second, third); said != nil {
		t.Errorf("said again without a new call: %q", said)
	}
	again := call(2, "A002", "Balcão 2", 2, now)
	if said := hear(old, third, again); !slices.Equal(said, want[:1]) {
		t.Errorf("said at a recall %q, want %q", said, want[:1])
	}
	late := call(4, "A004", "Balcão 4", 1, now-oldCall.Milliseconds()-1)
	if said := hear(again, late); said != nil {
		t.Errorf("said long after the call: %q", said)
	}
	twice := call(5, "A005", "Balcão 5", 1, now)
	twice.Say, twice.Lang = true, "en"
	p, err := phrase("2026-11-23", twice)
	if err != nil || p.Body != "IRN" || p.Second != voice.English || p.Text(voice.English) == "" {
		t.Errorf("phrase of a call with body and language: %+v, %v", p, err)
	}
	if said := hear(twice, call(6, "<script>", "Balcão 1", 1, now)); !slices.Equal(said, []string{"IRN, senha A 5, balcão 5"}) {
		t.Errorf("said with a body: %q", said)
	}
}

func TestTheCallboardShowsWhatIsBeingSaid(t *testing.T) {
	b := newBranch(t)
	cfg := Default()
	cfg.Node, cfg.Data, cfg.Faces = node, t.TempDir(), []string{FaceCallboard}
	cfg.Screen.Listen, cfg.Branch.Brokers = "127.0.0.1:0", []string{b.url()}
	cfg.Sound.Backend = string(audio.Null)
	now := time.Now().UnixMilli()
	board := wire.Board{Epoch: 1, Seq: 1, AtMS: now, Branch: "Loja de ensaio", Day: "2026-11-23", Open: true}
	board.Calls = []wire.BoardCall{call(1, "A001", "Balcão 1", 1, now)}
	b.publish("board", board)
	k := start(t, cfg)
	k.page.wait(t, "the call before the start", func(s state) bool { return s.says("A001") })
	k.log.wait(t, `"device":"sound","state":"null"`)

	board.Seq, board.Calls = 2, []wire.BoardCall{call(2, "A002", "Balcão 3", 1, now), board.Calls[0]}
	b.publish("board", board)
	k.page.wait(t, "the words of the second call", func(s state) bool { return s.says("Senha A 2, balcão 3") && s.says("A002") })
	k.page.wait(t, "the end of the words", func(s state) bool { return !s.says("Senha A 2, balcão 3") })
	b.hang()
	k.page.wait(t, "the branch is away", func(s state) bool { return s.says(`"up":false`) && s.says("A002") })
}

func TestABoxShowsAndSpeaksTheCallsOfItsPartOfTheHallAlone(t *testing.T) {
	b := newBranch(t)
	cfg := Default()
	cfg.Node, cfg.Data, cfg.Faces = node, t.TempDir(), []string{FaceCallboard}
	cfg.Screen.Listen, cfg.Branch.Brokers = "127.0.0.1:0", []string{b.url()}
	cfg.Sound.Backend = string(audio.Null)
	now := time.Now().UnixMilli()
	here, elsewhere := call(1, "A001", "Balcão 1", 1, now), call(2, "F001", "Balcão 9", 1, now)
	here.Place, elsewhere.Place = "Piso 0", "Piso 1"
	board := wire.Board{
		Epoch: 1, Seq: 1, AtMS: now, Branch: "Loja de ensaio", Day: "2026-11-23", Open: true, Calls: []wire.BoardCall{elsewhere, here},
		Zones: []wire.BoardZone{{ID: "zero", Name: "Zona zero", Places: []string{"Piso 0"}, Boxes: []string{node}}, {ID: "um", Name: "Um", Places: []string{"Piso 1"}}},
		Notes: []wire.BoardNote{{Text: wire.Text{"pt": "Só no outro piso"}, Zones: []string{"um"}}},
	}
	b.publish("board", board)
	k := start(t, cfg)
	only := func(s state) bool { return !s.says("F001") && !s.says("F002") && !s.says("Só no outro piso") }
	k.page.wait(t, "the call of this floor alone", func(s state) bool { return s.says("A001") && s.says("Zona zero") && only(s) })

	next, other := call(3, "A002", "Balcão 2", 1, now), call(4, "F002", "Balcão 8", 1, now)
	next.Place, other.Place = "Piso 0", "Piso 1"
	board.Seq, board.Calls = 2, []wire.BoardCall{next, other, elsewhere, here}
	b.publish("board", board)
	k.page.wait(t, "the words of this floor's call, before which nothing was said", func(s state) bool { return s.says("Senha A 2, balcão 2") && only(s) })
}
