package app

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/branch-server/store"
	"balcao/internal/authority/authoritytest"
	"balcao/internal/identity"
	"balcao/internal/wire"
)

// commanded is a sealed command as headquarters sends it.
func commanded(t *testing.T, by *identity.Identity, to string, number uint64, c wire.Command, life time.Duration) []byte {
	t.Helper()
	if c.UntilMS == 0 {
		c.UntilMS = time.Now().Add(time.Hour).UnixMilli()
	}
	body, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := by.SignVersion(wire.KindCommand, to, number, life, body)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// asks has a branch take a command, and do what is in line.
func (a *App) asks(t *testing.T, raw []byte) {
	t.Helper()
	if err := a.asked.take(t.Context(), raw); err != nil {
		t.Fatal(err)
	}
	for {
		select {
		case one := <-a.asked.work:
			if err := a.asked.carryOut(t.Context(), one, a.uplink); err != nil {
				t.Fatal(err)
			}
		default:
			return
		}
	}
}

// answers are the results that are in line for headquarters, as id and state.
func (a *App) answers() (all []string) {
	for {
		select {
		case r := <-a.asked.say:
			all = append(all, r.ID+" "+r.State+" "+r.Why)
		default:
			return all
		}
	}
}

func TestACommandOfHeadquartersIsDoneOnceAndToldAgain(t *testing.T) {
	in, data := authoritytest.New(t), t.TempDir()
	a := underOffice(t, in, data)
	hq := in.Identity("hq")
	c := wire.Command{ID: "command-backup-1", Do: wire.CommandBackup, By: "Beatriz Exemplar"}
	first := commanded(t, hq, "L901", 10, c, time.Minute)
	a.asks(t, first)
	if got := a.answers(); !slices.Equal(got, []string{"command-backup-1 received ", "command-backup-1 done "}) {
		t.Fatalf("headquarters is told %q", got)
	}
	a.asks(t, first)                                        // the way brought it twice
	a.asks(t, commanded(t, hq, "L901", 11, c, time.Minute)) // headquarters had no answer
	c.Ask = true
	a.asks(t, commanded(t, hq, "L901", 12, c, time.Minute))
	if got := a.answers(); !slices.Equal(got, []string{"command-backup-1 done ", "command-backup-1 done "}) {
		t.Errorf("told again: %q", got)
	}
	copies, err := filepath.Glob(filepath.Join(data, copiesFolder, "branch-*.db"))
	if err != nil || len(copies) != 1 {
		t.Fatalf("copies: %v, %v", copies, err)
	}
	for kind, n := range map[string]int{wire.TypeCommandAccepted: 1, wire.TypeCommandDone: 1, wire.TypeCommandRefused: 0, wire.TypeSecurityAlert: 0} {
		facts := a.facts(t, kind)
		if len(facts) != n || strings.Contains(strings.Join(facts, ""), "Beatriz") {
			t.Errorf("%s: %v", kind, facts)
		}
	}
	all, err := a.asked.Asked(t.Context(), 10)
	if err != nil || len(all) != 1 || all[0].By != "Beatriz Exemplar" || all[0].State != wire.CommandDone || !strings.Contains(all[0].Words, filepath.Base(copies[0])) {
		t.Errorf("the coordination sees %+v, %v", all, err)
	}
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	b := underOffice(t, in, data)
	b.asks(t, first)
	if got := b.facts(t, wire.TypeSecurityAlert); !slices.Equal(got, []string{`{"what":"command","why":"replayed"}`}) || len(b.answers()) != 0 {
		t.Errorf("played again after a start: %v", got)
	}
}

func TestACopyThatHeadquartersAskedForIsOneAndOnlyTheNewestStay(t *testing.T) {
	in, data := authoritytest.New(t), t.TempDir()
	a := underOffice(t, in, data)
	folder := filepath.Join(data, copiesFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, old := range []string{"branch-20200101T000000.db", "branch-20200102T000000.db", "branch-20200103T000000.db"} {
		if err := os.WriteFile(filepath.Join(folder, old), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a.asks(t, commanded(t, in.Identity("hq"), "L901", 10, wire.Command{ID: "command-backup-1", Do: wire.CommandBackup}, time.Minute))
	copies, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(copies) != copiesKept || filepath.Base(copies[0]) != "branch-20200103T000000.db" {
		t.Fatalf("what stays is %v, %v", copies, err)
	}
	s, err := store.OpenReader(t.Context(), copies[1])
	if err != nil {
		t.Fatalf("the copy does not open: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestACommandThatNobodyMayBelieveDoesNothingAndRaisesTheAlarm(t *testing.T) {
	in, data := authoritytest.New(t), t.TempDir()
	a := underOffice(t, in, data)
	hq, other := in.Identity("hq"), authoritytest.New(t).Identity("hq")
	c := wire.Command{ID: "command-backup-1", Do: wire.CommandBackup}
	a.asks(t, commanded(t, hq, "L901", 100, wire.Command{ID: "command-ask-1", Ask: true}, time.Minute))
	if got := a.answers(); !slices.Equal(got, []string{"command-ask-1 unknown "}) {
		t.Errorf("asked about one that never came: %q", got)
	}
	body, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	order, err := hq.SignVersion(wire.KindOrder, "L901", 101, time.Minute, body)
	if err != nil {
		t.Fatal(err)
	}
	altered := commanded(t, hq, "L901", 102, c, time.Minute)
	altered[len(altered)/3] ^= 1
	for _, raw := range [][]byte{
		commanded(t, other, "L901", 103, c, time.Minute), commanded(t, hq, "L902", 104, c, time.Minute), order,
		commanded(t, hq, "L901", 105, c, -time.Minute), body, altered,
		commanded(t, in.Identity("L901"), "L901", 106, c, time.Minute),
	} {
		a.asks(t, raw)
	}
	for _, why := range []string{"forged", "misaddressed", "expired", "unsigned"} {
		if !slices.Contains(a.facts(t, wire.TypeSecurityAlert), `{"what":"command","why":"`+why+`"}`) {
			t.Errorf("%s is not told: %v", why, a.facts(t, wire.TypeSecurityAlert))
		}
	}
	copies, _ := filepath.Glob(filepath.Join(data, copiesFolder, "*"))
	if all, err := a.asked.Asked(t.Context(), 10); len(copies) != 0 || len(a.answers()) != 0 || err != nil || len(all) != 0 {
		t.Errorf("something was believed: %v, %v, %v", copies, all, err)
	}
}

func TestACommandTooLateOrUnknownIsRefusedInWords(t *testing.T) {
	in := authoritytest.New(t)
	a := underOffice(t, in, t.TempDir())
	hq := in.Identity("hq")
	a.asks(t, commanded(t, hq, "L901", 1, wire.Command{ID: "command-late-1", Do: wire.CommandBackup, UntilMS: 1}, time.Minute))
	a.asks(t, commanded(t, hq, "L901", 2, wire.Command{ID: "command-new-1", Do: "dance"}, time.Minute))
	a.asks(t, commanded(t, hq, "L901", 3, wire.Command{ID: "command-node-1", Do: wire.CommandRestart, Node: "L901-K09"}, time.Minute))
	want := []string{"command-late-1 refused expired", "command-new-1 refused unknown", "command-node-1 received ", "command-node-1 failed no_node"}
	if got := a.answers(); !slices.Equal(got, want) {
		t.Errorf("headquarters is told %q", got)
	}
	facts := strings.Join(a.facts(t, wire.TypeCommandRefused), "")
	if strings.Count(facts, `"why"`) != 3 || strings.Contains(facts, "dance") {
		t.Errorf("the journal says %s", facts)
	}
	if got := a.facts(t, wire.TypeSecurityAlert); !slices.Equal(got, []string{`{"what":"command","why":"unknown"}`}) {
		t.Errorf("alarms: %v", got)
	}
	all, err := a.asked.Asked(t.Context(), 10)
	if err != nil || len(all) != 3 {
		t.Fatalf("%+v, %v", all, err)
	}
	for _, one := range all {
		if one.Words == "" || one.Ended.IsZero() {
			t.Errorf("no words: %+v", one)
		}
	}
}

func TestAMessageOfHeadquartersWaitsForItsReaderOverAStart(t *testing.T) {
	in, data := authoritytest.New(t), t.TempDir()
	a := underOffice(t, in, data)
	a.asks(t, commanded(t, in.Identity("hq"), "L901", 1, wire.Command{ID: "command-message-1", Do: wire.CommandMessage, Text: "Fechem às 15:00.", By: "Beatriz Exemplar"}, time.Minute))
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	b := underOffice(t, in, data)
	if err := b.asked.interrupted(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := b.asked.Unread(); len(got) != 1 || got[0].Text != "Fechem às 15:00." || got[0].By != "Beatriz Exemplar" {
		t.Fatalf("after a start the coordination has to read %+v", got)
	}
	if len(b.facts(t, wire.TypeCommandAccepted)) != 1 || strings.Contains(strings.Join(b.facts(t, wire.TypeCommandAccepted), ""), "15:00") {
		t.Errorf("the journal says %v", b.facts(t, wire.TypeCommandAccepted))
	}
	for range 2 {
		if err := b.asked.Read(t.Context(), "command-message-1"); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.answers(); len(b.asked.Unread()) != 0 || !slices.Equal(got, []string{"command-message-1 done "}) {
		t.Errorf("read: %q", got)
	}
}

func TestACommandThatTheEndOfTheProgramCutOffIsToldAsSuch(t *testing.T) {
	in, data := authoritytest.New(t), t.TempDir()
	a := underOffice(t, in, data)
	if err := a.asked.take(t.Context(), commanded(t, in.Identity("hq"), "L901", 1, wire.Command{ID: "command-check-1", Do: wire.CommandCheck}, time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	b := underOffice(t, in, data)
	if err := b.asked.interrupted(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := b.answers(); !slices.Equal(got, []string{"command-check-1 failed interrupted"}) {
		t.Errorf("headquarters is told %q", got)
	}
}

// TestAnAlarmThatWasNotWrittenIsRaisedAgain: it counts as told only once it is on disk.
func TestAnAlarmThatWasNotWrittenIsRaisedAgain(t *testing.T) {
	a := underOffice(t, authoritytest.New(t), t.TempDir())
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.alarms.raise(gone, wire.KindConfig, wire.ConfigForged); err == nil {
		t.Fatal("it was written although nothing could be")
	}
	if err := a.alarms.raise(t.Context(), wire.KindConfig, wire.ConfigForged); err != nil {
		t.Fatal(err)
	}
	if got := a.facts(t, wire.TypeSecurityAlert); !slices.Equal(got, []string{`{"what":"config","why":"forged","n":2}`}) {
		t.Errorf("the journal says %v", got)
	}
}

func TestWhyNotSaysEveryReasonInWords(t *testing.T) {
	for _, err := range []error{errNoRoom, errors.New("something")} {
		if why, words := whyNot(err); why == "" || words == "" {
			t.Errorf("%v: %q %q", err, why, words)
		}
	}
}
