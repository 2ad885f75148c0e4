package e2e

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/branch-server/app"
	branchstore "balcao/branch-server/store"
	hqapp "balcao/hq/app"
	hqstore "balcao/hq/store"
	"balcao/internal/authority/authoritytest"
	"balcao/internal/config"
	"balcao/internal/machine"
	"balcao/internal/wire"
	kioskapp "balcao/kiosk/app"
	"balcao/kiosk/store"
)

// living runs a program until it is told to end, and waits for that.
func living(t *testing.T, run func(context.Context) error) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	ended := false
	end = func() {
		if ended {
			return
		}
		ended = true
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(end)
	return end
}

// headquartersIn starts headquarters with its files in a folder.
func headquartersIn(t *testing.T, dir string, in *authoritytest.Installation) (a *hqapp.App, end func()) {
	t.Helper()
	cfg := hqapp.Default()
	text := fmt.Appendf(nil, "data: %s\nhttp: {listen: \"127.0.0.1:0\"}\nbroker: {listen: \"127.0.0.1:0\"}\nopen_to_read: true\n", dir)
	if err := config.Decode("hq.yaml", text, &cfg); err != nil {
		t.Fatal(err)
	}
	cfg.Identity = in.Folder("hq")
	a, err := hqapp.New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return a, living(t, a.Run)
}

// branchDay is a branch that works for a while under some headquarters and ends when that has its last entries.
func branchDay(t *testing.T, a *app.App, in *authoritytest.Installation, work func(n node)) {
	t.Helper()
	end := living(t, a.Run)
	n := kioskOn(t, "tls://"+a.BrokerAddr(), in.Identity("L901-K01").Client("L901"))
	work(n)
	end()
	n.leave()
}

func branchAgain(t *testing.T, cfg app.Config) *app.App {
	t.Helper()
	a, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestHeadquartersPutBackFromACopyLacksNothing is the rehearsal of docs/operations.md: copy while it works, put the copy
// back, and the branch sends what came after it, each entry once.
func TestHeadquartersPutBackFromACopyLacksNothing(t *testing.T) {
	in := authoritytest.New(t)
	dir, copied := t.TempDir(), filepath.Join(t.TempDir(), "copy.db")
	hq, endHQ := headquartersIn(t, dir, in)
	var cfg app.Config
	first := branchAtRest(t, "", "", fmt.Sprintf("%q", "tls://"+hq.BrokerAddr()), func(c *app.Config) {
		c.Identity = in.Folder("L901")
		cfg = *c
	})
	give := func(what string, people, waiting int) func(node) {
		return func(n node) {
			for i := range people {
				n.end(t, n.ask(t, fmt.Sprint(what, "-", i), "cc"), store.Printed)
			}
			// What is printed is the branch's once its board says so.
			n.board(t, "them waiting", func(b wire.Board) bool { return b.Queues[0].Waiting == waiting })
		}
	}
	branchDay(t, first, in, give("before", 4, 4))
	var out strings.Builder
	if err := hqapp.Backup(t.Context(), []string{"backup", "-data", dir, "-to", copied}, &out, &out); err != nil {
		t.Fatalf("%v: %s", err, &out)
	}
	branchDay(t, branchAgain(t, cfg), in, give("after", 5, 9))
	if err := hqapp.Backup(t.Context(), []string{"restore", "-data", dir, "-from", copied}, &out, &out); err == nil {
		t.Fatal("the file of a running headquarters was replaced")
	}
	endHQ()
	if err := hqapp.Backup(t.Context(), []string{"restore", "-data", dir, "-from", copied}, &out, &out); err != nil {
		t.Fatalf("%v: %s", err, &out)
	}
	hq, endHQ = headquartersIn(t, dir, in)
	cfg.HQ.Brokers = []string{"tls://" + hq.BrokerAddr()}
	branchDay(t, branchAgain(t, cfg), in, give("last", 5, 14))
	endHQ()
	sameJournal(t, cfg.Data, dir)
}

// sameJournal compares a branch's journal with what headquarters holds of it, record by record.
func sameJournal(t *testing.T, branch, hq string) {
	t.Helper()
	b, err := branchstore.Open(t.Context(), filepath.Join(branch, "branch.db"), machine.Minter())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	journal, _, err := b.After(t.Context(), 0, 1<<20, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	h, err := hqstore.Open(t.Context(), filepath.Join(hq, "hq.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	n := 0
	for r, err := range h.Records(t.Context(), "L901", b.Epoch(), 0) {
		if err != nil || n >= len(journal) || !bytes.Equal(r.Raw, journal[n].Raw) {
			t.Fatalf("record %d at headquarters: %v", r.Seq, err)
		}
		n++
	}
	if n != len(journal) || n < 28 {
		t.Errorf("headquarters holds %d of %d", n, len(journal))
	}
}

// TestAKioskPutBackFromACopyDoublesNothing is the rehearsal for a kiosk: what it printed after the copy is at the branch
// and stays there, and the kiosk goes on in a new epoch without the numbers that it had been lent.
func TestAKioskPutBackFromACopyDoublesNothing(t *testing.T) {
	in := authoritytest.New(t)
	a := branchOn(t, "", "", func(c *app.Config) { c.Identity = in.Folder("L901") })
	n := kioskOn(t, "tls://"+a.BrokerAddr(), in.Identity("L901-K01").Client("L901"))
	for i := range 3 {
		n.end(t, n.ask(t, fmt.Sprint("before-", i), "cc"), store.Printed)
	}
	n.board(t, "three waiting", func(b wire.Board) bool { return b.Queues[0].Waiting == 3 })
	path := n.store.Database().Path()
	copied := filepath.Join(t.TempDir(), "copy.db")
	var out strings.Builder
	if err := kioskapp.Backup(t.Context(), []string{"backup", "-data", filepath.Dir(path), "-to", copied}, &out, &out); err != nil {
		t.Fatalf("%v: %s", err, &out)
	}
	for i := range 2 {
		n.end(t, n.ask(t, fmt.Sprint("after-", i), "cc"), store.Printed)
	}
	n.board(t, "five waiting", func(b wire.Board) bool { return b.Queues[0].Waiting == 5 })
	epoch := n.store.Epoch()
	n.leave()
	if err := n.store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := kioskapp.Backup(t.Context(), []string{"restore", "-data", filepath.Dir(path), "-from", copied}, &out, &out); err != nil {
		t.Fatalf("%v: %s", err, &out)
	}
	var err error
	if n.store, err = store.Open(t.Context(), path, machine.Minter()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.store.Close() })
	if n.store.Epoch() == epoch {
		t.Errorf("it goes on in its old epoch %d", epoch)
	}
	n = n.moved(t, "tls://"+a.BrokerAddr(), in)
	n.end(t, n.ask(t, "last", "cc"), store.Printed)
	n.board(t, "six waiting", func(b wire.Board) bool { return b.Queues[0].Waiting == 6 })
	clerk := signIn(t, a.HTTPAddr(), "1")
	for i := range 6 {
		if called := clerk.press(t, "call"); called.Number != fmt.Sprintf("A%03d", i+1) {
			t.Errorf("called %+v, want number %d", called, i+1)
		}
		clerk.press(t, "start")
		clerk.press(t, "finish")
	}
	if none := clerk.press(t, "call"); none.OK {
		t.Errorf("somebody is there twice: %+v", none)
	}
}
