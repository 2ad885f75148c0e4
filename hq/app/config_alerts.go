package app

import (
	"net"
	"net/mail"
	"net/url"
	"time"

	"balcao/internal/config"
)

// Alerts says to whom alerts are told outside, and when.
type Alerts struct {
	// Escalate is how long an urgent alert may stay untaken before more people are told; 0 is never.
	Escalate time.Duration `yaml:"escalate"`
	Page     string        `yaml:"page"` // address of the page of alerts, for messages
	Email    Email         `yaml:"email"`
	Webhook  Webhook       `yaml:"webhook"`
	// Alertmanager is the address of a Prometheus Alertmanager; empty for none.
	Alertmanager string `yaml:"alertmanager"`
}

// Email is a mail server and who is written to.
type Email struct {
	Server       string   `yaml:"server"` // host and port; empty for no e-mail
	From         string   `yaml:"from"`
	To           []string `yaml:"to"`
	Escalate     []string `yaml:"escalate"` // who is written to as well when nobody took an urgent alert
	User         string   `yaml:"user"`
	PasswordFile string   `yaml:"password_file"`
	Plain        bool     `yaml:"plain"` // without TLS: for a server on this machine alone
}

// Webhook is an address that is told, with a secret that signs what is said.
type Webhook struct {
	URL        string `yaml:"url"`
	SecretFile string `yaml:"secret_file"`
}

// check names every fault.
func (c *Alerts) check(faults *config.Faults) {
	if c.Escalate < 0 {
		faults.Add("alerts.escalate", "want a time such as 10m, or 0 for never")
	}
	checkURL(faults, "alerts.page", c.Page)
	checkURL(faults, "alerts.alertmanager", c.Alertmanager)
	checkURL(faults, "alerts.webhook.url", c.Webhook.URL)
	if c.Webhook.URL != "" && c.Webhook.SecretFile == "" {
		faults.Add("alerts.webhook.secret_file", "name the file of the secret that signs; its receiver cannot know who speaks otherwise")
	}
	m := c.Email
	if m.Server == "" {
		return
	}
	host, _, err := net.SplitHostPort(m.Server)
	if err != nil {
		faults.Add("alerts.email.server", "%q is not a host and port such as mail.example:587", m.Server)
	}
	if m.Plain && !loopback(host) {
		faults.Add("alerts.email.plain", "only a mail server on this machine is spoken to without TLS")
	}
	if len(m.To) == 0 {
		faults.Add("alerts.email.to", "name somebody to write to")
	}
	for key, addresses := range map[string][]string{"from": {m.From}, "to": m.To, "escalate": m.Escalate} {
		for _, one := range addresses {
			if a, err := mail.ParseAddress(one); err != nil || a.Address != one {
				faults.Add("alerts.email."+key, "%q is not a mail address", one)
			}
		}
	}
}

func checkURL(faults *config.Faults, key, address string) {
	if address == "" {
		return
	}
	if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		faults.Add(key, "%q is not an address such as https://example.pt/alertas", address)
	}
}
