package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/store"
	"balcao/internal/machine"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// end closes a branch that is not served.
func end(t *testing.T, a *App) {
	t.Helper()
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
}

// TestABranchThatWasUpgradedAdoptsWhatWaited leaves a slip of a citizen and a fact of a still later version in the file, as
// an older program would, and starts the branch on it.
func TestABranchThatWasUpgradedAdoptsWhatWaited(t *testing.T) {
	data := t.TempDir()
	a := standing(t, data)
	var day queue.Date
	if err := a.engine.Read(t.Context(), func(d *queue.Day, _ time.Time) { day = d.Date() }); err != nil {
		t.Fatal(err)
	}
	end(t, a)

	s, err := store.Open(t.Context(), filepath.Join(data, "branch.db"), machine.Minter())
	if err != nil {
		t.Fatal(err)
	}
	waiting := func(seq uint64, kind string, fact any) engine.Waiting {
		body, err := json.Marshal(fact)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := wire.EncodeEvent(wire.Event{Seq: seq, ID: "01J", Type: kind, Version: 1, TS: 1, CQ: wire.ClockOK, Data: body})
		if err != nil {
			t.Fatal(err)
		}
		return engine.Waiting{From: queue.Origin{Node: "L901-K01", Epoch: 9, Seq: seq}, Type: kind, Version: 1, Raw: raw}
	}
	if err := s.Append(t.Context(), engine.Batch{Waiting: []engine.Waiting{
		waiting(1, wire.TypeSlipGiven, wire.NamedFact{Request: "r1", Boot: "b", Service: "cc", Class: "walkin", Day: string(day), Name: "K1-7"}),
		waiting(2, "future.kind", wire.NodeFact{Boot: "b"}),
	}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	a = standing(t, data)
	if err := a.engine.Read(t.Context(), func(d *queue.Day, _ time.Time) {
		if v, known := d.Requested("r1"); !known || v.Slip != "K1-7" {
			t.Errorf("the slip after the upgrade: %+v, known %t", v, known)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if n := a.later(t.Context()); n != 1 {
		t.Errorf("%d facts wait, want the one of a still later version", n)
	}
	path := filepath.Join(t.TempDir(), "branch-server.yaml")
	if err := os.WriteFile(path, fmt.Appendf(nil, small, data, "c29tZWhhc2hzb21laGFzaHNvbWVoYXNoc29tZWhhc2g"), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	_ = Check(t.Context(), path, false, &said) // it has other things to say as well
	if !strings.Contains(said.String(), "1 registo de uma versão mais nova, guardado para quando este programa o perceber: future.kind v1") {
		t.Errorf("-check says nothing of it:\n%s", said.String())
	}
	end(t, a)
}
