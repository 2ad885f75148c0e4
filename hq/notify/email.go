package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/smtp"
	"strings"
	"time"

	"balcao/hq/cases"
)

// Mail is the way by e-mail, over SMTP (RFC 5321) with STARTTLS.
type Mail struct {
	Server   string   // host and port
	From     string   // address
	To       []string // addresses
	More     []string // who is told too when nobody took an urgent alert
	User     string   // empty where the server takes mail without signing in
	Password string
	Plain    bool   // without TLS: for a server on this machine
	Page     string // address of the page of alerts; empty for none
	Now      func() time.Time
}

// Name tells it from others.
func (m *Mail) Name() string { return "email" }

var errPlain = errors.New("the mail server offers no TLS")

// Tell sends one message to everybody. It succeeds when the server has taken it.
func (m *Mail) Tell(ctx context.Context, n cases.Notice) error {
	host, _, err := net.SplitHostPort(m.Server)
	if err != nil {
		return fmt.Errorf("mail server %s: %w", m.Server, err)
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", m.Server)
	if err != nil {
		return fmt.Errorf("reach the mail server: %w", err)
	}
	defer conn.Close()
	if end, limited := ctx.Deadline(); limited {
		_ = conn.SetDeadline(end)
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return fmt.Errorf("greet the mail server: %w", err)
	}
	if err := m.secure(c, host); err != nil {
		return err
	}
	to := m.To
	if n.Kind == cases.Escalated {
		to = append(append([]string{}, m.To...), m.More...)
	}
	if err := m.send(c, to, m.message(n, to)); err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	return c.Quit()
}

func (m *Mail) secure(c *smtp.Client, host string) error {
	if !m.Plain {
		if offered, _ := c.Extension("STARTTLS"); !offered {
			return errPlain
		}
		if err := c.StartTLS(&tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}); err != nil {
			return fmt.Errorf("secure the way to the mail server: %w", err)
		}
	}
	if m.User == "" {
		return nil
	}
	if err := c.Auth(smtp.PlainAuth("", m.User, m.Password, host)); err != nil {
		return fmt.Errorf("sign in to the mail server: %w", err)
	}
	return nil
}

func (m *Mail) send(c *smtp.Client, to []string, message []byte) error {
	if err := c.Mail(m.From); err != nil {
		return err
	}
	for _, one := range to {
		if err := c.Rcpt(one); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(message); err != nil {
		return err
	}
	return w.Close()
}

// message is the mail (RFC 5322): plain text, one case, what to do first. Messages of one case stand in one thread.
func (m *Mail) message(n cases.Notice, to []string) []byte {
	_, host, _ := strings.Cut(m.From, "@")
	thread := fmt.Sprintf("<caso-%d@%s>", n.Case.ID, host)
	var b bytes.Buffer
	head := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, oneLine(value)) }
	head("From", m.From)
	head("To", strings.Join(to, ", "))
	head("Subject", mime.QEncoding.Encode("utf-8", oneLine(subject(n))))
	head("Date", m.Now().Format(time.RFC1123Z))
	if n.Kind == cases.Opened {
		head("Message-ID", thread)
	} else {
		head("Message-ID", fmt.Sprintf("<aviso-%d@%s>", n.ID, host))
		head("In-Reply-To", thread)
		head("References", thread)
	}
	head("Auto-Submitted", "auto-generated")
	head("MIME-Version", "1.0")
	head("Content-Type", "text/plain; charset=utf-8")
	head("Content-Transfer-Encoding", "quoted-printable")
	b.WriteString("\r\n")
	q := quotedprintable.NewWriter(&b)
	_, _ = q.Write([]byte(m.text(n))) // a buffer takes everything
	_ = q.Close()
	return b.Bytes()
}

func (m *Mail) text(n cases.Notice) string {
	c := n.Case
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", words[n.Kind], c.Where)
	if c.Branch != "" {
		fmt.Fprintf(&b, " (%s)", c.Branch)
	}
	fmt.Fprintf(&b, "\r\n%s\r\n\r\n", c.Words)
	switch n.Kind {
	case cases.Closed:
		fmt.Fprintf(&b, "Deixou de se verificar às %s de %s.\r\n", c.Closed.Format("15:04"), c.Closed.Format("02/01/2006"))
	default:
		fmt.Fprintf(&b, "O que fazer primeiro: %s\r\n\r\nDesde as %s de %s; urgência: %s.\r\n", c.First, c.Since.Format("15:04"), c.Since.Format("02/01/2006"), degrees[c.Degree])
	}
	if m.Page != "" {
		fmt.Fprintf(&b, "\r\nTratar: %s\r\n", m.Page)
	}
	return b.String()
}

// oneLine keeps what came from outside from becoming a header of its own.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
