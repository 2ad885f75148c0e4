package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/branch-server/arrivals"
	"balcao/branch-server/engine"
	"balcao/branch-server/store"
	"balcao/internal/eventlog"
	"balcao/internal/queue"
)

// withBookings gives the house a desk over a real table, before its faces are made.
func withBookings(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	n := 0
	table, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "branch.db"), eventlog.Config{
		MintEpoch: func() uint64 { return 1 }, Uptime: func() int64 { return 1 },
		MintID: func(time.Time) string { n++; return fmt.Sprintf("%026d", n) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = table.Close() })
	h.web.cfg.Arrivals = arrivals.New(arrivals.Config{
		Branch: h.web.cfg.Branch, Zone: h.web.cfg.Zone, Zones: time.LoadLocation, Table: table,
		Keys: store.NewDayKeys(t.TempDir()), Commands: refusing{h.engine}, Now: h.now, Log: h.web.cfg.Log,
	})
	h.web.cfg.BookingToken = "a token of a system"
	server := httptest.NewServer(h.web.routes())
	t.Cleanup(server.Close)
	h.server = server
	return h
}

type refusing struct{ *engine.Engine }

func (r refusing) Do(ctx context.Context, key string, cmd queue.Command) (queue.Refusal, error) {
	a, err := r.Engine.Do(ctx, key, cmd)
	return a.Refused, err
}

// send posts a file as a system with a token does.
func (h *house) sendBookings(token, file string) (int, string) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, h.server.URL+"/api/bookings", strings.NewReader(file))
	if err != nil {
		h.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func TestOnlyWhoHoldsTheTokenSendsBookings(t *testing.T) {
	t.Parallel()
	h := withBookings(t)
	day := h.now().In(h.web.cfg.Zone).AddDate(0, 0, 1).Format(time.DateOnly)
	file := `{"bookings":[{"id":"S-1","service":"cc-renew","start":"` + day + `T10:45"},{"id":"S-2","service":"fishing","start":"` + day + `T10:45"}]}`
	for _, token := range []string{"", "another token", "a token of a syste"} {
		if code, body := h.sendBookings(token, file); code != http.StatusUnauthorized {
			t.Errorf("with %q: %d %s", token, code, body)
		}
	}
	code, body := h.sendBookings("a token of a system", file)
	var r arrivals.Result
	if err := json.Unmarshal([]byte(body), &r); err != nil || code != http.StatusOK || r.Added != 1 || len(r.Faults) != 1 || len(r.Codes) != 1 {
		t.Fatalf("with the token: %d %s, %v", code, body, err)
	}
	if code, body := h.sendBookings("a token of a system", strings.Repeat("x", 5<<20)); code != http.StatusRequestEntityTooLarge {
		t.Errorf("five megabytes: %d %s", code, body)
	}
}

func TestWithoutATokenNoSystemSendsBookings(t *testing.T) {
	t.Parallel()
	h := withBookings(t)
	h.web.cfg.BookingToken = ""
	for _, token := range []string{"", "a token of a system"} {
		if code, _ := h.sendBookings(token, "[]"); code != http.StatusUnauthorized {
			t.Errorf("%q: %d", token, code)
		}
	}
}

func TestBookingsAreForWhoReceivesAndImportsForTheCoordination(t *testing.T) {
	t.Parallel()
	h := withBookings(t)
	marta, ines := h.as("marta"), h.as("ines")
	if r := marta.page("/marcacoes"); r.status != http.StatusOK || strings.Contains(r.body, "data-imports") {
		t.Errorf("a clerk's page: %d", r.status)
	}
	if r := ines.page("/marcacoes"); r.status != http.StatusOK || !strings.Contains(r.body, "data-imports") {
		t.Errorf("the coordination's page: %d", r.status)
	}
	for _, path := range []string{"/api/bookings", "/api/bookings/preview", "/api/bookings/undo"} {
		if r := marta.send(http.MethodPost, path, "application/octet-stream", "id;servico;data;hora\n", "Idempotency-Key", "some-key-1"); r.status != http.StatusForbidden && r.status != http.StatusUnauthorized {
			t.Errorf("a clerk at %s: %d", path, r.status)
		}
	}
	day := h.now().In(h.web.cfg.Zone).AddDate(0, 0, 1).Format(time.DateOnly)
	file := "id;servico;data;hora\nS-1;cc-renew;" + day + ";10:45\n"
	if r := ines.send(http.MethodPost, "/api/bookings/preview", "application/octet-stream", file, "Idempotency-Key", "some-key-2"); !strings.Contains(r.body, `"added":1`) {
		t.Errorf("preview: %d %s", r.status, r.body)
	}
	if r := ines.send(http.MethodGet, "/api/bookings?day="+day, "", ""); strings.Contains(r.body, "S-1") {
		t.Error("a preview changed something")
	}
	if r := ines.send(http.MethodPost, "/api/bookings", "application/octet-stream", file, "Idempotency-Key", "some-key-3"); !strings.Contains(r.body, `"added":1`) {
		t.Errorf("import: %d %s", r.status, r.body)
	}
	if r := ines.send(http.MethodPost, "/api/bookings", "application/octet-stream", file, "Idempotency-Key", "some-key-3"); !strings.Contains(r.body, `"added":1`) {
		t.Errorf("the same import again: %d %s", r.status, r.body)
	}
	list := ines.send(http.MethodGet, "/api/bookings?day="+day, "", "")
	if !strings.Contains(list.body, "S-1") || !strings.Contains(list.body, `"last":true`) {
		t.Errorf("list: %s", list.body)
	}
	if r := ines.send(http.MethodPost, "/api/bookings/undo", "application/octet-stream", `{"import":1}`, "Idempotency-Key", "some-key-4"); !strings.Contains(r.body, `"undone":1`) {
		t.Errorf("undo: %d %s", r.status, r.body)
	}
	if r := ines.send(http.MethodGet, "/api/bookings?day="+day, "", ""); strings.Contains(r.body, "S-1") {
		t.Error("undone, and still there")
	}
}
