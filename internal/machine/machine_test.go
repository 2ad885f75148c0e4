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

func TestAdvanceOnlyGoesForward(t *testing.T) {
	c := NewClock()
	c.offset = -time.Minute // as if the wall had jumped ahead by a minute
	if skew := c.Skew(); skew < 59*time.Second {
		t.Fatalf("skew %s", skew)
	}
	c.Advance()
	if skew := c.Skew(); skew < -time.Second || skew > time.Second {
		t.Errorf("skew after advancing %s", skew)
	}
	c.offset = time.Minute
	c.Advance()
	if c.offset != time.Minute {
		t.Error("clock was set back")
	}
}
