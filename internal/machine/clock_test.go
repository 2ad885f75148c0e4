package machine

import (
	"testing"
	"time"

	"balcao/internal/chrono"
)

// jump returns a clock whose machine's clock has just jumped ahead by d.
func jump(d time.Duration) *Clock {
	c := NewClock()
	c.Look()
	c.offset -= d
	return c
}

func TestAMachinesClockIsFollowedLittleByLittleAndAJumpOfHoursIsNot(t *testing.T) {
	for name, row := range map[string]struct {
		ahead time.Duration
		held  bool
	}{
		"set forward by half a minute": {30 * time.Second, false},
		"set back by half a minute":    {-30 * time.Second, false},
		"two hours back":               {-2*time.Hour + time.Second, false},
		"three hours forward":          {3 * time.Hour, true},
		"ten days forward":             {240 * time.Hour, true},
		"three hours back":             {-3 * time.Hour, true},
	} {
		c := jump(row.ahead)
		before := c.Now()
		turn, told := c.Look()
		if told != row.held || turn.Held != row.held || c.Held() != row.held || turn.Stepped {
			t.Errorf("%s: %+v, told %v", name, turn, told)
		}
		if after := c.Now(); after.Before(before) || after.Sub(before) > time.Minute {
			t.Errorf("%s: the time went from %s to %s", name, before, after)
		}
		if _, told := c.Look(); told {
			t.Errorf("%s: told twice", name)
		}
	}
	c := jump(3 * time.Hour)
	c.Look()
	c.offset += 3 * time.Hour // the machine's clock was put right
	if c.Look(); c.Held() {
		t.Error("a clock that was put right is still said to have jumped")
	}
}

// TestTheTimeNeverRunsBackwardWhileItComesCloser: what was told a moment before the clock is slowed down stays told.
func TestTheTimeNeverRunsBackwardWhileItComesCloser(t *testing.T) {
	c := NewClock()
	c.Look()
	c.offset += time.Minute           // the machine's clock was set back
	c.last = c.last.Add(-time.Second) // and the last look is a second ago
	before := c.Now()
	c.Look()
	if after := c.Now(); after.Before(before) {
		t.Errorf("from %s to %s", before, after)
	}
	if left := -c.Skew(); left > time.Minute-50*time.Millisecond {
		t.Errorf("%s are left of a minute", left)
	}
}

func TestAClockThatWasNeverSetTakesTheFirstTimeThereIs(t *testing.T) {
	c := NewClock()
	right := time.Now().UTC()
	c.offset = -right.Sub(time.Date(1970, 1, 1, 0, 5, 0, 0, time.UTC)) // and the machine's clock has been set since
	if !chrono.Unset(c.Now()) {
		t.Fatalf("the clock says %s", c.Now())
	}
	if turn, told := c.Look(); !told || !turn.Stepped || chrono.Unset(c.Now()) || c.Now().Sub(right).Abs() > time.Minute {
		t.Errorf("after the machine's clock was set: %+v, %s", turn, c.Now())
	}

	c = NewClock()
	year := time.Since(time.Date(1970, 1, 1, 0, 5, 0, 0, time.UTC))
	c.wall = func() time.Time { return time.Now().Add(-year) } // the machine has no battery
	if !chrono.Unset(c.Now()) {
		t.Fatalf("the clock says %s", c.Now())
	}
	if !c.Take(year) || chrono.Unset(c.Now()) {
		t.Errorf("the parent's time was not taken: %s", c.Now())
	}
	if c.Look(); c.Held() || chrono.Unset(c.Now()) {
		t.Errorf("the parent's time was given up: %s, held %v", c.Now(), c.Held())
	}
	if c.Take(time.Hour) {
		t.Error("a clock that is set was set again")
	}
}

func TestACloserClockNeverRunsBackwards(t *testing.T) {
	for _, ahead := range []time.Duration{-time.Hour, time.Hour} {
		left := ahead
		for range 100_000 {
			by := chrono.SlewBy(left, time.Second)
			if by < -100*time.Millisecond || by > 100*time.Millisecond {
				t.Fatalf("%s in a second", by)
			}
			left -= by
		}
		if left != 0 {
			t.Errorf("%s ahead: %s are left", ahead, left)
		}
	}
}
