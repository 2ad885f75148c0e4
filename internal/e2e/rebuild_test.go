package e2e

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/branch-server/app"
	hqapp "balcao/hq/app"
	"balcao/internal/authority/authoritytest"
	"balcao/internal/machine"
	"balcao/internal/wire"
	"balcao/kiosk/store"
	"balcao/kiosk/uplink"
)

// moved has a kiosk go on with a branch that came back at another address.
func (n node) moved(t *testing.T, broker string, in *authoritytest.Installation) node {
	t.Helper()
	n.leave()
	var err error
	n.uplink, err = uplink.New(uplink.Config{
		Node: "L901-K01", Boot: machine.NewBoot(), Brokers: []string{broker}, TLS: in.Identity("L901-K01").Client("L901"), Source: n.store, Now: time.Now,
		Log:     slog.New(slog.DiscardHandler),
		OnOffer: func(o wire.Offer) { n.offers <- o }, OnBoard: func(b wire.Board) { n.boards <- b },
		OnLink: func(bool, time.Time) {}, Keep: func(string, []byte) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	n.leave = living(t, n.uplink.Run)
	return n
}

// fileOf writes a branch's configuration down for commands.
func fileOf(t *testing.T, cfg app.Config) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "branch.yaml")
	text := fmt.Sprintf(smallBranch, cfg.Data, `listen: "127.0.0.1:0"`, fmt.Sprintf("%q", cfg.HQ.Brokers[0]), cfg.Staff) + "identity: " + cfg.Identity + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestABranchThatLostItsDiskGetsItBack gives numbers, serves one of them, takes the branch's disk away, and rebuilds it
// with one command from what headquarters and the kiosk hold: nobody is lost, called twice, or given a number that
// somebody has.
func TestABranchThatLostItsDiskGetsItBack(t *testing.T) {
	in := authoritytest.New(t)
	hq := hqOn(t, func(c *hqapp.Config) { c.Identity = in.Folder("hq") })
	var cfg app.Config
	a := branchAtRest(t, "", "", fmt.Sprintf("%q", "tls://"+hq.BrokerAddr()), func(c *app.Config) {
		c.Identity = in.Folder("L901")
		cfg = *c
	})
	life, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- a.Run(life) }()
	n := kioskOn(t, "tls://"+a.BrokerAddr(), in.Identity("L901-K01").Client("L901"))
	for i := range 6 {
		n.end(t, n.ask(t, fmt.Sprint("before-", i), "cc"), store.Printed)
	}
	n.board(t, "six waiting", func(b wire.Board) bool { return b.Queues[0].Waiting == 6 })
	clerk := signIn(t, a.HTTPAddr(), "1")
	if called := clerk.press(t, "call"); called.Number != "A001" {
		t.Fatalf("called %+v", called)
	}
	clerk.press(t, "start")
	clerk.press(t, "finish")
	stop() // it stays until headquarters has its last entries
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(cfg.Data, "branch.db*"))
	if err != nil || len(left) < 2 {
		t.Fatal(left, err)
	}
	for _, f := range left {
		if err := os.Remove(f); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	if err := app.Backup(t.Context(), []string{"rebuild", "-config", fileOf(t, cfg)}, &out, &out); err != nil {
		t.Fatalf("%v: %s", err, &out)
	}
	for _, said := range []string{"vieram da sede", "a cadeia confirmada", "bloco que ninguém tem"} {
		if !strings.Contains(out.String(), said) {
			t.Errorf("nothing of %q in: %s", said, &out)
		}
	}
	again, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	inBackground(t, again.Run)
	n = n.moved(t, "tls://"+again.BrokerAddr(), in)
	n.board(t, "the five who were left", func(b wire.Board) bool { return b.Queues[0].Waiting == 5 })
	fresh := n.ask(t, "after", "cc")
	if fresh.Ticket == nil || fresh.Ticket.Number != "A6000" {
		t.Fatalf("the next number: %+v", fresh)
	}
	n.end(t, fresh, store.Printed)
	n.board(t, "six waiting", func(b wire.Board) bool { return b.Queues[0].Waiting == 6 })
	clerk = signIn(t, again.HTTPAddr(), "1")
	for i := range 6 {
		want := fmt.Sprintf("A%03d", i+2)
		if i == 5 {
			want = "A6000"
		}
		if called := clerk.press(t, "call"); called.Number != want {
			t.Errorf("called %+v, want %s", called, want)
		}
		clerk.press(t, "start")
		clerk.press(t, "finish")
	}
	if none := clerk.press(t, "call"); none.OK {
		t.Errorf("somebody is there twice: %+v", none)
	}
}
