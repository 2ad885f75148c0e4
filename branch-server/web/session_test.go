package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"balcao/branch-server/staff"
	"balcao/internal/queue"
	"balcao/internal/signin"
)

func TestEveryRouteKeepsItsAudience(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ticket("cc-renew", queue.ClassWalkIn)
	names := map[staff.Role]string{staff.Clerk: "marta", staff.Receptionist: "ana", staff.Coordinator: "ines", staff.Administrator: "zita"}
	for _, r := range h.web.table() {
		method, path, _ := strings.Cut(r.pattern, " ")
		path = strings.NewReplacer("{$}", "", "{name}", "priority", "{number}", "A001").Replace(path)
		if path == "/events" {
			continue // by view: below
		}
		for _, role := range append(staff.Roles(), "") {
			b := h.browser()
			if role != "" {
				b = h.as(names[role])
			}
			got := b.send(method, path, "application/x-www-form-urlencoded", "")
			refused := got.status == http.StatusUnauthorized || got.status == http.StatusForbidden
			if path == "/entrar" {
				refused = got.status == http.StatusForbidden // an empty sign-in is wrong, not forbidden
			}
			want := r.who == nil || role != "" && r.who.holds(role)
			if refused == want {
				t.Errorf("%s as %q: %d, want it allowed: %v", r.pattern, role, got.status, want)
			}
		}
	}
	for view, who := range views {
		for _, role := range append(staff.Roles(), "") {
			if who == nil || role != "" && who.holds(role) {
				continue // allowed: the stream tests open them
			}
			b := h.browser()
			if role != "" {
				b = h.as(names[role])
			}
			if got := b.send(http.MethodGet, "/events?view="+view, "", ""); got.status != http.StatusUnauthorized && got.status != http.StatusForbidden {
				t.Errorf("view %s as %q: %d", view, role, got.status)
			}
		}
	}
}

func TestPagesSendStrangersToTheDoorAndBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser()
	r := b.page("/coordenacao")
	if to := r.header.Get("Location"); r.status != http.StatusSeeOther || to != "/entrar?para=%2Fcoordenacao" {
		t.Fatalf("%d to %q", r.status, to)
	}
	if r := b.form("/entrar", "name", "ines", "pin", "1234", "para", "/coordenacao"); r.header.Get("Location") != "/coordenacao" {
		t.Errorf("after signing in: %d to %q", r.status, r.header.Get("Location"))
	}
	if r := h.as("marta").page("/coordenacao"); r.status != http.StatusForbidden || !strings.Contains(r.body, "coordenação da loja") {
		t.Errorf("a clerk at the coordination: %d", r.status)
	}
	for _, away := range []string{"https://example.org/", "//example.org/", `/\example.org`, "javascript:alert(1)"} {
		if r := h.browser().form("/entrar", "name", "marta", "pin", "1234", "para", away); r.header.Get("Location") != "/" {
			t.Errorf("after signing in with %q: to %q", away, r.header.Get("Location"))
		}
	}
}

func TestTheCookieIsForThisServerAndItsScriptsCannotReadIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.browser().form("/entrar", "name", "marta", "pin", "1234")
	c := r.header.Get("Set-Cookie")
	if !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Strict") || !strings.Contains(c, "Path=/") {
		t.Errorf("cookie = %s", c)
	}
	value, _, _ := strings.Cut(strings.TrimPrefix(c, h.web.cookieName()+"="), ";")
	if len(value) < 43 {
		t.Errorf("the cookie has %d letters, want 256 bits", len(value))
	}
	h.ledger.mu.Lock()
	defer h.ledger.mu.Unlock()
	for _, s := range h.ledger.all {
		if strings.Contains(fmt.Sprintf("%+v", s), value) {
			t.Error("the store holds the cookie itself")
		}
	}
}

func TestGuessingAPINHasToWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser()
	for i := range signin.FreeTries {
		if r := b.form("/entrar", "name", "marta", "pin", fmt.Sprint(i)); r.status != http.StatusUnauthorized || !strings.Contains(r.body, "não estão certos") {
			t.Fatalf("guess %d: %d", i, r.status)
		}
	}
	if r := b.form("/entrar", "name", "marta", "pin", "1234"); r.status != http.StatusTooManyRequests || !strings.Contains(r.body, "Espere") {
		t.Errorf("after %d guesses the right PIN: %d", signin.FreeTries, r.status)
	}
	if r := b.form("/entrar", "name", "rui", "pin", "1234"); r.status != http.StatusSeeOther {
		t.Errorf("somebody else: %d", r.status)
	}
	h.later(31 * time.Second)
	if r := b.form("/entrar", "name", " marta", "pin", "1234"); r.status != http.StatusSeeOther {
		t.Errorf("after the wait: %d", r.status)
	}
}

func TestASessionEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	marta := h.at("marta", "1")
	h.later(sessionLife + time.Minute)
	if r := marta.press("call", "after-the-end", "{}"); r.status != http.StatusUnauthorized || r.answer(t).Code != "signed_out" {
		t.Errorf("command after the end: %d %s", r.status, r.body)
	}
	rui := h.at("rui", "1") // the seat of an ended session is free
	if r := rui.form("/sair"); r.header.Get("Location") != "/entrar?saiu" {
		t.Errorf("sign out: %d", r.status)
	}
	if r := rui.page("/balcao"); r.status != http.StatusSeeOther {
		t.Errorf("after signing out: %d", r.status)
	}
	h.ledger.mu.Lock()
	defer h.ledger.mu.Unlock()
	if len(h.ledger.all) != 0 {
		t.Errorf("%d sessions are still stored", len(h.ledger.all))
	}
}

func TestTwoClerksDoNotShareACounter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ticket("cc-renew", queue.ClassWalkIn)
	marta := h.at("marta", "1")
	called := marta.press("call", "marta-calls", "{}").answer(t)
	rui := h.as("rui")
	r := rui.form("/balcao/escolher", "counter", "1")
	if r.status != http.StatusOK || !strings.Contains(r.body, "Ficar com o Balcão 1") || !strings.Contains(r.body, "A001") || strings.Contains(r.body, "Marta") {
		t.Fatalf("a taken counter: %d", r.status)
	}
	messages, _ := marta.listen("counter", "")
	if m := next(t, messages); m.event != "retry" {
		t.Fatalf("first message %+v", m)
	}
	if m := next(t, messages); !strings.Contains(m.data, `"seat":"yours"`) {
		t.Fatalf("snapshot %s", m.data)
	}
	if r := rui.form("/balcao/escolher", "counter", "1", "takeover", "yes"); r.status != http.StatusSeeOther {
		t.Fatalf("take over: %d", r.status)
	}
	if m := next(t, messages); m.event != "delta" || !strings.Contains(m.data, `"seat":"none"`) {
		t.Errorf("the page that lost its counter hears %s %s", m.event, m.data)
	}
	if a := marta.press("start", "marta-starts", "{}").answer(t); a.Code != "no_counter" {
		t.Errorf("command without a counter: %+v", a)
	}
	if a := rui.press("start", "rui-starts", fmt.Sprintf(`{"visit":%d}`, called.Visit)).answer(t); !a.OK {
		t.Errorf("the visit did not stay at the counter: %+v", a)
	}
	if r := rui.form("/sair"); r.status != http.StatusConflict || !strings.Contains(r.body, "ainda tem uma senha") {
		t.Errorf("sign out with a visit: %d", r.status)
	}
	if r := rui.form("/balcao/escolher", "counter", "99"); r.status != http.StatusBadRequest {
		t.Errorf("a counter that is not there: %d", r.status)
	}
}

func TestCommandsOfOtherPagesAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ticket("cc-renew", queue.ClassWalkIn)
	marta := h.at("marta", "1")
	for _, headers := range [][]string{
		{"Origin", "https://example.org"},
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Origin", "null"},
	} {
		r := marta.send(http.MethodPost, "/commands/call", "application/x-www-form-urlencoded", "key=from-elsewhere", headers...)
		if a := r.answer(t); r.status != http.StatusForbidden || a.Code != "other_origin" {
			t.Errorf("%v: %d %s", headers, r.status, r.body)
		}
	}
	if a := marta.send(http.MethodPost, "/commands/call", "application/json", "{}", "Idempotency-Key", "from-our-own", "Origin", h.server.URL, "Sec-Fetch-Site", "same-origin").answer(t); !a.OK {
		t.Errorf("from our own page: %+v", a)
	}
}

func TestOnlyKnownNamesOfTheServerAreAnswered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.web.cfg.Hosts = []string{"loja.exemplo.pt"}
	for host, want := range map[string]int{
		"127.0.0.1:80": http.StatusOK, "[::1]:80": http.StatusOK, "localhost": http.StatusOK, "Loja.Exemplo.pt:8080": http.StatusOK,
		"evil.example": http.StatusMisdirectedRequest,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.server.URL+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("host %q: %d, want %d", host, resp.StatusCode, want)
		}
	}
}
