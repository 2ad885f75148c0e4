package serve

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// OwnPath keeps a page to go to afterwards only if it is one of ours.
func OwnPath(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.ContainsAny(to, "\\\r\n") {
		return "/"
	}
	return u.Path
}

// Remote returns the address that a request came from, without its port.
func Remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// Harmless keeps a spreadsheet from running a text of a CSV file as a formula: names come from people and other machines.
func Harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n|%", rune(s[0])) {
		return "'" + s
	}
	return s
}
