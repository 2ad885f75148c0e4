package identity

import (
	"net"
	"net/url"

	"balcao/internal/config"
)

// CheckListen faults a broker that other machines could reach without certificates.
func CheckListen(faults *config.Faults, key, address, identity string) {
	host, _, err := net.SplitHostPort(address)
	if err != nil || identity != "" || loopback(host) || faults.Faulty(key) {
		return
	}
	faults.Add(key, "other machines could connect without a certificate: set identity, or listen on 127.0.0.1")
}

// CheckURL faults a plain connection that leaves this machine.
func CheckURL(faults *config.Faults, key, address string) {
	u, err := url.Parse(address)
	if err != nil || faults.Faulty(key) || loopback(u.Hostname()) {
		return
	}
	if u.Scheme == "tcp" || u.Scheme == "mqtt" {
		faults.Add(key, "what leaves this machine must be protected: say tls:// and not %s://", u.Scheme)
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
