package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// launch starts the demo in a folder without waiting for it; its output can be read once it has ended.
func launch(t *testing.T, dir string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	bin, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	out := &bytes.Buffer{}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(bin, "demo"),
		append([]string{"-dir", dir, "-bin", bin, "-sound", "null"}, args...)...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	return cmd, out
}

// left lists the processes that name a folder, other than this one.
func left(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err == nil && bytes.Contains(line, []byte(dir)) && !strings.HasPrefix(file, fmt.Sprintf("/proc/%d/", os.Getpid())) {
			found = append(found, string(bytes.ReplaceAll(line, []byte{0}, []byte{' '})))
		}
	}
	return found
}

// gone waits until no process names a folder.
func gone(t *testing.T, dir string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		processes := left(t, dir)
		if len(processes) == 0 {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("still there:\n%s", strings.Join(processes, "\n"))
		}
		rest(ctx, 20*time.Millisecond)
	}
}

// until waits for a file; it reports false if the test's patience ends first.
func until(t *testing.T, file string) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for ctx.Err() == nil {
		if _, err := os.Stat(file); err == nil {
			return true
		}
		rest(ctx, time.Millisecond)
	}
	return false
}

// TestTheDemoLeavesNothingBehind ends the demo at every stage of its start, by Ctrl-C and by kill -9.
func TestTheDemoLeavesNothingBehind(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the whole demo many times: not with -short")
	}
	dir := t.TempDir()
	for _, stage := range []string{"lock", "kiosk.yaml", "hq.pid", "kiosk.pid", "addresses.json"} {
		for _, how := range []os.Signal{os.Interrupt, syscall.SIGKILL} {
			old, err := filepath.Glob(filepath.Join(dir, "*"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range old { // each start passes all its stages anew; the data stays
				if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
					_ = os.Remove(file)
				}
			}
			cmd, out := launch(t, dir)
			if !until(t, filepath.Join(dir, stage)) {
				t.Fatalf("the demo never came to %s\n%s", stage, out)
			}
			_ = cmd.Process.Signal(how)
			err = cmd.Wait()
			gone(t, dir)
			if how == syscall.SIGKILL {
				continue
			}
			if err != nil {
				t.Errorf("%s at %s: %v\n%s", how, stage, err, out)
			}
			for _, pattern := range []string{"addresses.json*", "*.pid", "bench/printer", "bench/cards/*"} {
				if files, _ := filepath.Glob(filepath.Join(dir, pattern)); len(files) > 0 {
					t.Errorf("%s at %s leaves %v", how, stage, files)
				}
			}
		}
	}
}

func TestTwoDemosDoNotShareAFolder(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the whole demo: not with -short")
	}
	first := start(t, t.TempDir())
	second, out := launch(t, first.dir)
	if err := second.Wait(); err == nil || !strings.Contains(out.String(), "another demo runs in "+first.dir) {
		t.Errorf("the second demo: %v\n%s", err, out)
	}
	var answer struct{ OK bool }
	if err := get(t.Context(), strings.TrimSuffix(first.Counter, "/balcao")+"/healthz", &answer); err != nil || !answer.OK {
		t.Errorf("the first demo: %+v, %v", answer, err)
	}
}

func TestADemoThatCannotStartSaysWhyInOneLine(t *testing.T) {
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for dir, args := range map[string][]string{
		file:                    nil,
		"/dev/null/demo":        nil,
		t.TempDir():             {"-listen", l.Addr().String()},
		t.TempDir() + "/cards":  {"-cards", "real or not"},
		t.TempDir() + "/folder": {"-bin", file},
	} {
		cmd, out := launch(t, dir, args...)
		err := cmd.Wait()
		text := strings.TrimSpace(out.String())
		if err == nil || !strings.HasPrefix(text, "demo: ") || strings.Count(text, "\n") > 0 {
			t.Errorf("-dir %s %v: %v\n%s", dir, args, err, text)
		}
	}
}
