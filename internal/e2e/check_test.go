package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// checked is what -check -json says.
type checked struct {
	OK       bool
	Findings []struct{ About, Level, Found, Do string }
}

// run is one run of -check; code is its exit code.
func runCheck(t *testing.T, program string, args ...string) (said checked, code int) {
	t.Helper()
	bin, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, program), append([]string{"-check", "-json"}, args...)...)
	out, err := cmd.Output()
	if exit, failed := errors.AsType[*exec.ExitError](err); failed {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &said); err != nil {
		t.Fatalf("%s -check: %v\n%s", program, err, out)
	}
	return said, code
}

func (c checked) about(name string) string {
	for _, f := range c.Findings {
		if f.About == name {
			return f.Level + ": " + f.Found
		}
	}
	return ""
}

func TestCheckLooksAtTheWholeMachineAndChangesNothing(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	file := filepath.Join(dir, "kiosk.yaml")
	text := fmt.Sprintf(`
node: L901-K01
data: %s
screen: {listen: "127.0.0.1:0"}
branch: {brokers: ["tcp://127.0.0.1:9"]}
printer: {profile: virtual/escpos-80, port: %s/printer}
reader: {enabled: true, socket: %s/pcscd, trust: %s/trust}
`, data, dir, dir, dir)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	said, code := runCheck(t, "kiosk", "-config", file)
	if code != 0 || !said.OK {
		t.Errorf("a kiosk that lacks only devices and branch: code %d, %+v", code, said)
	}
	for about, want := range map[string]string{
		"configuração": "ok:", "dados": "ok:", "base de dados": "ok:", "porta": "ok:", "impressora": "notice:",
		"leitor de cartões": "notice:", "loja": "notice:", "certificado": "notice:",
	} {
		if !strings.HasPrefix(said.about(about), want) {
			t.Errorf("%s is %q, want %s", about, said.about(about), want)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the check left something: %v %v", entries, err)
	}
	if err := os.WriteFile(file, []byte(text+"nod: x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if said, code := runCheck(t, "kiosk", "-config", file); code == 0 || said.OK || !strings.Contains(said.about("configuração"), "nod") {
		t.Errorf("a misspelt key: code %d, %+v", code, said)
	}
}

// TestRootChecksAsTheProgramsUser holds that a check by root looks with the eyes of whom the data belongs to.
func TestRootChecksAsTheProgramsUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Log("not root: nobody else's eyes to look with")
		return
	}
	const nobody = 65534
	bin, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("/tmp", "balcao-check") //nolint:usetesting // another user must reach it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	data := filepath.Join(dir, "data")
	for _, err := range []error{os.Chmod(dir, 0o755), os.Chmod(bin, 0o755), os.Mkdir(data, 0o750), os.Chown(data, nobody, nobody)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "hq.yaml")
	text := fmt.Sprintf("data: %s\nhttp: {listen: \"127.0.0.1:0\"}\nbroker: {listen: \"127.0.0.1:0\"}\n", data)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if said, code := runCheck(t, "hq", "-config", file); code != 0 {
		t.Errorf("code %d: %+v", code, said)
	}
	if err := os.Chmod(data, 0o500); err != nil { // root could still write
		t.Fatal(err)
	}
	if said, code := runCheck(t, "hq", "-config", file); code == 0 || !strings.Contains(said.about("dados"), "não se escreve") {
		t.Errorf("a folder that its owner cannot write: code %d, %+v", code, said)
	}
	err = filepath.Walk(data, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Sys().(*syscall.Stat_t).Uid == 0 {
			t.Errorf("%s belongs to root", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
