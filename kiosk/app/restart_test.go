package app

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"balcao/internal/wire"
)

// restarts sends the order to end one start of the kiosk's program.
func (b *branch) restarts(id, boot string) {
	b.t.Helper()
	raw, err := wire.EncodeOrder(wire.Order{ID: id, TTL: time.Minute.Milliseconds(), Restart: boot})
	if err == nil {
		err = b.parent.PublishTo(node, wire.ChannelCmd, false, raw)
	}
	if err != nil {
		b.t.Error(err)
	}
}

// TestAKioskEndsWhenTheBranchAsksAndNobodyIsAtIt: an order about another start of the program is not heard.
func TestAKioskEndsWhenTheBranchAsksAndNobodyIsAtIt(t *testing.T) {
	b := newBranch(t)
	a, err := New(t.Context(), touchConfig(t, b, virtualPrinter(t).Path()), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- a.Run(t.Context()) }()
	page := open(t, "http://"+a.ScreenAddr(), "/events")
	page.wait(t, "home", func(s state) bool { return s.text("screen") == "home" })
	b.eventually("the branch is there", a.uplink.Reachable, func() any { return "away" })
	b.restarts("other", "01KANOTHERSTART")
	page.press(t, "touch-0001", "home", "service", "cc")
	page.wait(t, "somebody is at it", func(s state) bool { return s.text("screen") != "home" })
	if a.restarts.free() {
		t.Error("it counts as free while somebody is at it")
	}
	b.restarts("mine", a.boot)
	page.wait(t, "the ticket", func(s state) bool { return s.text("screen") == "ticket" && s.says(`"finish"`) })
	page.press(t, "end-0001", "ticket", "finish", "")
	select {
	case err := <-ended:
		if !errors.Is(err, errRestart) {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(patience):
		t.Fatal("it does not end")
	}
}
