package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"balcao/hq/cases"
)

// Hook is the way by webhook: a POST of JSON, signed so that the receiver knows whose it is.
type Hook struct {
	URL    string
	Secret []byte
	Now    func() time.Time
}

// Name tells it from others.
func (h *Hook) Name() string { return "webhook" }

// hookBody is what a webhook says. Moments are RFC 3339, empty for none.
type hookBody struct {
	ID     string `json:"id"` // of this notice: the same when it is sent again
	Kind   string `json:"kind"`
	Case   int64  `json:"case"`
	Rule   string `json:"rule"`
	Branch string `json:"branch,omitempty"`
	Where  string `json:"where"`
	About  string `json:"about,omitempty"`
	Degree int    `json:"degree"`
	Words  string `json:"words"`
	First  string `json:"first"`
	Since  string `json:"since"`
	Opened string `json:"opened"`
	Closed string `json:"closed,omitempty"`
}

// Tell posts one notice. Any answer of 2xx is success. The header Balcao-Signature holds t=<Unix seconds> and
// v1=<hex of HMAC-SHA256 over "t.body">; a receiver refuses what is older than five minutes.
func (h *Hook) Tell(ctx context.Context, n cases.Notice) error {
	c := n.Case
	body, err := json.Marshal(hookBody{
		ID: "notice-" + strconv.FormatInt(n.ID, 10), Kind: string(n.Kind), Case: c.ID, Rule: string(c.Rule), Branch: c.Branch, Where: c.Where,
		About: c.About, Degree: int(c.Degree), Words: c.Words, First: c.First, Since: written(c.Since), Opened: written(c.Opened), Closed: written(c.Closed),
	})
	if err != nil {
		return fmt.Errorf("write the webhook: %w", err)
	}
	at := strconv.FormatInt(h.Now().Unix(), 10)
	return post(ctx, h.URL, body, "Balcao-Signature", "t="+at+",v1="+h.sign(at, body))
}

func (h *Hook) sign(at string, body []byte) string {
	mac := hmac.New(sha256.New, h.Secret)
	_, _ = mac.Write([]byte(at + ".")) // a hash takes everything
	_, _ = mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// Alertmanager is the way to a Prometheus Alertmanager, by its API v2.
type Alertmanager struct {
	URL  string // of the server; /api/v2/alerts is added
	Page string // address of the page of alerts; empty for none
	Now  func() time.Time
}

// Name tells it from others.
func (a *Alertmanager) Name() string { return "alertmanager" }

type managed struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    string            `json:"startsAt"`
	EndsAt      string            `json:"endsAt,omitempty"`
	Generator   string            `json:"generatorURL,omitempty"`
}

// stays is how long Alertmanager believes in an alert that nobody ends: longer than any branch is open.
const stays = 24 * time.Hour

// Tell posts an alert that began or ended. What was escalated is the same alert to Alertmanager, which escalates itself.
func (a *Alertmanager) Tell(ctx context.Context, n cases.Notice) error {
	c := n.Case
	one := managed{
		Labels: map[string]string{
			"alertname": string(c.Rule), "branch": c.Branch, "where": c.Where, "about": c.About,
			"severity": map[int]string{1: "critical", 2: "warning", 3: "info"}[int(c.Degree)], "source": "balcao",
		},
		Annotations: map[string]string{"summary": c.Words, "description": c.First},
		StartsAt:    written(c.Opened), EndsAt: written(c.Closed), Generator: a.Page,
	}
	if n.Kind != cases.Closed {
		one.EndsAt = written(a.Now().Add(stays))
	}
	body, err := json.Marshal([]managed{one})
	if err != nil {
		return fmt.Errorf("write the alert: %w", err)
	}
	return post(ctx, a.URL+"/api/v2/alerts", body, "", "")
}

func written(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func post(ctx context.Context, url string, body []byte, header, value string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("post: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	if header != "" {
		r.Header.Set(header, value)
	}
	// No redirects: a secret or an alert goes where the configuration says, or nowhere.
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		return fmt.Errorf("post: %w", err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 4096)) // so that the connection is used again
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("post: answered %s", answer.Status)
	}
	return nil
}
