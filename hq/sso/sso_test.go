package sso_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"balcao/hq/people"
	"balcao/hq/sso"
)

// A whole sign-in, with a certified provider, is in browser/openid.test.js.

func TestAnAnswerThatBelongsToNothingLetsNobodyIn(t *testing.T) {
	t.Parallel()
	d := sso.New(sso.Config{Issuer: "http://127.0.0.1:1", Client: "balcao", Page: "http://127.0.0.1:2", Name: "X"})
	for _, kept := range []string{"", "x", "!!!", strings.Repeat("A", 5000), "e30", "eyJzIjoiYSIsIm4iOiJiIiwidiI6ImMiLCJ0IjoiLyJ9"} {
		login, _, err := d.End(t.Context(), kept, url.Values{"state": {"other"}, "code": {"c"}})
		if login != "" || !errors.Is(err, people.ErrForged) {
			t.Errorf("%.20q: %q, %v", kept, login, err)
		}
	}
}

func TestAProviderThatDoesNotAnswerIsSaidToBeGone(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"error":  func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) },
		"page":   func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"issuer": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"issuer":"https://other"}`)) },
	} {
		srv := httptest.NewServer(handler)
		t.Cleanup(srv.Close)
		d := sso.New(sso.Config{Issuer: srv.URL, Client: "balcao", Page: "http://127.0.0.1:2", Name: "X"})
		if _, _, err := d.Begin(t.Context(), "/"); !errors.Is(err, people.ErrUnreachable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzWhatABrowserBringsBack(f *testing.F) {
	f.Add("eyJzIjoiYSIsIm4iOiJiIiwidiI6ImMiLCJ0IjoiLyJ9", "state=a&error=access_denied")
	f.Add("e30", "state=&code=x")
	d := sso.New(sso.Config{Issuer: "http://127.0.0.1:1", Client: "balcao", Page: "http://127.0.0.1:2", Name: "X"})
	f.Fuzz(func(t *testing.T, kept, answer string) {
		q, err := url.ParseQuery(answer)
		if err != nil || q.Get("error") == "" {
			return // it would go and ask the provider
		}
		if login, _, err := d.End(t.Context(), kept, q); login != "" || err == nil {
			t.Errorf("somebody was let in: %q", login)
		}
	})
}
