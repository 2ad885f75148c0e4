package e2e

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"balcao/branch-server/app"
	"balcao/internal/authority/authoritytest"
	"balcao/internal/identity"
	"balcao/internal/machine"
	"balcao/internal/seal"
	"balcao/internal/wire"
	"balcao/kiosk/store"
	"balcao/kiosk/uplink"
)

// believer is a kiosk's way to its branch that believes only what a machine of a name signed.
func believer(t *testing.T, own *identity.Identity, broker, from string) *uplink.Uplink {
	t.Helper()
	memory, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "kiosk.db"), machine.Minter())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = memory.Close() })
	u, err := uplink.New(uplink.Config{
		Node: wire.NodeID(own.Name()), Boot: machine.NewBoot(), Brokers: []string{"tls://" + broker}, TLS: own.Client("L901"),
		Source: memory, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Believe: func(kind, id string, raw []byte) (json.RawMessage, error) { return own.Believe(kind, from, id, raw) },
		OnOffer: func(wire.Offer) {}, OnBoard: func(wire.Board) {}, OnLink: func(bool, time.Time) {}, Keep: func(string, []byte) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	inBackground(t, u.Run)
	return u
}

func TestAKioskTakesOnlyNumbersThatItsBranchSigned(t *testing.T) {
	in := authoritytest.New(t)
	a := branchOn(t, "", "", func(c *app.Config) { c.Identity, c.HTTP.TLS.On = in.Folder("L901"), true })
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ranges, err := believer(t, in.Identity("L901-K01"), a.BrokerAddr(), "L901").Lease(ctx, "lease-1", nil)
	if err != nil || len(ranges) == 0 {
		t.Errorf("lent by its branch: %v, %v", ranges, err)
	}
	if _, err := believer(t, in.Identity("L901-K02"), a.BrokerAddr(), "L902").Lease(ctx, "lease-2", nil); !errors.Is(err, seal.ErrForged) {
		t.Errorf("lent by a branch that is not its own: %v", err)
	}

	// The branch's pages are under TLS with the same certificate, and cookies are for TLS only.
	own := in.Identity("L901-K01").Client("L901")
	browser := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: own.RootCAs, ServerName: "l901"}}}
	defer browser.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+a.HTTPAddr()+"/entrar", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || res.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("the door: %s %v", res.Status, res.Header)
	}
}
