package display_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"

	"balcao/kiosk/display"
)

// TestChromiumOpensNothingButTheKiosksPage has a real Chromium, with the policies of a kiosk laid over the machine's in
// a mount namespace of its own, try the kiosk's address and others.
func TestChromiumOpensNothingButTheKiosksPage(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: a real browser")
	}
	browser, err := display.Browser()
	if err != nil {
		if os.Getenv("BALCAO_REQUIRE_REAL") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)
	tried := make(chan struct{}, 10)
	kiosk := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/tried" {
			tried <- struct{}{}
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<iframe onload="fetch('/tried')" src="%s/inside"></iframe>`, other.URL)
	}))
	t.Cleanup(kiosk.Close)
	dir := t.TempDir()
	managed := filepath.Join(dir, "policies", "managed")
	if err := os.MkdirAll(managed, 0o755); err != nil {
		t.Fatal(err)
	}
	// show opens the kiosk's address, whose page tries to show another one inside it, and returns how often anybody got
	// there. (What a page may open with DevTools off is not to be had with --dump-dom, which is DevTools itself.)
	show := func() int64 {
		elsewhere.Store(0)
		const script = `mount -t tmpfs none /etc/chromium && cp -r "$1/policies" /etc/chromium/ && shift && exec "$@"`
		cmd := exec.CommandContext(t.Context(), "unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh", dir, browser,
			"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--user-data-dir="+t.TempDir(),
			kiosk.URL)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			_ = cmd.Wait() // it was killed
		}()
		limit, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		select {
		case <-tried:
		case <-limit.Done():
			t.Fatal("the kiosk's own page does not open")
		}
		return elsewhere.Load()
	}
	if n := show(); n == 0 {
		t.Error("without the policies nothing else opened either: this test sees nothing")
	}
	var policy bytes.Buffer
	if err := display.WritePolicy(&policy, kiosk.Listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(managed, "balcao.json"), policy.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if n := show(); n != 0 {
		t.Errorf("with the policies another address was opened %d times", n)
	}
}

func TestThePolicyAllowsOneAddress(t *testing.T) {
	var b bytes.Buffer
	if err := display.WritePolicy(&b, "127.0.0.1:8077"); err != nil {
		t.Fatal(err)
	}
	var p struct {
		URLBlocklist, URLAllowlist []string
		DeveloperToolsAvailability int
	}
	if err := json.Unmarshal(b.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	if len(p.URLAllowlist) != 1 || p.URLAllowlist[0] != "127.0.0.1:8077" || p.URLBlocklist[0] != "*" || p.DeveloperToolsAvailability != 2 {
		t.Errorf("%+v", p)
	}
}
