package trust_test

import (
	"bytes"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/internal/fuzzrun"
	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
	"balcao/kiosk/trust"
)

var today = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := trust.Command(args, &out, today)
	return out.String(), err
}

func write(t *testing.T, name string, content []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func pemOf(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func TestATechnicianAddsIssuersAndSeesThem(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "trust")
	issuers := cardtest.Issuers()
	if out, err := run(t, "list", "-dir", dir); err != nil || !strings.Contains(out, "nenhum cartão") {
		t.Errorf("empty folder: %q, %v", out, err)
	}
	if _, err := run(t, "check", "-dir", dir); !errors.Is(err, trust.ErrNotTrustworthy) {
		t.Errorf("empty folder: %v", err)
	}
	first := write(t, "a.pem", append(pemOf(issuers[0].Raw), pemOf(issuers[1].Raw)...))
	second := write(t, "b.der", issuers[2].Raw)
	out, err := run(t, "add", "-dir", dir, first, second)
	if err != nil || strings.Count(out, "adicionado") != 3 {
		t.Errorf("add: %q, %v", out, err)
	}
	if out, err := run(t, "add", "-dir", dir, second); err != nil || !strings.Contains(out, "já cá estava") {
		t.Errorf("add again: %q, %v", out, err)
	}
	out, err = run(t, "list", "-dir", dir)
	if err != nil || strings.Count(out, "SHA-256") != 3 || strings.Count(out, "EXPIRADO") != 1 {
		t.Errorf("list: %q, %v", out, err)
	}
	for _, c := range issuers {
		if !strings.Contains(out, card.Fingerprint(c)) {
			t.Errorf("list leaves out %s", c.Subject.CommonName)
		}
	}
	out, err = run(t, "check", "-dir", dir)
	if err != nil || !strings.Contains(out, "expirado: Cartão de Ensaio 000") || !strings.Contains(out, "3 certificados, 2 dentro") {
		t.Errorf("check: %q, %v", out, err)
	}
}

func TestWhatIsAddedVerifiesCards(t *testing.T) {
	dir := t.TempDir()
	for _, c := range cardtest.Issuers() {
		if _, err := trust.Add(dir, write(t, "c.pem", pemOf(c.Raw))); err != nil {
			t.Fatal(err)
		}
	}
	f, err := trust.Open(dir)
	if err != nil || len(f.Faults) != 0 {
		t.Fatal(err, f.Faults)
	}
	issuers, err := f.Trust()
	if err != nil {
		t.Fatal(err)
	}
	maria, _ := cardtest.Named("maria")
	r, err := card.Read(t.Context(), maria, maria.ATR(), card.Query{Purpose: card.ForCheckIn, Trust: issuers, Now: today})
	if err != nil || r.Verdict().Reason != card.Genuine {
		t.Errorf("verdict %v, %v", r, err)
	}
}

func TestJunkIsRefusedByItsName(t *testing.T) {
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("secret")})
	good := pemOf(cardtest.Issuers()[0].Raw)
	for label, content := range map[string][]byte{
		"empty": {}, "text": []byte("olá"), "key": key, "key beside": append(bytes.Clone(good), key...),
		"broken": pemOf([]byte{1, 2, 3}), "cut": cardtest.Issuers()[0].Raw[:100],
	} {
		dir := t.TempDir()
		out, err := run(t, "add", "-dir", dir, write(t, "junk.pem", content))
		if !errors.Is(err, trust.ErrNoCertificate) || !strings.Contains(out, "recusado") {
			t.Errorf("%s: %q, %v", label, out, err)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 0 {
			t.Errorf("%s: left %d files", label, len(entries))
		}
	}
	dir := t.TempDir()
	if _, err := run(t, "add", "-dir", dir, write(t, "signer.pem", pemOf(cardtest.Signer().Raw))); !errors.Is(err, card.ErrNotIssuer) {
		t.Errorf("signer: %v", err)
	}
	if _, err := run(t, "add", "-dir", dir, filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	for name, content := range map[string][]byte{"good.pem": good, "junk.pem": key, "signer.pem": pemOf(cardtest.Signer().Raw)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := run(t, "check", "-dir", dir)
	if !errors.Is(err, trust.ErrNotTrustworthy) || !strings.Contains(out, "junk.pem") || !strings.Contains(out, "signer.pem") {
		t.Errorf("check: %q, %v", out, err)
	}
	if f, err := trust.Open(dir); err != nil || len(f.Entries) != 1 {
		t.Errorf("junk spoils the rest: %v, %v", f, err)
	}
}

func TestUnknownCommandTellsWhichThereAre(t *testing.T) {
	for _, args := range [][]string{{}, {"remove"}} {
		if out, err := run(t, args...); err == nil || !strings.Contains(out, "trust check") {
			t.Errorf("%v: %q, %v", args, out, err)
		}
	}
}

func parseSeeds() [][]byte {
	return [][]byte{
		[]byte("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"),
		cardtest.Issuers()[2].Raw,
		pemOf(cardtest.Issuers()[0].Raw),
	}
}

func FuzzParse(f *testing.F) {
	for _, b := range parseSeeds() {
		f.Add(b)
	}
	f.Fuzz(fuzzParse)
}

func fuzzParse(t *testing.T, b []byte) {
	if certificates, err := trust.Parse(b); err == nil && len(certificates) == 0 {
		t.Error("neither a certificate nor an error")
	}
}

func TestFilesOfCertificatesSurviveManyInputs(t *testing.T) {
	var seeds [][][]byte
	for _, b := range parseSeeds() {
		seeds = append(seeds, [][]byte{b})
	}
	fuzzrun.Run(t, fuzzrun.Count(t, 1_000, 5), fuzzrun.Target{
		Name: "FuzzParse", Weight: 1, Inputs: 1, Seeds: seeds,
		Body: func(t *testing.T, in [][]byte) { fuzzParse(t, in[0]) },
	})
}
