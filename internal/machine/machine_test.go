package machine

import (
	"testing"
	"time"
)

func TestMachineTells(t *testing.T) {
	if Uptime() <= 0 {
		t.Error("no uptime")
	}
	if Resident() < 1<<20 {
		t.Errorf("resident %d bytes", Resident())
	}
	if one, other := NewBoot(), NewBoot(); one == other {
		t.Error("two boots share a name")
	}
	m := Minter()
	if one, other := m.MintID(time.Now()), m.MintID(time.Now()); m.MintEpoch() == 0 || one == other {
		t.Error("minter repeats itself")
	}
}
