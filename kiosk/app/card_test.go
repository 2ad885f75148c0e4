package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"balcao/internal/wire"
	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
	"balcao/kiosk/flow"
	cardbench "balcao/kiosk/pcsc/bench"
	"balcao/kiosk/trust"
)

// TestACardGreetsAndLeavesNoTrace is the only test here that reads cards: a process has one watcher at a time, and
// libpcsclite asks for the service's socket once, so it is the same each time the test runs.
func TestACardGreetsAndLeavesNoTrace(t *testing.T) {
	b := newBranch(t)
	printer := virtualPrinter(t)
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("balcao-kiosk-app-%d", os.Getpid()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	cards := cardbench.NewDaemon(filepath.Join(dir, "pcscd.comm"))
	unplug := background(t, cards.Run)
	<-cards.Ready()
	cfg := touchConfig(t, b, printer.Path())
	cfg.Reader = Reader{Enabled: true, Socket: cards.Socket(), Trust: filepath.Join(t.TempDir(), "trust"), Chip: true, Contactless: true}
	k := start(t, cfg).ready(t)
	t.Cleanup(func() {
		if t.Failed() {
			text := k.log.String()
			t.Log(text[max(0, len(text)-4000):])
		}
	})
	insert := func(name string) {
		if err := cards.Insert(context.Background(), name); err != nil {
			t.Error(err)
		}
	}

	k.page.wait(t, "the way to a greeting", func(s state) bool { return s.says(`"greet"`) })
	insert("maria") // before anybody asked: not read, and not for a ticket either
	k.page.press(t, "plain-0001", "home", "service", "cc")
	papers(t, printer, 1)
	k.page.wait(t, "the plain ticket", func(s state) bool { return s.text("screen") == "ticket" && s.says(`"finish"`) })
	k.page.press(t, "plain-0002", "ticket", "finish", "")
	k.page.screen(t, "home")
	if n := cards.Commands(); n != 0 {
		t.Errorf("a ticket sent %d commands to the card in the reader", n)
	}
	k.page.press(t, "touch-0001", "home", "language", "en")
	k.page.press(t, "touch-0002", "home", "greet", "")
	s := k.page.screen(t, "greeting")
	if !s.says("Maria") {
		t.Fatalf("the greeting does not name the citizen: %s", s["title"])
	}
	if err := cards.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.page.press(t, "touch-0003", "greeting", "service", "cc")
	papers(t, printer, 2)
	if cards.Commands() == 0 {
		t.Error("a greeting sent no command to the card")
	}
	b.holds("touch-0003", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketPrinted)
	k.page.wait(t, "the printed ticket", func(s state) bool { return s.text("screen") == "ticket" && s.says(`"finish"`) })

	k.page.press(t, "touch-0004", "ticket", "finish", "")
	k.page.screen(t, "home")
	remove := func() {
		if err := cards.Remove(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for name, why := range map[string]string{
		"bank": "Este não é um Cartão de Cidadão", "transport": "Este não é um Cartão de Cidadão",
		"contactless": "só é lido dentro do leitor",
		"passport":    "de outro tipo ou de outro país", "garbage": "Não se percebe", "one-byte": "Não se percebe",
		"mute": "ao contrário", "silent": "deixou de responder",
	} {
		insert(name)
		k.page.press(t, "greet-"+name, "home", "greet", "")
		k.page.wait(t, why, func(s state) bool { return s.text("screen") == "cardproblem" && s.says(why) })
		remove()
		k.page.screen(t, "card") // it asks for another one by itself
		k.page.press(t, "back-"+name, "card", "back", "")
		k.page.screen(t, "home")
	}

	// The name comes without certificates, unverified; with them each card has its own answer.
	turn := 0
	verdict := func(name, words, code string) {
		t.Helper()
		turn++
		insert(name)
		k.page.press(t, fmt.Sprintf("check-%04d", turn), "home", "greet", "")
		k.page.wait(t, "the verdict on "+name, func(s state) bool {
			return s.text("screen") == "greeting" && s.says(words) && s.says(code)
		})
		remove()
		k.page.wait(t, "no card", func(s state) bool { return !s.says("Tire o seu cartão") })
		k.page.press(t, fmt.Sprintf("leave-%04d", turn), "greeting", "finish", "")
		k.page.screen(t, "home")
	}
	verdict("maria", "Cartão não verificado", "no-trusted-certificates")
	if _, err := trust.AddCertificates(cfg.Reader.Trust, cardtest.Issuers()); err != nil {
		t.Fatal(err)
	}
	verdict("maria", "Cartão verificado", "os que o Estado assinou")
	verdict("signer-expired", "Cartão verificado", "o certificado expirou depois")
	verdict("card-expired", "Cartão verificado, mas caducado", "")
	verdict("impostor", "Cartão não verificado", string(card.Impostor))
	verdict("altered-name", "Cartão não verificado", string(card.Altered))
	verdict("unsigned", "Cartão não verificado", string(card.NoObject))

	// Another card while a name is shown: that name goes, and the new card is read only if asked for.
	insert("maria")
	k.page.press(t, "swap-0001", "home", "greet", "")
	k.page.wait(t, "the first name", func(s state) bool { return s.says("Olá, Maria") && s.says("Cartão verificado") })
	insert("conceicao")
	s = k.page.screen(t, "card")
	if s.says("Maria") || s.says("Conceição") || !s.says("Apagámos o nome") {
		t.Errorf("after the exchange of cards: %s", s)
	}
	k.page.press(t, "swap-0002", "card", "greet", "")
	s = k.page.screen(t, "greeting")
	if !s.says("Olá, Conceição") || s.says("Maria") {
		t.Errorf("after reading the second card: %s", s["title"])
	}
	remove()
	k.page.press(t, "swap-0003", "greeting", "finish", "")
	k.page.screen(t, "home")

	// Pulled in the middle: nothing of it is shown, and it may come again.
	k.page.press(t, "pull-0001", "home", "greet", "")
	k.page.screen(t, "card")
	insert("maria!pull=2")
	k.page.wait(t, "a torn reading", func(s state) bool { return s.text("screen") == "card" && s.says("saiu antes de acabarmos") })
	insert("maria")
	k.page.screen(t, "greeting")
	remove()
	k.page.press(t, "pull-0002", "greeting", "finish", "")
	k.page.screen(t, "home")

	// The service is killed while a card is waited for, and comes back: reading goes on by itself.
	k.page.press(t, "kill-0001", "home", "greet", "")
	k.page.screen(t, "card")
	cards.Kill()
	k.page.wait(t, "a reader that restarts", func(s state) bool { return s.text("screen") == "cardproblem" && s.says("está a recomeçar") })
	if err := cards.Restart(); err != nil {
		t.Fatal(err)
	}
	k.page.screen(t, "card")
	insert("ines")
	k.page.wait(t, "the name after a restart", func(s state) bool { return s.text("screen") == "greeting" && s.says("Inês") })
	remove()
	k.page.press(t, "kill-0002", "greeting", "finish", "")
	k.page.screen(t, "home")

	// A booking is found by the card; one that is not verified finds none.
	booked := offer()
	booked.Branch.Bookings, booked.Revision = true, 2
	b.publish("offer", booked)
	k.page.wait(t, "the way to a booking", func(s state) bool { return s.says(`"booking"`) })
	k.page.press(t, "book-0001", "home", "booking", "")
	k.page.press(t, "book-0002", "booking", "bookcard", "")
	k.page.screen(t, "card")
	insert("impostor")
	k.page.wait(t, "a card that is not verified", func(s state) bool { return s.text("screen") == "cardproblem" && s.says("signer-impostor") })
	remove()
	k.page.screen(t, "card")
	insert("copied")
	k.page.wait(t, "a card that was copied", func(s state) bool {
		return s.text("screen") == "cardproblem" && s.says("chip-copied") && s.says("o chip não é o original")
	})
	remove()
	k.page.screen(t, "card")
	insert("maria")
	k.page.wait(t, "the ticket of the booking", func(s state) bool { return s.text("screen") == "ticket" && s.says("M101") && s.says(`"finish"`) })
	remove()
	b.holds("book-0002", wire.TypeTicketRequested, wire.TypePrintStarted, wire.TypeTicketPrinted)
	k.page.press(t, "book-0003", "ticket", "finish", "")
	k.page.screen(t, "home")

	// A card on the reader is opened by the number on its front: a wrong one is told, the right one greets.
	k.page.press(t, "near-0001", "home", "greet", "")
	k.page.screen(t, "card")
	insert("maria-contactless")
	k.page.screen(t, "cardnumber")
	keys := 0
	number := func(digits string) {
		t.Helper()
		for i, d := range digits {
			keys++
			k.page.press(t, fmt.Sprintf("digit-%04d", keys), "cardnumber", "key", string(d))
			k.page.wait(t, "a digit", func(s state) bool { return strings.Count(string(s["pad"]), "•") == i+1 })
		}
		keys++
		k.page.press(t, fmt.Sprintf("digit-%04d", keys), "cardnumber", "open", "")
	}
	number("271828")
	k.page.wait(t, "another number", func(s state) bool {
		return s.text("screen") == "cardnumber" && s.says("O número não é o deste cartão")
	})
	number(cardtest.DemoCAN)
	k.page.wait(t, "the name of a card on the reader", func(s state) bool {
		return s.text("screen") == "greeting" && s.says("Olá, Maria") && s.says("Cartão verificado")
	})
	remove()
	k.page.press(t, "near-0002", "greeting", "finish", "")
	k.page.screen(t, "home")
	k.page.press(t, "near-0003", "home", "booking", "")
	k.page.press(t, "near-0004", "booking", "bookcard", "")
	k.page.screen(t, "card")
	insert("maria-contactless") // by its token first, of which no booking here knows; then by its number
	k.page.screen(t, "cardnumber")
	number(cardtest.DemoCAN)
	k.page.wait(t, "the ticket of a card on the reader", func(s state) bool {
		return s.text("screen") == "ticket" && s.says("M101") && s.says(`"finish"`)
	})
	remove()
	k.page.press(t, "near-0007", "ticket", "finish", "")
	k.page.screen(t, "home")
	k.page.press(t, "near-0008", "home", "booking", "")
	k.page.press(t, "near-0009", "booking", "bookcard", "")
	k.page.screen(t, "card")
	insert("copied-contactless")
	k.page.screen(t, "cardnumber")
	number(cardtest.DemoCAN)
	k.page.wait(t, "a card on the reader that was copied", func(s state) bool {
		return s.text("screen") == "cardproblem" && s.says("chip-copied")
	})
	remove()
	k.page.screen(t, "card")
	k.page.press(t, "near-0005", "card", "booking", "")
	k.page.press(t, "near-0006", "booking", "back", "")
	k.page.screen(t, "home")

	unplug()
	k.log.wait(t, `"device":"reader","state":"absent"`)
	b.eventually("the fault of the reader", func() bool {
		return slices.Contains(b.facts("", wire.TypeDeviceFault), "device.fault reader absent")
	}, func() any { return b.facts("", wire.TypeDeviceFault) })
	k.stop()

	// What the card said is in no file, no log, no message.
	var sent strings.Builder
	records, err := b.ledger.Records(t.Context(), node, b.epoch)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		sent.Write(r.Raw)
	}
	for where, text := range map[string]string{
		"the kiosk's files": contents(t, cfg.Data), "the log": k.log.String(), "the branch's ledger": sent.String(),
	} {
		for _, canary := range []string{
			"Maria", "MARIA", "FERREIRA", "ferreira", "Ferreira", "Conceição", "CONCEIÇÃO", "Teresa", "TERESA", "Inês", "000000000ZZ4", "00000000 0 ZZ4",
		} {
			if strings.Contains(text, canary) {
				t.Errorf("%s hold %q", where, canary)
			}
		}
	}
	if !strings.Contains(contents(t, cfg.Data), "touch-0003") {
		t.Error("the search for traces finds nothing at all")
	}
}

func TestEveryVerdictHasWordsForTheCitizen(t *testing.T) {
	for _, r := range card.Reasons() {
		if r != card.NotAsked && !flow.KnowsCheck(string(r)) {
			t.Errorf("the screen has no words for %s", r)
		}
	}
}
