package main

import (
	"context"
	_ "embed"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// need finds a tool of Debian; without it the test has nothing to work with.
func need(t *testing.T, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s here: this is no Debian machine", tool)
		}
	}
}

// TestTheUnitsAreSandboxed holds the units to systemd's own judgement: no fault, and little that a broken-into program
// could reach.
func TestTheUnitsAreSandboxed(t *testing.T) {
	need(t, "systemd-analyze")
	worst := map[string]float64{
		"balcao-hq.service": 2, "balcao-branch-server.service": 2, "balcao-kiosk.service": 2, "balcao-kiosk-screen.service": 5,
	}
	for unit, most := range worst {
		path := filepath.Join("files", unit)
		out, _ := exec.CommandContext(t.Context(), "systemd-analyze", "verify", "--man=no", path).CombinedOutput()
		for line := range strings.Lines(string(out)) {
			// The programs are not installed here, and what other units of this machine are like is not ours.
			if strings.Contains(line, unit) && !strings.Contains(line, "is not executable") {
				t.Errorf("%s: %s", unit, line)
			}
		}
		out, err := exec.CommandContext(t.Context(), "systemd-analyze", "security", "--offline=yes", "--no-pager", path).CombinedOutput()
		m := regexp.MustCompile(`Overall exposure level for \S+: ([0-9.]+)`).FindSubmatch(out)
		if m == nil {
			t.Fatalf("%s: %v\n%s", unit, err, out)
		}
		if exposure, err := strconv.ParseFloat(string(m[1]), 64); err != nil || exposure > most {
			t.Errorf("%s is exposed by %s, want at most %.1f", unit, m[1], most)
		}
	}
}

func TestEveryUnitIsStartedAgainAndWatched(t *testing.T) {
	for _, p := range packs() {
		raw, err := files.ReadFile("files/" + p.units[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"Type=notify\n", "WatchdogSec=60\n", "Restart=always\n", "StartLimitIntervalSec=0\n", "User=" + p.user + "\n", "StateDirectory=balcao/" + p.data + "\n"} {
			if !strings.Contains(string(raw), want) {
				t.Errorf("%s has no %s", p.units[0], want)
			}
		}
	}
}

//go:embed testdata/rehearsal.sh
var rehearsal string

// TestPackagesInstallUpgradeRollBackAndPurge rehearses a machine's life with real packages and real programs, in a copy
// of this machine that is thrown away: an overlay of its files with networks and processes of its own.
func TestPackagesInstallUpgradeRollBackAndPurge(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: builds and installs packages")
	}
	need(t, "dpkg-deb", "unshare", "ip", "setpriv", "adduser")
	if os.Getuid() != 0 {
		t.Skip("only root may install packages, even into a copy")
	}
	dir := t.TempDir()
	bin := filepath.Join(dir, "bin")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w", "-o", bin+"/", "./kiosk", "./branch-server", "./hq")
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, version := range []string{"0.1.0", "0.2.0"} {
		for _, p := range packs() {
			if version != "0.1.0" && p.program != "hq" {
				continue
			}
			if _, err := p.build(t.Context(), "../..", bin, version, dir, "none"); err != nil {
				t.Fatal(err)
			}
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "sh", "-c", `set -e
ip link set lo up
mount -t tmpfs none /mnt
mkdir /mnt/up /mnt/work /mnt/all
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/up,workdir=/mnt/work /mnt/all
mount -t proc proc /mnt/all/proc
mount --bind /dev /mnt/all/dev
mount -t tmpfs none /mnt/all/run
mkdir -p /mnt/all/packages && cp "$1"/*.deb /mnt/all/packages/
exec chroot /mnt/all bash -s`, "sh", dir)
	run.Stdin = strings.NewReader(rehearsal)
	run.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	out, err := run.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "the rehearsal is over") {
		t.Errorf("%v\n%s", err, out)
	}
}
