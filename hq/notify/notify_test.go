package notify_test

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strings"
	"testing"
	"time"

	"balcao/hq/alert"
	"balcao/hq/cases"
	"balcao/hq/notify"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func at() time.Time { return noon }

func notice(kind cases.Kind) cases.Notice {
	n := cases.Notice{ID: 7, Kind: kind, At: noon, Case: cases.Case{ID: 3, Alert: alert.Alert{
		Since: noon.Add(-time.Minute), Opened: noon,
		Finding: alert.Finding{
			Rule: alert.NoPaper, Branch: "L001", Where: "Loja de Évora\r\nBcc: alguem@example.pt", Degree: alert.Urgent, Words: "Nenhum quiosque consegue imprimir.",
			First: "Pedir ao local que ponha papel.",
		},
	}}}
	if kind == cases.Closed {
		n.Case.Closed = noon.Add(time.Hour)
	}
	return n
}

// postman is a mail server that takes one message.
func postman(t *testing.T) (address string, letter func() (to []string, text string)) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	type got struct {
		to   []string
		text string
	}
	done := make(chan got, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		var g got
		in := bufio.NewReader(conn)
		say := func(s string) { fmt.Fprintf(conn, "%s\r\n", s) }
		say("220 mail.example ESMTP")
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			switch verb := strings.ToUpper(strings.Fields(line + " x")[0]); verb {
			case "EHLO":
				say("250-mail.example")
				say("250 8BITMIME")
			case "RCPT":
				g.to = append(g.to, strings.TrimSpace(line))
				say("250 ok")
			case "DATA":
				say("354 go on")
				var b strings.Builder
				for {
					line, err := in.ReadString('\n')
					if err != nil {
						return
					}
					if line == ".\r\n" {
						break
					}
					b.WriteString(line)
				}
				g.text = b.String()
				done <- g
				say("250 taken")
			case "QUIT":
				say("221 bye")
				return
			default:
				say("250 ok")
			}
		}
	}()
	return l.Addr().String(), func() ([]string, string) {
		select {
		case g := <-done:
			return g.to, g.text
		case <-time.After(20 * time.Second):
			t.Fatal("no letter came")
			return nil, ""
		}
	}
}

func TestAMailSaysWhatToDoFirstAndNothingFromABranchBecomesAHeader(t *testing.T) {
	t.Parallel()
	address, letter := postman(t)
	way := &notify.Mail{Server: address, From: "balcao@example.pt", To: []string{"sede@example.pt"}, More: []string{"direcao@example.pt"}, Plain: true, Page: "https://hq.example.pt/alertas", Now: at}
	if err := way.Tell(t.Context(), notice(cases.Escalated)); err != nil {
		t.Fatal(err)
	}
	to, text := letter()
	if len(to) != 2 || !strings.Contains(to[1], "direcao@example.pt") {
		t.Errorf("sent to %v", to)
	}
	m, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || !strings.Contains(subject, "Ninguém tratou: Loja de Évora") || m.Header.Get("Bcc") != "" || m.Header.Get("In-Reply-To") == "" {
		t.Errorf("subject %q, headers %v: %v", subject, m.Header, err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	for _, want := range []string{"Nenhum quiosque consegue imprimir.", "O que fazer primeiro: Pedir ao local que ponha papel.", "https://hq.example.pt/alertas", "agir já"} {
		if err != nil || !strings.Contains(string(body), want) {
			t.Errorf("the letter does not say %q: %v", want, err)
		}
	}
}

func TestAMailIsNotSentWithoutTLSToAnotherMachine(t *testing.T) {
	t.Parallel()
	address, _ := postman(t)
	way := &notify.Mail{Server: address, From: "balcao@example.pt", To: []string{"sede@example.pt"}, Now: at}
	if err := way.Tell(t.Context(), notice(cases.Opened)); err == nil || !strings.Contains(err.Error(), "TLS") {
		t.Errorf("sent without TLS: %v", err)
	}
}

func TestAWebhookIsSignedOverItsTimeAndBody(t *testing.T) {
	t.Parallel()
	type post struct {
		signature string
		body      []byte
	}
	posts := make(chan post, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		posts <- post{r.Header.Get("Balcao-Signature"), body}
	}))
	defer server.Close()
	way := &notify.Hook{URL: server.URL, Secret: []byte("segredo"), Now: at}
	if err := way.Tell(t.Context(), notice(cases.Opened)); err != nil {
		t.Fatal(err)
	}
	got := <-posts
	moment := fmt.Sprint(noon.Unix())
	mac := hmac.New(sha256.New, []byte("segredo"))
	mac.Write([]byte(moment + "." + string(got.body)))
	if want := "t=" + moment + ",v1=" + hex.EncodeToString(mac.Sum(nil)); got.signature != want {
		t.Errorf("signature %q, want %q", got.signature, want)
	}
	var said map[string]any
	if err := json.Unmarshal(got.body, &said); err != nil || said["id"] != "notice-7" || said["rule"] != "no_paper" || said["kind"] != "opened" {
		t.Errorf("said %v: %v", said, err)
	}
}

