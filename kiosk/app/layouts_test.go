package app

import (
	"strings"
	"testing"

	"balcao/internal/slip"
	"balcao/internal/wire"
	"balcao/printers/printertest"
)

// welcome is a layout with words of the branch, and without the number of people ahead.
func welcome(words string) slip.Layout {
	var l slip.Layout
	for _, p := range slip.Standard() {
		if p.Kind != "ahead" {
			l.Parts = append(l.Parts, p)
		}
	}
	l.Parts = append(l.Parts, slip.Part{ID: "text", Kind: slip.KindText, Text: map[string]string{"pt": words}, Centred: true})
	return l
}

func onPaper(p printertest.Paper, words string) bool {
	return strings.Contains(strings.Join(strings.Fields(p.Text()), " "), words)
}

// TestWhatTheBranchPublishesIsOnTheNextSlip: over the wire, without a restart, reported by its hash, and remembered when
// the kiosk starts again with its branch away. A layout that is none leaves the last one.
func TestWhatTheBranchPublishesIsOnTheNextSlip(t *testing.T) {
	b := newBranch(t)
	printer := speaking(t, printertest.ESCPOS)
	cfg := touchConfig(t, b, printer.Path())
	k := start(t, cfg).ready(t)
	prints := func(hash string) {
		t.Helper()
		healthSays(t, b, "slips by "+hash, func(m wire.DeviceModel) bool { return m.Device == "printer" && m.Slip == hash })
	}
	prints((slip.Layout{}).Hash())

	layout := welcome("Bem-vindo à loja.")
	b.publish("slip", wire.SlipLayout{Hash: layout.Hash(), Layout: layout})
	prints(layout.Hash())
	k.page.press(t, "touch-0001", "home", "service", "cc")
	paper := papers(t, printer, 1)[0]
	if !onPaper(paper, "Bem-vindo à loja.") || onPaper(paper, "À sua frente") || paper.Biggest() != "A001" {
		t.Errorf("the slip says:\n%s", paper.Text())
	}

	b.publish("slip", wire.SlipLayout{Layout: welcome("Outra vez.")})
	prints(welcome("Outra vez.").Hash())
	b.publish("slip", wire.SlipLayout{Layout: slip.Layout{Parts: []slip.Part{{Kind: "number"}, {Kind: "number"}}}})
	k.log.wait(t, "the branch's slip cannot be printed")
	k.stop()
	b.hang()
	k = start(t, cfg)
	if got := k.app.layouts.printed(); got != welcome("Outra vez.").Hash() {
		t.Errorf("after a restart slips are laid out by %s", got)
	}
}

// TestASlipForATestIsNoTicket: the kiosk prints it once by the layout it came with, says what became of it, and has no
// request, no number and no other layout because of it.
func TestASlipForATestIsNoTicket(t *testing.T) {
	b := newBranch(t)
	printer := speaking(t, printertest.ESCPOS)
	k := start(t, touchConfig(t, b, printer.Path())).ready(t)
	order := wire.Order{ID: "test-0001", TTL: patience.Milliseconds(), Test: &wire.SlipTest{
		Layout: welcome("Rascunho por publicar."), Branch: "Loja", Body: "IRN", Service: "Cartão de Cidadão", Lang: "en",
	}}
	tested := func(id string) {
		t.Helper()
		b.eventually("the test is told of", func() (done bool) {
			b.lock(func() {
				done = b.health.SlipTest != nil && b.health.SlipTest.ID == id && b.health.SlipTest.Result != ""
			})
			return done
		}, func() any { return b.health.SlipTest })
	}
	send := func() {
		t.Helper()
		raw, err := wire.EncodeOrder(order)
		if err == nil {
			err = b.parent.PublishTo(node, wire.ChannelCmd, false, raw)
		}
		if err != nil {
			t.Error(err)
		}
	}
	k.agreed(b)
	send()
	tested("test-0001")
	send() // said again, as a parent does that has not heard
	order.ID = "test-0002"
	order.Test.Layout = slip.Layout{Parts: []slip.Part{{Kind: "confetti"}}}
	send()
	tested("test-0002")
	b.lock(func() {
		if got := *b.health.SlipTest; got.Result != "failed" || got.Reason != "layout" {
			t.Errorf("a layout that is none: %+v", got)
		}
	})
	all := papers(t, printer, 1)
	if len(all) != 1 || !onPaper(all[0], "Rascunho por publicar.") || !onPaper(all[0], "não é uma senha") || all[0].Biggest() != "T000" {
		t.Errorf("%d papers, the first:\n%s", len(all), all[0].Text())
	}
	if n := len(b.given()); n != 0 {
		t.Errorf("%d numbers were reserved", n)
	}
	healthSays(t, b, "the standard layout still", func(m wire.DeviceModel) bool { return m.Slip == (slip.Layout{}).Hash() })
}
