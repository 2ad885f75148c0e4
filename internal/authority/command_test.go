package authority_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/internal/authority"
	"balcao/internal/identity"
)

func TestCommandsOfTheAuthority(t *testing.T) {
	dir := t.TempDir()
	p := authority.Place{
		Program: "hq", Server: "hq", CA: authority.Config{Data: filepath.Join(dir, "ca")},
		Identity: filepath.Join(dir, "identity"), Now: time.Now,
	}
	run := func(args ...string) string {
		t.Helper()
		var out strings.Builder
		if err := p.Command(t.Context(), args, &out); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		return out.String()
	}
	if out := run("init", "-host", "sede.example"); !strings.Contains(out, "Impressão digital") {
		t.Errorf("init says %q", out)
	}
	run("init") // again changes nothing
	out := run("token", "L017-K03")
	if tok, err := identity.ParseToken(out); err != nil || tok.Node != "L017-K03" {
		t.Errorf("token says %q: %v", out, err)
	}
	file := filepath.Join(dir, "token")
	if said := run("token", "-out", file, "L017"); strings.Contains(said, "balcao1.") {
		t.Errorf("the token is on the screen too: %q", said)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the token's file: %v %v", info, err)
	}
	if out := run("list"); !strings.Contains(out, "hq") || !strings.Contains(out, "código por usar") {
		t.Errorf("list says %q", out)
	}
	conf := filepath.Join(dir, "mosquitto")
	run("broker", "-dir", conf, "L017", "L018")
	if acl, err := os.ReadFile(filepath.Join(conf, "balcao.acl")); err != nil || !strings.Contains(string(acl), "user L018") {
		t.Errorf("the access list: %q %v", acl, err)
	}
	if err := p.Command(t.Context(), []string{"broker", "-dir", conf, "L017-K03"}, &strings.Builder{}); err == nil {
		t.Error("hq's broker serves a kiosk")
	}
	run("revoke", "L017")
	if err := p.Command(t.Context(), []string{"revoke", "L017"}, &strings.Builder{}); err == nil {
		t.Error("revoked twice")
	}
	if err := p.Command(t.Context(), []string{"token", "nobody"}, &strings.Builder{}); err == nil {
		t.Error("a token for nobody")
	}
}
