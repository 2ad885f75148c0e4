package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	profiles "balcao/firmware-profiles"
	"balcao/kiosk/alpha"
	"balcao/kiosk/bench"
	"balcao/kiosk/led"
	"balcao/printers/serialport"
)

// ledSaid is what the page of the sign is told.
type ledSaid struct {
	Simulated bool
	Text      [][]string
	Flashing  bool
	Faults    []string
	Dark      bool
}

func ledNow(t *testing.T, server *httptest.Server) (s ledSaid) {
	t.Helper()
	if err := json.Unmarshal(get(t, server.URL+"/api/led"), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func get(t *testing.T, address string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d, %v", address, res.StatusCode, err)
	}
	return raw
}

func TestTheVirtualSignShowsWhatTheDriverWritesAndFailsOnCommand(t *testing.T) {
	b, server := run(t, bench.Config{Cards: bench.Replay})
	p, err := profiles.Load(bench.LEDProfile)
	if err != nil {
		t.Fatal(err)
	}
	states := make(chan led.State, 100)
	sign := led.New(led.Config{
		Open: func(context.Context) (led.Transport, error) {
			return serialport.Open(serialport.Config{Path: b.LEDPort(), Baud: p.Transport.Serial.Default, Handshake: serialport.NoHandshake, Frame: p.Transport.Serial.Frame})
		},
		Type: p.Callboard.TypeCode[0], Address: p.Callboard.Address, Face: alpha.Face{Lines: p.Callboard.Lines, Columns: p.Callboard.Columns},
		Now: time.Now, Changed: func(s led.State, _ alpha.Information) { states <- s },
		Times: led.Times{New: time.Hour, Gap: time.Millisecond, Retry: 10 * time.Millisecond},
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- sign.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	want := func(state led.State) {
		t.Helper()
		for {
			select {
			case s := <-states:
				if s == state {
					return
				}
			case <-time.After(patience):
				t.Fatalf("the sign is never %s", state)
			}
		}
	}
	want(led.Ready)
	sign.Show([]led.Call{{Call: alpha.Call{Number: "A023", Counter: "Balcão 3"}, At: time.Now()}})
	look, late := time.NewTicker(5*time.Millisecond), time.After(patience)
	defer look.Stop()
	for !slices.EqualFunc(ledNow(t, server).Text, [][]string{{"A023 > Balcao 3"}}, slices.Equal) {
		select {
		case <-look.C:
		case <-late:
			t.Fatal("the call never stands on the sign")
		}
	}
	if s := ledNow(t, server); !s.Flashing || !s.Simulated {
		t.Errorf("a new call: %+v", s)
	}
	lit, dark := get(t, server.URL+"/led/picture.png?lit=1"), get(t, server.URL+"/led/picture.png?lit=0")
	if _, err := png.Decode(bytes.NewReader(lit)); err != nil || bytes.Equal(lit, dark) {
		t.Errorf("a flashing sign looks the same lit and dark, or is no picture: %v", err)
	}
	if page := string(get(t, server.URL+"/led")); !strings.Contains(page, "simulado") {
		t.Error("the page does not say that the sign is simulated")
	}
	press := func(fault, on string, status int) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/led/fault", strings.NewReader(url.Values{"fault": {fault}, "on": {on}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != status {
			t.Errorf("%s %s: %d, want %d", fault, on, res.StatusCode, status)
		}
	}
	press("cable-out", "true", http.StatusNoContent)
	want(led.Absent)
	press("cable-out", "false", http.StatusNoContent)
	want(led.Ready)
	press("power-off", "true", http.StatusNoContent)
	if s := ledNow(t, server); !s.Dark || !slices.Equal(s.Faults, []string{"power-off"}) {
		t.Errorf("switched off: %+v", s)
	}
	press("of-tomorrow", "true", http.StatusBadRequest)
	press("silent", "perhaps", http.StatusBadRequest)
}
