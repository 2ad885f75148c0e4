package site

import (
	"testing"
	"time"

	"balcao/internal/wire"
)

func TestAKioskOfAnotherVersionIsMarkedUntilItIsReplaced(t *testing.T) {
	s := New(Config{Now: time.Now})
	program := func() string {
		for _, d := range s.Devices() {
			if d.Node == "L901-K01" {
				return d.Devices[wire.PartProgram]
			}
		}
		return "absent"
	}
	s.Version("L901-K01", 0, wire.RefusedOld)
	s.Health("L901-K01", wire.Sample{Data: []byte(`{"n":"L901-K01","dev":{"printer":"ready"}}`)})
	if got := program(); got != wire.ProgramOld {
		t.Errorf("its program is %q", got)
	}
	s.Version("L901-K01", 2, "")
	if got := program(); got != "" {
		t.Errorf("replaced, its program is %q", got)
	}
}
