// Package sso lets people of headquarters sign in with an account that they have elsewhere, by OpenID Connect: the
// authorization code flow with PKCE (OpenID Connect Core 1.0, section 3.1; RFC 7636). It is the only door to go-oidc.
//
// The provider says who somebody is; what they may do stands in headquarters' own table of people. Nothing of what the
// provider says is kept but the sign-in name. While it cannot be reached, people sign in with their passwords.
package sso

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"balcao/hq/people"
)

// Config names a provider.
type Config struct {
	Issuer string // as the provider calls itself, an https address
	Client string // what headquarters is called there
	Secret string
	Page   string // address under which browsers reach headquarters, without a path
	Claim  string // which claim is the sign-in name; preferred_username where it is empty
	Domain string // names end with @ and this, which is left out; empty: names have no @
	Name   string // what the provider is called on the button
}

// Path is where the provider sends people back to, below the page.
const Path = "/entrar/volta"

// patience bounds every question to the provider.
const patience = 10 * time.Second

// maxPass bounds what a browser brings back.
const maxPass = 2 << 10

// Door is one provider. It is safe for several goroutines.
type Door struct {
	cfg  Config
	http *http.Client

	mu       sync.Mutex
	provider *oidc.Provider // nil until it was first reached
}

// New returns a door; nothing is asked before somebody signs in.
func New(cfg Config) *Door {
	if cfg.Claim == "" {
		cfg.Claim = "preferred_username"
	}
	return &Door{cfg: cfg, http: &http.Client{Timeout: patience}}
}

// Name is what the provider is called on the button.
func (d *Door) Name() string { return d.cfg.Name }

// pass is what the browser keeps between going and coming back: secrets of this one sign-in, and where to go on.
type pass struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"`
	To       string `json:"t"`
}

func (d *Door) reach(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.provider == nil {
		// Keys are fetched again long after this request: its context must not end them.
		p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), d.http), d.cfg.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", people.ErrUnreachable, err)
		}
		d.provider = p
	}
	return d.provider, &oauth2.Config{
		ClientID: d.cfg.Client, ClientSecret: d.cfg.Secret, Endpoint: d.provider.Endpoint(), RedirectURL: d.cfg.Page + Path,
		Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}, nil
}

// Begin returns where to send somebody, and what their browser is to bring back with the answer. To is where they go
// when they are in.
func (d *Door) Begin(ctx context.Context, to string) (address, kept string, err error) {
	_, client, err := d.reach(ctx)
	if err != nil {
		return "", "", err
	}
	p := pass{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), To: to}
	raw, err := json.Marshal(p)
	if err != nil {
		return "", "", fmt.Errorf("begin a sign-in: %w", err)
	}
	return client.AuthCodeURL(p.State, oidc.Nonce(p.Nonce), oauth2.S256ChallengeOption(p.Verifier)), base64.RawURLEncoding.EncodeToString(raw), nil
}

// End reads the provider's answer and returns the sign-in name, and where to go on.
func (d *Door) End(ctx context.Context, kept string, answer url.Values) (login, to string, err error) {
	p, err := readPass(kept)
	if err != nil || subtle.ConstantTimeCompare([]byte(p.State), []byte(answer.Get("state"))) != 1 {
		return "", "", people.ErrForged
	}
	if code := answer.Get("error"); code != "" {
		return "", p.To, fmt.Errorf("%w: %.60q", people.ErrRefused, code)
	}
	provider, client, err := d.reach(ctx)
	if err != nil {
		return "", p.To, err
	}
	ctx = oidc.ClientContext(ctx, d.http)
	token, err := client.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(p.Verifier))
	if err != nil {
		return "", p.To, exchangeFault(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: d.cfg.Client}).Verify(ctx, raw)
	if err != nil {
		return "", p.To, fmt.Errorf("%w: %w", people.ErrForged, err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(p.Nonce)) != 1 {
		return "", p.To, fmt.Errorf("%w: another nonce", people.ErrForged)
	}
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return "", p.To, fmt.Errorf("%w: %w", people.ErrNameless, err)
	}
	if _, told := claims[d.cfg.Claim]; !told {
		if err := d.more(ctx, provider, token, id.Subject, &claims); err != nil {
			return "", p.To, err
		}
	}
	login, err = d.login(claims)
	return login, p.To, err
}

// more asks for the claims that a provider keeps out of its token (OpenID Connect Core 1.0, section 5.3).
func (d *Door) more(ctx context.Context, provider *oidc.Provider, token *oauth2.Token, subject string, claims *map[string]any) error {
	info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return fmt.Errorf("%w: %w", people.ErrNameless, err)
	}
	if info.Subject != subject {
		return fmt.Errorf("%w: of somebody else", people.ErrForged)
	}
	if err := info.Claims(claims); err != nil {
		return fmt.Errorf("%w: %w", people.ErrNameless, err)
	}
	return nil
}

func readPass(kept string) (p pass, err error) {
	if len(kept) > maxPass {
		return p, people.ErrForged
	}
	raw, err := base64.RawURLEncoding.DecodeString(kept)
	if err != nil || json.Unmarshal(raw, &p) != nil || p.State == "" || p.Nonce == "" || p.Verifier == "" {
		return pass{}, people.ErrForged
	}
	return p, nil
}

// exchangeFault tells a provider that says no from one that does not answer.
func exchangeFault(err error) error {
	var said *oauth2.RetrieveError
	if errors.As(err, &said) && said.Response != nil && said.Response.StatusCode < http.StatusInternalServerError {
		return fmt.Errorf("%w: %.60q", people.ErrRefused, said.ErrorCode)
	}
	return fmt.Errorf("%w: %w", people.ErrUnreachable, err)
}

// login makes the sign-in name of the claim.
func (d *Door) login(claims map[string]any) (string, error) {
	name, _ := claims[d.cfg.Claim].(string)
	if d.cfg.Claim == "email" && claims["email_verified"] != true {
		return "", fmt.Errorf("%w: its e-mail address is not verified", people.ErrNameless)
	}
	name = strings.ToLower(strings.TrimSpace(name))
	if d.cfg.Domain != "" {
		user, is := strings.CutSuffix(name, "@"+strings.ToLower(d.cfg.Domain))
		if !is {
			return "", fmt.Errorf("%w: not of %s", people.ErrNameless, d.cfg.Domain)
		}
		name = user
	}
	if name == "" || strings.Contains(name, "@") {
		return "", people.ErrNameless
	}
	return name, nil
}
