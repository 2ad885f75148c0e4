package chrono_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"balcao/internal/chrono"
	"balcao/internal/wire"
)

var morning = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func TestTheBestOfTheLastReadingsCounts(t *testing.T) {
	var o chrono.Offset
	if _, known := o.Value(); known {
		t.Error("known before anything was read")
	}
	random := rand.New(rand.NewPCG(1, 2))
	const ahead = -90 * time.Second
	for i := range 200 {
		sent := morning.Add(time.Duration(i) * 5 * time.Second)
		late := time.Duration(random.IntN(4000)) * time.Millisecond
		o.Note(sent.Add(ahead), sent.Add(late))
		got, _ := o.Value()
		if i >= 16 && (got > ahead || got < ahead-time.Second) {
			t.Fatalf("after %d readings %s, want %s", i, got, ahead)
		}
	}
	o.Forget()
	o.Note(morning.Add(time.Hour), morning)
	if got, known := o.Value(); !known || got != time.Hour {
		t.Errorf("after it was forgotten: %s, %v", got, known)
	}
}

func TestAClockIsTrustedAsFarAsItIsKnown(t *testing.T) {
	for name, row := range map[string]struct {
		now   time.Time
		ahead time.Duration
		known bool
		want  wire.ClockQuality
	}{
		"nothing is known":    {morning, 0, false, wire.ClockOK},
		"a second off":        {morning, time.Second, true, wire.ClockOK},
		"three behind":        {morning, 3 * time.Second, true, wire.ClockDrift},
		"ten years in front":  {morning.AddDate(10, 0, 0), -87600 * time.Hour, true, wire.ClockDrift},
		"ten years behind":    {morning.AddDate(-10, 0, 0), 87600 * time.Hour, true, wire.ClockUnset},
		"1970":                {time.Unix(0, 0), 0, false, wire.ClockUnset},
		"the leap day":        {time.Date(2028, 2, 29, 12, 0, 0, 0, time.UTC), 0, true, wire.ClockOK},
		"the night in March":  {time.Date(2027, 3, 28, 1, 0, 0, 0, time.UTC), 0, true, wire.ClockOK},
		"the night in autumn": {time.Date(2027, 10, 31, 1, 0, 0, 0, time.UTC), 0, true, wire.ClockOK},
	} {
		if got := chrono.Quality(row.now, row.ahead, row.known); got != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
	}
}
