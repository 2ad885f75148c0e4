package web

import (
	"strings"
	"testing"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

func TestARefusedOrderIsToldWithItsReason(t *testing.T) {
	s, words := deviceFact(queue.Noted{
		Type: wire.TypeSecurityAlert, Version: 1, Data: []byte(`{"what":"order","why":"replayed","n":3}`), From: queue.Origin{Node: "L901-K01"},
	})
	if s != signOut || !strings.Contains(words, "Quiosque 1: ordem recusada: era repetida (3 vezes)") {
		t.Errorf("%v %q", s, words)
	}
	for why := range securityReasons {
		if _, words := deviceFact(queue.Noted{Type: wire.TypeSecurityAlert, Data: []byte(`{"why":"` + why + `","n":1}`)}); !strings.HasPrefix(words, "Ordem recusada: ") {
			t.Errorf("%s: %q", why, words)
		}
	}
}
