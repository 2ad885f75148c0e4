package app

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"balcao/kiosk/card/cardtest"
	cardbench "balcao/kiosk/pcsc/bench"
	"balcao/kiosk/trust"
)

// canary is a person whose every text is found nowhere else.
func canary() cardtest.Identity {
	id := cardtest.Identities()["maria"]
	id.GivenName, id.Surname = "ZQXVALDEMIRA ÇQJÕANA", "WKYPIMENTELVA QXÓRREIA"
	id.MotherSurname, id.MotherGivenName, id.FatherSurname, id.FatherGivenName = "VQXMATERNA", "KWQMADRE", "VQXPATERNO", "KWQPADRE"
	id.DocumentNumber, id.CivilNumber, id.NIF, id.NISS, id.HealthNumber = "27182818 4 QX6", "271828184", "271828183", "27182818284", "271828185"
	id.BirthDate = "31 12 1907"
	return id
}

// canaries are the texts that give the person away, as the card holds them and as the screen shows them.
func canaries() []string {
	id := canary()
	return []string{
		"ZQXVALDEMIRA", "Zqxvaldemira", "ÇQJÕANA", "WKYPIMENTELVA", "Wkypimentelva", "QXÓRREIA",
		id.MotherSurname, id.MotherGivenName, id.FatherSurname, id.FatherGivenName,
		id.DocumentNumber, strings.ReplaceAll(id.DocumentNumber, " ", ""), id.NIF, id.NISS, id.HealthNumber, id.CivilNumber, id.BirthDate,
	}
}

// traces are the canaries that stand in the memory of a process, each with where it was found first.
func traces(t *testing.T, pid int, words []string) map[string]string {
	t.Helper()
	needles := map[string]string{}
	for _, w := range words {
		needles[w] = w
		var wide []byte
		for _, u := range utf16.Encode([]rune(w)) {
			wide = binary.LittleEndian.AppendUint16(wide, u)
		}
		needles[string(wide)] = w + " (UTF-16)"
	}
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatal(err)
	}
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	found := map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(maps)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		var from, to int64
		if _, err := fmt.Sscanf(fields[0], "%x-%x", &from, &to); err != nil || !strings.HasPrefix(fields[1], "rw") {
			continue
		}
		name := "anonymous"
		if len(fields) > 5 {
			name = fields[5]
		}
		const piece = 1 << 20
		block := make([]byte, piece+64) // a canary may lie across two pieces
		for at := from; at < to; at += piece {
			n, _ := memory.ReadAt(block[:min(int64(len(block)), to-at)], at) // a region may have gone
			for needle, label := range needles {
				if i := bytes.Index(block[:n], []byte(needle)); i >= 0 && found[label] == "" {
					around := block[max(0, i-60):min(n, i+60)]
					found[label] = fmt.Sprintf("%x in %s: %q", at+int64(i), name, around)
				}
			}
		}
	}
	return found
}

// memoryRig is a kiosk in a process of its own, a reader in this one, and a page that follows.
type memoryRig struct {
	*page

	t      *testing.T
	branch *branch
	cards  *cardbench.Daemon
	pid    int
	data   string // the kiosk's files
	stop   func() // ends the kiosk
	keys   int
}

const reader = "Balcao Virtual Reader 00 00"

func (m *memoryRig) touch(screen, action string) {
	m.t.Helper()
	m.tapped(screen, action, "")
}

func (m *memoryRig) tapped(screen, action, arg string) {
	m.t.Helper()
	m.keys++
	m.press(m.t, fmt.Sprintf("touch-%07d", m.keys), screen, action, arg)
}

func (m *memoryRig) says(what string, words ...string) {
	m.t.Helper()
	m.wait(m.t, what, func(s state) bool {
		for _, w := range words {
			if !s.says(w) {
				return false
			}
		}
		return true
	})
}

