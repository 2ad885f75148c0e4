package technician

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
	cardbench "balcao/kiosk/pcsc/bench"
	"balcao/kiosk/trust"
)

var update = flag.Bool("update", false, "rewrite the golden answers in testdata")

func TestMain(m *testing.M) {
	flag.Parse()
	if os.Getenv("BALCAO_BENCH_INSIDE") != "" {
		if err := cardbench.RunInside(context.Background(), flag.Arg(0)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// still is a clock that stands, so that answers are the same each time.
func still() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

func stateFolder(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "trust")
	if _, err := trust.AddCertificates(dir, cardtest.Issuers()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != got {
		t.Errorf("%s (%v); got:\n%s", file, err, got)
	}
}

// personal are words of the invented people.
var personal = []string{"MARIA", "Maria", "FERREIRA", "TERESA", "CARVALHO", "JOÃO", "SANTOS", "CONCEIÇÃO", "ZZ4", "00000000"}

func TestACardIsExplainedWithoutItsData(t *testing.T) {
	folder := stateFolder(t)
	for _, tt := range []struct{ name, purpose, trust string }{
		{"maria", "greeting", folder},
		{"maria", "checkin", folder},
		{"joao", "greeting", folder},
		{"conceicao", "greeting", folder},
		{"conceicao", "checkin", folder},
		{"signer-expired", "greeting", folder},
		{"impostor", "checkin", folder},
		{"bank", "greeting", folder},
		{"passport", "greeting", folder},
		{"garbage", "greeting", folder},
		{"maria", "greeting", ""},
		{"maria", "checkin chip", folder},
		{"conceicao", "checkin chip", folder},
		{"copied", "checkin chip", folder},
	} {
		for _, asJSON := range []bool{false, true} {
			purpose, chip, chipped := strings.Cut(tt.purpose, " ")
			name := tt.name + "-" + purpose + chip
			var chance io.Reader
			if chipped {
				chance = strings.NewReader("\xF1\x73\x58\x99\x74\xBF\x40\xC6")
			}
			if tt.trust == "" {
				name += "-untrusted"
			}
			if name += ".txt"; asJSON {
				name = strings.TrimSuffix(name, ".txt") + ".json"
			}
			t.Run(name, func(t *testing.T) {
				c, _ := cardtest.Named(tt.name)
				var out bytes.Buffer
				err := Bench{Out: &out, Now: still}.explainCard(t.Context(), c, c.ATR(), "Leitor de ensaio", cardRequest{
					purpose: purpose, trust: tt.trust, explain: true, json: asJSON, chance: chance,
				})
				if _, good := cardtest.Identities()[tt.name]; good && err != nil {
					t.Error(err)
				}
				for _, word := range personal {
					if strings.Contains(out.String(), word) {
						t.Errorf("the answer holds %q", word)
					}
				}
				golden(t, name, out.String())
			})
		}
	}
}

func TestPersonalDataIsShownOnlyIfAskedFor(t *testing.T) {
	c, _ := cardtest.Named("maria")
	var out bytes.Buffer
	q := cardRequest{purpose: "greeting", trust: stateFolder(t), personal: true, json: true}
	if err := (Bench{Out: &out, Now: still}).explainCard(t.Context(), c, c.ATR(), "", q); err != nil {
		t.Fatal(err)
	}
	var r CardReport
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || len(r.Fields) != 2 || r.Fields[0].Text != "MARIA JOÃO" {
		t.Errorf("%v: %+v", err, r.Fields)
	}
	if !r.Verdict.Verified || r.Verdict.Code != string(card.Genuine) || r.FirstField == nil || r.FirstField.Bytes >= r.Sent+r.Received {
		t.Errorf("verdict %+v, first field %+v", r.Verdict, r.FirstField)
	}
}

// TestACardIsReadOverTheRealReader asks the whole command, over a real pcscd with a virtual reader where one can run.
func TestACardIsReadOverTheRealReader(t *testing.T) {
	dir, err := os.MkdirTemp("", "balcao-tech-") //nolint:usetesting // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	var bench cardbench.Bench
	if ok, reason := cardbench.Available(); ok {
		t.Setenv("BALCAO_BENCH_INSIDE", "1")
		if bench, err = cardbench.NewReal(cardbench.Config{Dir: dir, Self: []string{os.Args[0]}}); err != nil {
			t.Fatal(err)
		}
	} else {
		t.Logf("the replay bench takes the place of pcscd: %s", reason)
		bench = cardbench.NewDaemon(filepath.Join(dir, "pcscd.comm"))
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- bench.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	<-bench.Ready()
	if err := bench.Insert(t.Context(), "conceicao"); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	ours, err := Bench{Out: &out, Now: time.Now}.Command(t.Context(), []string{
		"card", "read", "-json", "-purpose", "checkin", "-socket", bench.Socket(), "-trust", stateFolder(t),
	})
	var r CardReport
	if jerr := json.Unmarshal(out.Bytes(), &r); !ours || err != nil || jerr != nil {
		t.Fatalf("%v, %v, %v: %s", ours, err, jerr, out.String())
	}
	if r.Reader == "" || r.Generation != "CC1" || !r.Verdict.Verified || r.Commands > 24 || r.Sent+r.Received > 4500 {
		t.Errorf("%+v", r)
	}
	if strings.Contains(out.String(), "ZZ4") {
		t.Error("the document number got out")
	}

	// The next one lies on the reader, and is opened by the number in a file.
	if err := bench.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := bench.Insert(t.Context(), "maria-contactless"); err != nil {
		t.Fatal(err)
	}
	can, cfg := filepath.Join(t.TempDir(), "can"), filepath.Join(t.TempDir(), "kiosk.yaml")
	for file, text := range map[string]string{can: cardtest.DemoCAN + "\n", cfg: "node: L901-K01\nreader: {enabled: true, contactless: true}\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{
		"card", "read", "-json", "-purpose", "checkin", "-chip", "-can-file", can, "-config", cfg, "-socket", bench.Socket(), "-trust", stateFolder(t),
	}
	patient, enough := context.WithTimeout(t.Context(), time.Minute)
	defer enough()
	for err = card.ErrRemoved; errors.Is(err, card.ErrRemoved) && patient.Err() == nil; { // the service may still believe in the one before
		out.Reset()
		_, err = Bench{Out: &out, Now: time.Now}.Command(patient, args)
	}
	r = CardReport{}
	if jerr := json.Unmarshal(out.Bytes(), &r); err != nil || jerr != nil {
		t.Fatalf("%v, %v: %s", err, jerr, out.String())
	}
	if r.Channel == nil || !r.Channel.Open || !r.Verdict.Verified || r.Verdict.Chip != string(card.ChipOriginal) {
		t.Errorf("%+v", r)
	}
}
