package app

import (
	"net"
	"net/url"
	"os"

	"balcao/hq/sso"
	"balcao/hq/web"
	"balcao/internal/config"
	"balcao/internal/machine"
)

// OpenID is a service with which people of headquarters may sign in, by OpenID Connect.
type OpenID struct {
	Issuer     string `yaml:"issuer"` // as the service calls itself; empty for none
	Client     string `yaml:"client"` // what headquarters is called there
	SecretFile string `yaml:"secret_file"`
	// Page is the address under which browsers reach these pages; the service must know it with /entrar/volta behind.
	Page   string `yaml:"page"`
	Claim  string `yaml:"claim"`  // which claim is the sign-in name of a person: preferred_username unless given
	Domain string `yaml:"domain"` // names end with @ and this, which is left out
	Name   string `yaml:"name"`   // what the service is called on the button
}

// Check names every fault.
func (o *OpenID) check(faults *config.Faults) {
	if o.Issuer == "" {
		if o.Client+o.SecretFile+o.Page+o.Claim+o.Domain+o.Name != "" {
			faults.Add("openid.issuer", "name the service, or leave openid out")
		}
		return
	}
	checkSafe(faults, "openid.issuer", o.Issuer)
	checkSafe(faults, "openid.page", o.Page)
	if u, err := url.Parse(o.Page); err == nil && u.Path != "" {
		faults.Add("openid.page", "want the address without a path, such as https://sede.example.pt")
	}
	if o.Client == "" {
		faults.Add("openid.client", "what is headquarters called there?")
	}
	if o.Name == "" {
		faults.Add("openid.name", "what is the service called on the button?")
	}
	if _, err := os.Stat(o.SecretFile); err != nil {
		faults.Add("openid.secret_file", "no such file: %s", o.SecretFile)
	}
}

// checkSafe wants an https address; without TLS only on this machine.
func checkSafe(faults *config.Faults, key, text string) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !local(u.Hostname())) {
		faults.Add(key, "%q is not an address such as https://id.example.pt", text)
	}
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// open opens the way to the service, if there is one.
func (o *OpenID) open(to *web.SSO) error {
	if o.Issuer == "" {
		return nil
	}
	secret, err := machine.Secret(o.SecretFile)
	if err != nil {
		return err
	}
	*to = sso.New(sso.Config{
		Issuer: o.Issuer, Client: o.Client, Secret: secret, Page: o.Page, Claim: o.Claim, Domain: o.Domain, Name: o.Name,
	})
	return nil
}
