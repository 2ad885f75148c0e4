package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestThePublicAddressFitsTheCodeOnASlip(t *testing.T) {
	for address, wrong := range map[string]bool{
		"": false, "https://senhas.example.pt": false, "https://senhas.example.pt/": false, "http://127.0.0.1:40865": false,
		"senhas.example.pt": true, "ftp://senhas.example.pt": true, "https://senhas.example.pt?x=1": true,
		"https://" + strings.Repeat("x", 40) + ".pt": true,
	} {
		path := filepath.Join(t.TempDir(), "branch.yaml")
		if err := os.WriteFile(path, []byte("http: {public: \""+address+"\"}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path) // much else is missing
		if got := err != nil && strings.Contains(err.Error(), "http.public"); got != wrong {
			t.Errorf("%q: refused %v, want %v (%v)", address, got, wrong, err)
		}
	}
}

func TestTheHostOfThePublicAddressMayAsk(t *testing.T) {
	h := HTTP{Hosts: []string{"loja.example.pt"}, Public: "https://senhas.example.pt:8443"}
	if got := strings.Join(h.hosts(), " "); got != "loja.example.pt senhas.example.pt" {
		t.Errorf("hosts = %q", got)
	}
}
