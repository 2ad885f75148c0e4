// Package disktest gives tests a file system of a few megabytes of their own, so that a full disk is a real one.
package disktest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

const inside = "BALCAO_SMALL_DISK"

// Small runs a test on a file system of so many megabytes, which only that test sees: the test binary runs again for it,
// in a mount namespace of its own. The body is given the folder. What the inner run says is the outcome of the test.
func Small(t *testing.T, mebibytes int, body func(t *testing.T, folder string)) {
	t.Helper()
	if folder := os.Getenv(inside); folder != "" {
		if err := unix.Mount("tmpfs", folder, "tmpfs", 0, "size="+strconv.Itoa(mebibytes)+"m,mode=700"); err != nil {
			t.Fatalf("mount a small disk: %v", err)
		}
		body(t, folder)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=5m") //nolint:gosec // this very test
	cmd.Env = append(os.Environ(), inside+"="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Getuid() != 0 { // whoever is nobody may mount in a user namespace
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	} else {
		cmd.SysProcAttr.Unshareflags = syscall.CLONE_NEWNS // keeps the mount out of everybody else's sight
	}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Fatalf("on a small disk: %v\n%s", err, out)
	}
}

// Fill takes what room there is in a folder but for so many bytes, and returns how to give it back.
func Fill(t *testing.T, folder string, leave uint64) (empty func()) {
	t.Helper()
	var st unix.Statfs_t
	if err := unix.Statfs(folder, &st); err != nil {
		t.Fatal(err)
	}
	free := st.Bavail * uint64(max(0, st.Bsize))
	path := filepath.Join(folder, "filler")
	if free > leave {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		info, err := f.Stat()
		if err == nil {
			err = unix.Fallocate(int(f.Fd()), 0, info.Size(), int64(free-leave)) //nolint:gosec // a few megabytes
		}
		if closed := f.Close(); err == nil {
			err = closed
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
}
