package authority_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"balcao/internal/authority"
	"balcao/internal/identity"
)

// clock is a clock that a test turns.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Now()} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) turn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// installation is an authority that serves, on the machine called hq.
type installation struct {
	*authority.Authority

	t     *testing.T
	clock *clock
	dir   string
	url   string
	addr  string
	own   *identity.Identity
}

func install(t *testing.T) *installation {
	t.Helper()
	i := &installation{t: t, clock: newClock(), dir: t.TempDir()}
	var err error
	if i.Authority, err = authority.Init(t.Context(), filepath.Join(i.dir, "ca"), "teste", i.clock.now); err != nil {
		t.Fatal(err)
	}
	if err := i.Settle(t.Context(), authority.Grant{Node: "hq"}, filepath.Join(i.dir, "hq")); err != nil {
		t.Fatal(err)
	}
	i.own = i.open("hq")
	l := listen(t)
	i.addr = l.Addr().String()
	i.url = "https://" + i.addr
	background(t, func(ctx context.Context) error { return i.Serve(ctx, l, i.own, slog.New(slog.DiscardHandler)) })
	return i
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func background(t *testing.T, run func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func (i *installation) folder(node string) string { return filepath.Join(i.dir, node) }

func (i *installation) open(node string) *identity.Identity {
	i.t.Helper()
	id, err := identity.Open(i.folder(node), i.clock.now, nil)
	if err != nil {
		i.t.Fatal(err)
	}
	return id
}

func (i *installation) token(node string) identity.Token {
	i.t.Helper()
	tok, err := i.Token(i.t.Context(), "hq", authority.Grant{Node: node}, time.Hour)
	if err != nil {
		i.t.Fatal(err)
	}
	return tok
}

func (i *installation) try(tok identity.Token, dir string) error {
	return identity.Enrol(i.t.Context(), identity.Request{Dir: dir, URL: i.url, Token: tok, Now: i.clock.now()})
}

func (i *installation) enrol(node string) *identity.Identity {
	i.t.Helper()
	if err := i.try(i.token(node), i.folder(node)); err != nil {
		i.t.Fatal(err)
	}
	return i.open(node)
}

// meet lets a client connect to a server and returns the client's error, or the server's.
func meet(t *testing.T, client, server *tls.Config) error {
	t.Helper()
	l := listen(t)
	defer l.Close()
	said := make(chan error, 1)
	go func() {
		raw, err := l.Accept()
		if err != nil {
			said <- err
			return
		}
		defer raw.Close()
		c := tls.Server(raw, server)
		err = c.HandshakeContext(context.Background())
		if err == nil {
			_, err = c.Write([]byte("x"))
		}
		said <- err
	}()
	d := tls.Dialer{Config: client}
	c, err := d.DialContext(t.Context(), "tcp", l.Addr().String())
	if err == nil {
		_, err = c.Read(make([]byte, 1)) // in TLS 1.3 a client hears of its refusal with the first byte
		_ = c.Close()
	}
	return errors.Join(err, <-said)
}

func TestANodeEnrolsOnceAndIsWhoItSays(t *testing.T) {
	i := install(t)
	branch, kiosk := i.enrol("L017"), i.enrol("L017-K03")
	if branch.Name() != "L017" || kiosk.Name() != "L017-K03" {
		t.Errorf("names are %s and %s", branch.Name(), kiosk.Name())
	}
	info, err := os.Stat(filepath.Join(i.folder("L017-K03"), identity.NodeFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file is %v, %v", info.Mode(), err)
	}
	if err := meet(t, kiosk.Client("L017"), branch.Server()); err != nil {
		t.Errorf("kiosk to its branch: %v", err)
	}
	if err := meet(t, branch.Client("hq"), i.own.Server()); err != nil {
		t.Errorf("branch to hq: %v", err)
	}
	if err := meet(t, kiosk.Client("L018"), branch.Server()); err == nil {
		t.Error("a kiosk takes one branch for another")
	}
	if err := meet(t, branch.Client("L017-K03"), kiosk.Server()); err == nil {
		t.Error("a kiosk's certificate serves others")
	}
	stranger := install(t).enrol("L017-K03")
	if err := meet(t, stranger.Client("L017"), branch.Server()); err == nil {
		t.Error("a certificate of another installation is taken")
	}
	nobody := kiosk.Client("L017")
	nobody.GetClientCertificate = nil
	if err := meet(t, nobody, branch.Server()); err == nil {
		t.Error("nobody in particular is taken")
	}
	old := kiosk.Client("L017")
	old.MinVersion, old.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	if err := meet(t, old, branch.Server()); err == nil {
		t.Error("TLS 1.2 is taken")
	}
}

func TestATokenOpensOneDoorOnce(t *testing.T) {
	i := install(t)
	tok := i.token("L017-K03")
	other := tok
	other.Node = "L017-K04"
	if err := i.try(other, t.TempDir()); err == nil {
		t.Error("another node used the token")
	}
	guess := tok
	guess.Secret = rand.Text()
	if err := i.try(guess, t.TempDir()); err == nil {
		t.Error("a guess was taken")
	}
	elsewhere := tok
	elsewhere.Root[0]++
	if err := i.try(elsewhere, t.TempDir()); err == nil {
		t.Error("an authority with another fingerprint was believed")
	}
	if err := i.try(tok, i.folder("first")); err != nil {
		t.Fatal(err)
	}
	if err := i.try(tok, t.TempDir()); err == nil {
		t.Error("the token worked twice")
	}
	late := i.token("L017-K05")
	i.clock.turn(2 * time.Hour)
	if err := i.try(late, t.TempDir()); err == nil {
		t.Error("the token worked after its time")
	}
	first := i.token("L017-K06")
	i.token("L017-K06")
	if err := i.try(first, t.TempDir()); err == nil {
		t.Error("a token that was replaced works")
	}
}

func TestManyAtOnceUseATokenOnce(t *testing.T) {
	i := install(t)
	tok := i.token("L017-K03")
	var wg sync.WaitGroup
	var mu sync.Mutex
	taken := 0
	for range 8 {
		dir := t.TempDir()
		wg.Go(func() {
			if i.try(tok, dir) == nil {
				mu.Lock()
				taken++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if taken != 1 {
		t.Errorf("the token worked %d times", taken)
	}
}

func TestALostAnswerIsGivenAgain(t *testing.T) {
	i := install(t)
	tok := i.token("L017-K03")
	dir := i.folder("L017-K03")
	if err := i.try(tok, dir); err != nil {
		t.Fatal(err)
	}
	// As if the machine had gone off before it stored the answer: the key made for it is still there.
	raw, err := os.ReadFile(filepath.Join(dir, identity.NodeFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "pending.key"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	before := i.open("L017-K03").Until()
	if err := os.Remove(filepath.Join(dir, identity.NodeFile)); err != nil {
		t.Fatal(err)
	}
	if err := i.try(tok, dir); err != nil {
		t.Fatal(err)
	}
	if got := i.open("L017-K03").Until(); !got.Equal(before) {
		t.Errorf("the second answer is another certificate, until %s", got)
	}
}

func TestCertificatesRenewThemselvesBeforeTheirEnd(t *testing.T) {
	i := install(t)
	i.own.SetHome(identity.Home{URL: i.url, Server: "hq"})
	branch, kiosk := i.enrol("L017"), i.enrol("L017-K03")
	until := kiosk.Until()
	i.clock.turn(50 * 24 * time.Hour)
	if err := kiosk.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !kiosk.Until().Equal(until) {
		t.Error("renewed although it was early")
	}
	i.clock.turn(15 * 24 * time.Hour)
	for _, id := range []*identity.Identity{i.own, branch, kiosk} {
		if err := id.Refresh(t.Context()); err != nil {
			t.Fatalf("renew %s: %v", id.Name(), err)
		}
	}
	if !kiosk.Until().After(until.Add(60 * 24 * time.Hour)) {
		t.Errorf("still until %s", kiosk.Until())
	}
	i.clock.turn(40 * 24 * time.Hour) // past the end of the first ones
	if err := meet(t, i.open("L017-K03").Client("L017"), branch.Server()); err != nil {
		t.Errorf("with renewed certificates: %v", err)
	}
	i.clock.turn(90 * 24 * time.Hour)
	if err := meet(t, kiosk.Client("L017"), branch.Server()); err == nil {
		t.Error("certificates that have ended are taken")
	}
}

func TestARevokedNodeIsOut(t *testing.T) {
	i := install(t)
	branch, kiosk, good := i.enrol("L017"), i.enrol("L017-K03"), i.enrol("L017-K04")
	if n, err := i.Revoke(t.Context(), "L017-K03", "roubado"); err != nil || n != 1 {
		t.Fatalf("revoked %d: %v", n, err)
	}
	i.clock.turn(time.Minute)
	if err := branch.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := meet(t, kiosk.Client("L017"), branch.Server()); err == nil {
		t.Error("the revoked kiosk is served")
	}
	if err := meet(t, good.Client("L017"), branch.Server()); err != nil {
		t.Errorf("the other kiosk: %v", err)
	}
	// The list outlives a restart.
	if err := meet(t, kiosk.Client("L017"), i.open("L017").Server()); err == nil {
		t.Error("the revoked kiosk is served after a restart")
	}
	i.clock.turn(65 * 24 * time.Hour)
	if err := kiosk.Refresh(t.Context()); err == nil {
		t.Error("the revoked kiosk renewed its certificate")
	}
	if _, err := i.Revoke(t.Context(), "L999", ""); !errors.Is(err, authority.ErrUnknown) {
		t.Errorf("revoking nobody: %v", err)
	}
}

func TestAnOlderListOfRevokedOnesIsNotTaken(t *testing.T) {
	i := install(t)
	branch, kiosk := i.enrol("L017"), i.enrol("L017-K03")
	// A copy of the authority from before the theft answers later, as after a restore.
	copied := filepath.Join(i.dir, "copy")
	if err := os.CopyFS(copied, os.DirFS(filepath.Join(i.dir, "ca"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(copied, "ca.key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := i.Revoke(t.Context(), "L017-K03", ""); err != nil {
		t.Fatal(err)
	}
	i.clock.turn(time.Minute)
	if err := branch.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	old, err := authority.Open(copied, i.clock.now)
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t)
	background(t, func(ctx context.Context) error { return old.Serve(ctx, l, i.own, slog.New(slog.DiscardHandler)) })
	branch.SetHome(identity.Home{URL: "https://" + l.Addr().String(), Server: "hq"})
	if err := branch.Refresh(t.Context()); err == nil {
		t.Error("the older list was taken")
	}
	own, err := kiosk.Client("L017").GetClientCertificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	if !errors.Is(branch.Barred(own.Leaf), identity.ErrRevoked) {
		t.Error("the revoked kiosk is in again")
	}
}

func TestKioskEnrolsThroughItsBranch(t *testing.T) {
	i := install(t)
	l := listen(t)
	background(t, func(ctx context.Context) error { return authority.Relay(ctx, l, i.addr) })
	tok := i.token("L017-K03")
	dir := i.folder("L017-K03")
	err := identity.Enrol(t.Context(), identity.Request{Dir: dir, URL: "https://" + l.Addr().String(), Token: tok, Now: i.clock.now()})
	if err != nil {
		t.Fatal(err)
	}
	i.clock.turn(65 * 24 * time.Hour)
	kiosk := i.open("L017-K03")
	if err := kiosk.Refresh(t.Context()); err != nil {
		t.Errorf("renew through the branch: %v", err)
	}
	if kiosk.Due() {
		t.Error("it was not renewed")
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	i := install(t)
	tok := i.token("L017-K03")
	var last error
	for range 25 {
		guess := tok
		guess.Secret = rand.Text()
		last = i.try(guess, t.TempDir())
	}
	if last == nil || !strings.Contains(last.Error(), "429") {
		t.Errorf("the last guess: %v", last)
	}
	i.clock.turn(2 * time.Minute)
	if err := i.try(tok, i.folder("L017-K03")); err != nil {
		t.Errorf("the true token, later: %v", err)
	}
}

func TestOnlyTheKeyAndTheNameOfARequestCount(t *testing.T) {
	i := install(t)
	tok := i.token("L017-K03")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.CertificateRequest{DNSNames: []string{"l017", "hq"}}
	template.Subject.CommonName = "L017-K03"
	der, err := x509.CreateCertificateRequest(rand.Reader, template, key)
	if err != nil {
		t.Fatal(err)
	}
	r, err := x509.ParseCertificateRequest(der)
	if err != nil {
		t.Fatal(err)
	}
	c, err := i.Enrol(t.Context(), "L017-K03", tok.Secret, r)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.DNSNames) != 1 || c.DNSNames[0] != "l017-k03" || c.IsCA {
		t.Errorf("the certificate says %v, authority %t", c.DNSNames, c.IsCA)
	}
	weak, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if der, err = x509.CreateCertificateRequest(rand.Reader, template, weak); err != nil {
		t.Fatal(err)
	}
	if r, err = x509.ParseCertificateRequest(der); err != nil {
		t.Fatal(err)
	}
	if _, err := i.Enrol(t.Context(), "L017-K03", i.token("L017-K03").Secret, r); !errors.Is(err, authority.ErrRequest) {
		t.Errorf("a weak key: %v", err)
	}
}