func TestAWebhookThatRedirectsIsNotFollowed(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/elsewhere" {
			t.Error("the alert went elsewhere")
		}
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	if err := (&notify.Hook{URL: server.URL, Now: at}).Tell(t.Context(), notice(cases.Opened)); err == nil {
		t.Error("a redirect counts as told")
	}
}

func TestAlertmanagerHearsOfTheBeginAndTheEnd(t *testing.T) {
	t.Parallel()
	var bodies []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, r.URL.Path+" "+string(body))
	}))
	defer server.Close()
	way := &notify.Alertmanager{URL: server.URL, Now: at}
	for _, kind := range []cases.Kind{cases.Opened, cases.Closed} {
		if err := way.Tell(t.Context(), notice(kind)); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []string{`"endsAt":"2026-11-24T12:00:00Z"`, `"endsAt":"2026-11-23T13:00:00Z"`} {
		if !strings.HasPrefix(bodies[i], "/api/v2/alerts ") || !strings.Contains(bodies[i], want) || !strings.Contains(bodies[i], `"severity":"critical"`) {
			t.Errorf("said %s, want %s", bodies[i], want)
		}
	}
}

// tray is an outbox of one notice.
type tray struct {
	notice cases.Notice
	told   time.Time
	next   time.Time
	fault  string
}

func (o *tray) DueNotices(_ context.Context, now time.Time, _ int) ([]cases.Notice, error) {
	if o.next.IsZero() || o.next.After(now) {
		return nil, nil
	}
	return []cases.Notice{o.notice}, nil
}

func (o *tray) Noticed(_ context.Context, _ int64, told, next time.Time, fault string) error {
	o.told, o.next, o.fault = told, next, fault
	o.notice.Tries++
	return nil
}

type deaf struct{ until int }

func (*deaf) Name() string { return "webhook" }

func (d *deaf) Tell(context.Context, cases.Notice) error {
	if d.until--; d.until >= 0 {
		return errors.New("nobody there")
	}
	return nil
}

func TestWhatIsNotHeardIsToldAgainLaterAndGivenUpAfterADay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		deafFor int
		told    bool
	}{"deaf for a while": {3, true}, "deaf for ever": {1 << 30, false}} {
		now := noon
		o := &tray{notice: notice(cases.Opened), next: noon}
		o.notice.Way = "webhook"
		teller := notify.New(o, []notify.Way{&deaf{c.deafFor}}, func() time.Time { return now }, slog.New(slog.DiscardHandler))
		for rounds := 0; !o.next.IsZero(); rounds++ {
			if rounds > 200 {
				t.Fatalf("%s: tried for ever", name)
			}
			now = o.next
			if err := teller.Round(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if o.told.IsZero() == c.told || c.told && now.Sub(noon) != 3*time.Minute+30*time.Second || !c.told && now.Sub(noon) > 24*time.Hour {
			t.Errorf("%s: told at %v, last tried after %v", name, o.told, now.Sub(noon))
		}
	}
}
