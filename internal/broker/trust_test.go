package broker_test

import (
	"crypto/tls"
	"testing"
	"time"

	"balcao/internal/authority/authoritytest"
	"balcao/internal/broker"
	"balcao/internal/identity"
	"balcao/internal/wire"
)

// secured starts the broker of a branch with certificates; sweep lets it hear of revoked ones.
func secured(t *testing.T, in *authoritytest.Installation) (b *broker.Broker, sweep func()) {
	t.Helper()
	own := in.Identity("L017")
	own.SetHome(identity.Home{URL: in.Serve(in.Identity("hq")), Server: "hq"})
	b = serve(t, broker.Config{
		TLS: own.Server(), Self: "L017", HostPassword: "not used",
		Barred: own.Barred, Admit: func(client, _ string, _ []byte) bool { return wire.NodeID(client).ChildOf("L017") },
	})
	return b, func() {
		t.Helper()
		if err := own.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.Sweep()
	}
}

// as connects with somebody's certificate.
func as(t *testing.T, b *broker.Broker, in *authoritytest.Installation, name string) *raw {
	t.Helper()
	r := dial(t, b)
	r.Conn = tls.Client(r.Conn, in.Identity(name).Client("L017"))
	r.in.Reset(r.Conn)
	return r
}

func TestAClientIsWhoItsCertificateSays(t *testing.T) {
	in := authoritytest.New(t)
	b, _ := secured(t, in)
	for _, c := range []struct {
		certificate, client, user string
		ok                        bool
	}{
		{"L017-K03", "L017-K03", "", true},
		{"L017-K03", "L017-K03", "L017-K03", true},
		{"L017-K03", "L017-K03", "L017-K04", false},
		{"L017-K03", "L017-K04", "", false},
		{"L017-K03", wire.HostClient, "", false},
		{"L017-K03", "", "", false},
		{"L017", wire.HostClient, wire.HostClient, true},
		{"L017", "L017", "", false},         // it reports to hq, not to itself
		{"L018-K03", "L018-K03", "", false}, // another branch's
		{"hq", wire.HostClient, "", false},
		{"hq", "hq", "", false},
	} {
		r := as(t, b, in, c.certificate)
		if code := r.connect(login{id: c.client, user: c.user}); (code == 0) != c.ok {
			t.Errorf("%s as %q (user %q): code %d, want admitted %t", c.certificate, c.client, c.user, code, c.ok)
		}
		_ = r.Close()
	}
}

func TestWithoutACertificateNobodySpeaks(t *testing.T) {
	in := authoritytest.New(t)
	b, _ := secured(t, in)
	plain := dial(t, b)
	plain.put(packet(0x10, append(text("MQTT"), 4, 2, 0, 60), text("L017-K03")))
	for { // a TLS alert may come first
		if _, err := plain.in.ReadByte(); err != nil {
			break
		}
	}
	stranger := dial(t, b)
	cfg := in.Identity("L017-K03").Client("L017")
	cfg.GetClientCertificate = nil
	stranger.Conn = tls.Client(stranger.Conn, cfg)
	stranger.in.Reset(stranger.Conn)
	_, _ = stranger.Write(packet(0x10, append(text("MQTT"), 4, 2, 0, 60), text("L017-K03")))
	if kind, _, err := stranger.get(); err == nil {
		t.Errorf("the broker answers %x", kind)
	}
	if n := b.Counters().Clients; n != 0 {
		t.Errorf("%d clients", n)
	}
}

func TestARevokedClientIsCutOff(t *testing.T) {
	in := authoritytest.New(t)
	b, sweep := secured(t, in)
	thief, honest := as(t, b, in, "L017-K03"), as(t, b, in, "L017-K04")
	for _, r := range []struct {
		*raw
		id string
	}{{thief, "L017-K03"}, {honest, "L017-K04"}} {
		if code := r.connect(login{id: r.id}); code != 0 {
			t.Fatalf("%s is refused: %d", r.id, code)
		}
	}
	if _, err := in.Revoke(t.Context(), "L017-K03", "stolen"); err != nil {
		t.Fatal(err)
	}
	sweep()
	thief.ended()
	if codes := honest.subscribe(wire.Root + "/L017-K04/dn/#"); codes[0] != 0 {
		t.Errorf("the honest one is refused: %x", codes)
	}
	again := as(t, b, in, "L017-K03")
	_ = again.SetDeadline(time.Now().Add(patience))
	_, _ = again.Write(packet(0x10, append(text("MQTT"), 4, 2, 0, 60), text("L017-K03")))
	if kind, _, err := again.get(); err == nil {
		t.Errorf("the broker answers the revoked one: %x", kind)
	}
}
