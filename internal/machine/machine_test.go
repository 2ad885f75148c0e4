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
	if NewBoot() == NewBoot() {
		t.Error("two boots share a name")
	}
	m := Minter()
	if m.MintEpoch() == 0 || m.MintID(time.Now()) == m.MintID(time.Now()) {
		t.Error("minter repeats itself")
	}
}

func TestAdvanceOnlyGoesForward(t *testing.T) {
	c := NewClock()
	real := time.Now
	c.wall = func() time.Time { return real() }
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
