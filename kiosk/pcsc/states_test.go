package pcsc

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ebfe/scard"

	"balcao/kiosk/card"
)

func TestEveryEdgeOfTheStateMachineHasATest(t *testing.T) {
	raw, err := os.ReadFile("../../docs/card-states.md")
	if err != nil {
		t.Fatal(err)
	}
	paper := string(raw)
	declared := map[string]bool{}
	var files []string
	for _, where := range []string{".", "../card", "../card/pace", "../flow", "../app"} {
		there, err := filepath.Glob(filepath.Join(where, "*_test.go"))
		if err != nil || len(there) == 0 {
			t.Fatalf("%s: %d tests, %v", where, len(there), err)
		}
		files = append(files, there...)
	}
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(string(source), -1) {
			declared[m[1]] = true
		}
	}
	drawn := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^ +\S+ --> \S+ : (E\d+)$`).FindAllStringSubmatch(paper, -1) {
		if drawn[m[1]] {
			t.Errorf("%s is drawn twice", m[1])
		}
		drawn[m[1]] = true
	}
	told := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\| (E\d+) \|[^|]*\|([^|]*)\|$`).FindAllStringSubmatch(paper, -1) {
		told[m[1]] = true
		if !drawn[m[1]] {
			t.Errorf("%s has a row and is not drawn", m[1])
		}
		if !strings.Contains(m[2], "Test") {
			t.Errorf("%s has no test", m[1])
		}
	}
	for edge := range drawn {
		if !told[edge] {
			t.Errorf("%s is drawn and has no row", edge)
		}
	}
	if len(drawn) < 20 {
		t.Errorf("%d edges found: has the paper changed its form?", len(drawn))
	}
	for _, name := range regexp.MustCompile(`Test\w+`).FindAllString(paper, -1) {
		if !declared[name] {
			t.Errorf("docs/card-states.md names %s, which does not exist", name)
		}
	}
}

func TestCardThatPowersUpSlowlyIsNotMute(t *testing.T) {
	var sessions sync.WaitGroup
	look := &turn{w: New(Config{Socket: socket}), sessions: &sessions}
	present := scard.StatePresent | scard.StateFlag(1<<16)
	slow, dead := &slot{name: "slow"}, &slot{name: "dead"}
	for i := range 2 {
		if again := look.see(slow, present, nil); !again || slow.session != nil {
			t.Fatalf("look %d: again %v, session %v; want to look once more", i, again, slow.session != nil)
		}
	}
	atr := []byte{0x3B, 0x00}
	if again := look.see(slow, present, atr); again || slow.session == nil || len(slow.session.ATR()) == 0 {
		t.Error("the answer to reset came in time, and there is no session with it")
	}
	for range atrTurns {
		look.see(dead, present, nil)
	}
	if again := look.see(dead, present, nil); again || dead.session == nil || len(dead.session.ATR()) != 0 {
		t.Error("no answer to reset in all turns, and the card is not shown as mute")
	}
	for _, s := range []*slot{slow, dead} {
		session := s.session
		if session == nil {
			continue
		}
		look.see(s, 0, nil)
		select {
		case <-session.Done():
		case <-time.After(patience):
			t.Fatal("the session does not end with its card")
		}
		if err := session.Err(); !errors.Is(err, card.ErrRemoved) {
			t.Errorf("%s: %v", s.name, err)
		}
	}
	sessions.Wait()
}
