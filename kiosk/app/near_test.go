package app

import (
	"encoding/hex"
	"strings"
	"testing"

	"balcao/kiosk/card/cardtest"
)

// canaryCANs is how many numbers the cards of the canaries have between them.
const canaryCANs = 4

// canaryCAN is the number on the front of the n-th canary's card. Six digits come up by chance wherever there are
// numbers; these begin with a nought, which no number does, and are looked for as whole words only.
func canaryCAN(n int) string { return []string{"027182", "081845", "090452", "035360"}[n%canaryCANs] }

// numberPattern finds them as a whole word, in hex, in base64.
func numberPattern() string {
	var words, codes []string
	for n := range canaryCANs {
		words = append(words, canaryCAN(n))
		codes = append(codes, hex.EncodeToString([]byte(canaryCAN(n))))
	}
	return `(^|[^.\w+/-])(` + strings.Join(words, "|") + `)([^\w+/-]|$)|` + strings.Join(codes, "|") + "|" + base64Forms(words...)
}

// typedInMemory is a number as it lies in memory while it is typed: six digits and how many they are.
func typedInMemory(can string) string { return can + "\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00" }

// numberInMemory are the ways in which a number could stay: as it was typed, as what keys are made of, as a word of a text.
func numberInMemory(can string) []string {
	return []string{
		typedInMemory(can), can + "\x00\x00\x00\x03", "\x00" + can + "\x00", `"` + can + `"`, "=" + can, ":" + can, " " + can,
		hex.EncodeToString([]byte(can)),
	}
}

// number types the number of a card on the reader, of which the screen shows dots, and opens the card with it.
func (m *memoryRig) number(digits string) {
	m.t.Helper()
	m.typed(digits)
	m.touch("cardnumber", "open")
}

func (m *memoryRig) typed(digits string) {
	m.t.Helper()
	m.screen(m.t, "cardnumber")
	for i, d := range digits {
		m.tapped("cardnumber", "key", string(d))
		s := m.wait(m.t, "a dot for a digit", func(s state) bool {
			return s.text("screen") == "cardnumber" && strings.Count(string(s["pad"]), "•") == i+1
		})
		if s.says(digits) {
			m.t.Errorf("the page holds the number")
		}
	}
}

// near is somebody whose card lies on the reader: greeted, or looking for a booking, and gone.
func (m *memoryRig) near(id cardtest.Identity, can string, booking bool) {
	m.t.Helper()
	card := cardtest.ContactlessCC2(id, can, cardtest.Sealed)
	if booking {
		m.touch("home", "booking")
		m.touch("booking", "bookcard")
	} else {
		m.touch("home", "greet")
	}
	m.screen(m.t, "card")
	m.cards.Put(reader, card)
	m.number(can)
	if booking {
		m.screen(m.t, "bookingproblem")
		m.cards.Eject(reader)
		m.touch("bookingproblem", "again")
		return
	}
	m.says("the name of a card on the reader", "Cartão verificado", `"finish"`)
	m.cards.Eject(reader)
	m.touch("greeting", "finish")
}

// TestNothingOfACardOnTheReaderStaysInMemory looks for a canary and the number of its card in the memory of a living
// kiosk, on every way on which somebody can go.
func TestNothingOfACardOnTheReaderStaysInMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: a kiosk in a process of its own")
	}
	m := newMemoryRig(t, nil)
	can, another := canaryCAN(0), canaryCAN(1)
	gone := func(what string) {
		t.Helper()
		wiped(t, m.pid, what, append(append(numberInMemory(can), numberInMemory(another)...), string(canary().Token()))...)
	}
	put := func() {
		t.Helper()
		m.touch("home", "greet")
		m.screen(t, "card")
		m.cards.Put(reader, cardtest.ContactlessCC2(canary(), can, cardtest.Sealed))
		m.screen(t, "cardnumber")
	}
	leave := func(from string) {
		t.Helper()
		m.touch(from, map[string]string{"greeting": "finish", "card": "back", "cardnumber": "back"}[from])
		m.screen(t, "home")
	}

	put()
	m.typed(can)
	if seen := traces(t, m.pid, []string{typedInMemory(can)}); len(seen) == 0 {
		t.Error("the search does not find the number that is typed")
	}
	leave("cardnumber")
	gone("typed, not opened")
	m.cards.Eject(reader)

	put()
	m.typed(can)
	m.touch("cardnumber", "erase")
	m.cards.Eject(reader)
	m.screen(t, "card")
	leave("card")
	gone("taken away while it was typed")

	put()
	m.number(another)
	m.says("another number", "O número não é o deste cartão")
	m.number(can)
	m.says("the name and its verdict", "Zqxvaldemira", "Cartão verificado")
	if seen := traces(t, m.pid, canaries()); seen["Zqxvaldemira"] == "" {
		t.Error("the search does not find the name that is on the screen")
	}
	leave("greeting") // the card is still there
	gone("read at the second try")
	m.cards.Eject(reader)

	// Six commands are said before anybody types; then PACE, the reading, and the check of the signature.
	for _, n := range []int{7, 9, 12, 13, 15, 17, 20, 24} {
		m.touch("home", "greet")
		m.screen(t, "card")
		card := cardtest.ContactlessCC2(canary(), can, cardtest.Sealed)
		m.cards.Put(reader, cardtest.PulledAfter(card, n, func() { m.cards.Eject(reader) }))
		m.number(can)
		m.wait(t, "a torn reading", func(s state) bool {
			return s.text("screen") == "card" && s.says("saiu antes de acabarmos") || s.text("screen") == "greeting" && s.says("card-removed")
		})
		leave(m.last.text("screen"))
	}
	gone("taken away in the middle")

	m.near(canary(), can, true)
	m.screen(t, "home")
	gone("a booking looked for")
}
