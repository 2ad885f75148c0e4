package checkup_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"balcao/internal/authority/authoritytest"
	"balcao/internal/checkup"
	"balcao/internal/sqlite"
)

// only returns the one finding of a report.
func only(t *testing.T, r checkup.Report) checkup.Finding {
	t.Helper()
	if len(r.Findings) != 1 {
		t.Fatalf("findings: %+v", r.Findings)
	}
	return r.Findings[0]
}

func TestAReportSaysWhatToDoAndFailsOnFaultsAlone(t *testing.T) {
	r := checkup.Report{Program: "kiosk", Version: "1", Config: "k.yaml"}
	r.Good("dados", "escreve-se")
	r.Notice("loja", "veja a rede", "não responde")
	var b bytes.Buffer
	if err := r.Write(&b, false); err != nil {
		t.Errorf("a notice made it fail: %v", err)
	}
	r.Fault("porta", "mude http.listen", "ocupada")
	b.Reset()
	if err := r.Write(&b, false); !errors.Is(err, checkup.ErrFaults) {
		t.Errorf("a fault: %v", err)
	}
	for _, want := range []string{"✓ dados", "! loja", "✗ porta", "→ mude http.listen", "1 por corrigir"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	b.Reset()
	if err := r.Write(&b, true); !errors.Is(err, checkup.ErrFaults) {
		t.Errorf("as JSON: %v", err)
	}
	var said struct {
		OK       bool
		Findings []checkup.Finding
	}
	if err := json.Unmarshal(b.Bytes(), &said); err != nil || said.OK || len(said.Findings) != 3 || said.Findings[2].Level != checkup.Fault {
		t.Errorf("%v %s", err, b.String())
	}
}

func TestATakenPortIsAFaultUnlessTheProgramHasIt(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for running, want := range map[bool]checkup.Level{false: checkup.Fault, true: checkup.Good} {
		var r checkup.Report
		r.Ports(t.Context(), running, checkup.Port{Key: "http.listen", Listen: l.Addr().String()}, checkup.Port{Key: "relay.listen"})
		if f := only(t, r); f.Level != want {
			t.Errorf("running %v: %+v", running, f)
		}
	}
	var r checkup.Report
	r.Ports(t.Context(), false, checkup.Port{Key: "http.listen", Listen: "192.0.2.1:1"})
	if f := only(t, r); f.Level != checkup.Fault || !strings.Contains(f.Found, "desta máquina") {
		t.Errorf("an address of elsewhere: %+v", f)
	}
}

func TestAFolderThatIsAFileIsAFaultAndOneToComeIsNot(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var r checkup.Report
	r.Folder(file)
	if f := only(t, r); f.Level != checkup.Fault {
		t.Errorf("%+v", f)
	}
	r = checkup.Report{}
	r.Folder(filepath.Join(dir, "to", "come"))
	if f := only(t, r); f.Level == checkup.Fault || !strings.Contains(f.Found, "será criada") {
		t.Errorf("%+v", f)
	}
	if _, err := os.Stat(filepath.Join(dir, "to")); err == nil {
		t.Error("the check made a folder")
	}
}

func TestADatabaseOfANewerVersionIsRefusedInWords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	two := fstest.MapFS{
		"0001_first.sql": {Data: []byte("CREATE TABLE a (b)")}, "0002_next.sql": {Data: []byte("CREATE TABLE c (d)")},
	}
	if err := db.Migrate(t.Context(), two); err != nil {
		t.Fatal(err)
	}
	if !checkup.Running(path) {
		t.Error("an open database is not seen")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if checkup.Running(path) {
		t.Error("a closed database counts as open")
	}
	one := fstest.MapFS{"migrations/0001_first.sql": two["0001_first.sql"]}
	var r checkup.Report
	r.Database(t.Context(), path, func(ctx context.Context, path string) (int, error) { return sqlite.SchemaOf(ctx, path, one) })
	if f := only(t, r); f.Level != checkup.Fault || !strings.Contains(f.Found, "versão mais nova") {
		t.Errorf("%+v", f)
	}
}

// TestADamagedDatabaseIsRebuiltBeforeACopyIsPutBack: putting a copy back loses what came after it.
func TestADamagedDatabaseIsRebuiltBeforeACopyIsPutBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	if err := os.WriteFile(path, bytes.Repeat([]byte("spoiled "), 1024), 0o600); err != nil {
		t.Fatal(err)
	}
	r := checkup.Report{Program: "kiosk", Config: "/etc/balcao/kiosk.yaml"}
	none := fstest.MapFS{"migrations/0001_first.sql": {Data: []byte("CREATE TABLE a (b)")}}
	r.Database(t.Context(), path, func(ctx context.Context, path string) (int, error) { return sqlite.SchemaOf(ctx, path, none) })
	f := only(t, r)
	first, then := strings.Index(f.Do, "kiosk rebuild -config /etc/balcao/kiosk.yaml"), strings.Index(f.Do, "restore -from")
	if f.Level != checkup.Fault || first < 0 || then < first {
		t.Errorf("%+v", f)
	}
}

func TestACertificateIsNamedWithItsEnd(t *testing.T) {
	in := authoritytest.New(t)
	in.Identity("L017")
	folder := in.Folder("L017")
	ends := in.Identity("L017").Until()
	for _, c := range []struct {
		name   string
		folder string
		before time.Duration
		want   checkup.Level
		words  string
	}{
		{"L017", folder, 80 * 24 * time.Hour, checkup.Good, "válido mais"},
		{"L017", folder, 5 * 24 * time.Hour, checkup.Notice, "acaba dentro de 5 dias"},
		{"L017", folder, -time.Hour, checkup.Fault, "acabou em"},
		{"L018", folder, 80 * 24 * time.Hour, checkup.Fault, "é de L017"},
		{"L017", t.TempDir(), 0, checkup.Fault, "não está inscrita"},
		{"L017", "", 0, checkup.Notice, "nenhum"},
	} {
		var r checkup.Report
		r.Identity(c.folder, c.name, func() time.Time { return ends.Add(-c.before) })
		if f := only(t, r); f.Level != c.want || !strings.Contains(f.Found, c.words) || f.Level != checkup.Good && f.Do == "" {
			t.Errorf("%+v: %+v", c, f)
		}
	}
}

func TestAParentThatDoesNotAnswerIsANotice(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := "tcp://" + l.Addr().String()
	var r checkup.Report
	r.Reach(t.Context(), "loja", "…", []string{gone}, nil)
	if f := only(t, r); f.Level != checkup.Good {
		t.Errorf("%+v", f)
	}
	l.Close()
	r = checkup.Report{}
	r.Reach(t.Context(), "loja", "dá senhas", []string{gone, "tls://" + l.Addr().String()}, nil)
	if f := only(t, r); f.Level != checkup.Notice || !strings.Contains(f.Found, "ninguém escuta") || !strings.Contains(f.Do, "dá senhas") {
		t.Errorf("%+v", f)
	}
}

func TestAClockThatWasNeverSetIsAFault(t *testing.T) {
	var r checkup.Report
	r.Clock(time.Unix(0, 0))
	if f := only(t, r); f.Level != checkup.Fault {
		t.Errorf("%+v", f)
	}
}
