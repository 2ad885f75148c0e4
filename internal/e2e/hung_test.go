package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// links follows what a callboard's page is told of its way to the branch.
func links(ctx context.Context, t *testing.T, callboard string) <-chan bool {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(callboard, "/")+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s answers %s", req.URL, res.Status)
	}
	told := make(chan bool, 100)
	go func() {
		defer close(told)
		defer res.Body.Close()
		lines := bufio.NewScanner(res.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			data, is := strings.CutPrefix(lines.Text(), "data: ")
			var face struct {
				Link *struct{ Up bool } `json:"link"`
			}
			if is && json.Unmarshal([]byte(data), &face) == nil && face.Link != nil {
				told <- face.Link.Up
			}
		}
	}()
	return told
}

// TestABoardKnowsAHungBranchBySilence: a branch server that stands still keeps every connection; its beats stop.
func TestABoardKnowsAHungBranchBySilence(t *testing.T) {
	if testing.Short() {
		t.Skip("a demo is started")
	}
	r := start(t, t.TempDir())
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	told := links(ctx, t, r.Callboard)
	until := func(up bool) {
		t.Helper()
		for got := range told {
			if got == up {
				return
			}
		}
		t.Fatalf("the board was never told that the branch being there is %v", up)
	}
	until(true)

	raw, err := os.ReadFile(filepath.Join(r.dir, "branch-server.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(raw))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	stopped := true
	defer func() {
		if stopped {
			_ = syscall.Kill(pid, syscall.SIGCONT)
		}
	}()
	until(false)
	t.Logf("the board knew after %v", time.Since(began).Round(100*time.Millisecond))
	stopped = false
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	until(true)
}