func newMemoryRig(t *testing.T, change func(*branch, *victim)) *memoryRig {
	t.Helper()
	b := newBranch(t)
	printer := virtualPrinter(t)
	cards := cardbench.NewDaemon(filepath.Join(t.TempDir(), "s"))
	background(t, cards.Run)
	<-cards.Ready()
	cfg := touchConfig(t, b, printer.Path())
	cfg.Reader = Reader{Enabled: true, Socket: cards.Socket(), Trust: filepath.Join(t.TempDir(), "trust"), Contactless: true}
	if _, err := trust.AddCertificates(cfg.Reader.Trust, cardtest.Issuers()); err != nil {
		t.Fatal(err)
	}
	v := victim{Config: cfg, Times: cfg.Times, Open: true}
	if change != nil {
		change(b, &v)
	}
	k := spawn(t, v)
	if dumps := k.says(t, "dumpable "); dumps != "0" {
		t.Errorf("the kiosk's memory may be dumped: PR_GET_DUMPABLE is %s", dumps)
	}
	booked := offer()
	booked.Branch.Bookings, booked.Revision = true, 2
	b.publish("offer", booked)
	m := &memoryRig{page: open(t, k.base, "/events"), t: t, branch: b, cards: cards, pid: k.cmd.Process.Pid, data: cfg.Data, stop: k.kill}
	m.says("the ways that a card leads", `"greet"`, `"booking"`)
	return m
}

// TestNothingOfACardStaysInTheKiosksMemory looks for a canary in the memory of a living kiosk: it is there while the
// name is on the screen, and gone when the screen is left, on every way to leave it.
func TestNothingOfACardStaysInTheKiosksMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: a kiosk in a process of its own")
	}
	m := newMemoryRig(t, nil)
	for _, g := range []cardtest.Generation{cardtest.CC1T0, cardtest.CC1, cardtest.CC2} {
		greeted := func() {
			m.touch("home", "greet")
			m.screen(t, "card")
			m.cards.Put(reader, cardtest.New(canary(), g))
			m.says("the name and its verdict", "Zqxvaldemira", "Cartão verificado")
			if seen := traces(t, m.pid, canaries()); seen["Zqxvaldemira"] == "" {
				t.Errorf("%s: the search does not find the name that is on the screen", g)
			}
		}
		greeted()
		m.cards.Eject(reader)
		m.touch("greeting", "finish")
		m.screen(t, "home")
		wiped(t, m.pid, g.String()+", left by a touch")

		greeted()
		m.touch("greeting", "finish") // the card is still in
		m.screen(t, "home")
		wiped(t, m.pid, g.String()+", left with the card in")
		m.cards.Eject(reader)
		m.wait(t, "no card", func(s state) bool { return !s.says("Tire o seu cartão") })

		greeted()
		m.cards.Put(reader, cardtest.Bank())
		m.says("another card", "Apagámos o nome")
		wiped(t, m.pid, g.String()+", another card came")
		m.cards.Eject(reader)
		m.screen(t, "card")
		m.touch("card", "back")

		for n := range 8 {
			m.touch("home", "greet")
			m.screen(t, "card")
			m.cards.Put(reader, cardtest.PulledAfter(cardtest.New(canary(), g), n, func() { m.cards.Eject(reader) }))
			m.wait(t, "a torn reading", func(s state) bool {
				return s.text("screen") == "card" && s.says("saiu antes de acabarmos") || s.text("screen") == "greeting" && s.says("card-removed")
			})
			if m.last.text("screen") == "greeting" {
				m.touch("greeting", "finish")
			} else {
				m.touch("card", "back")
			}
			m.screen(t, "home")
		}
		wiped(t, m.pid, g.String()+", pulled in the middle")

		m.touch("home", "booking")
		m.touch("booking", "bookcard")
		m.screen(t, "card")
		m.cards.Put(reader, cardtest.New(canary(), g))
		m.screen(t, "bookingproblem")
		m.cards.Eject(reader)
		m.touch("bookingproblem", "again")
		m.screen(t, "home")
		wiped(t, m.pid, g.String()+", a booking looked for")
	}
}

// wiped waits until a process holds nothing of the canary any more, nor of what is named besides.
func wiped(t *testing.T, pid int, what string, more ...string) {
	t.Helper()
	words := append(canaries(), more...)
	deadline := time.After(patience)
	for {
		left := traces(t, pid, words)
		if len(left) == 0 {
			return
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-deadline:
			for label, where := range left {
				t.Errorf("%s: %q is still in memory: %s", what, label, where)
			}
			return
		}
	}
}
