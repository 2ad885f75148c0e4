package seal_test

import (
	"errors"
	"testing"
	"time"

	"balcao/internal/seal"
)

func TestEachNumberIsLetThroughOnce(t *testing.T) {
	w := seal.NewWindow(100)
	for _, c := range []struct {
		number uint64
		after  time.Duration
		want   error
	}{
		{90, 0, seal.ErrOld},
		{100, 0, seal.ErrOld}, // of an earlier life
		{105, 0, nil},
		{103, time.Second, nil},             // overtaken on its way
		{105, time.Second, seal.ErrRepeat},  // the way brought it twice
		{103, 2 * time.Minute, seal.ErrOld}, // somebody kept it
		{106, 0, nil},
	} {
		if err := w.Take(c.number, noon.Add(c.after)); !errors.Is(err, c.want) {
			t.Errorf("%d after %v: %v, want %v", c.number, c.after, err, c.want)
		}
	}
	if w.Highest() != 106 {
		t.Errorf("the highest is %d", w.Highest())
	}
}

func TestWhatAWindowForgotIsNeverLetThroughAgain(t *testing.T) {
	var w seal.Window
	for n := uint64(1); n <= 1000; n++ {
		if err := w.Take(n, noon); err != nil {
			t.Fatal(n, err)
		}
	}
	for n := uint64(1); n <= 1000; n++ {
		if err := w.Take(n, noon.Add(time.Hour)); !errors.Is(err, seal.ErrOld) {
			t.Fatal(n, err)
		}
	}
}

func TestASignerPutBackFromACopyGoesOnAboveWhatItSaid(t *testing.T) {
	var n, again seal.Numbers
	last := n.Next(noon)
	if next := n.Next(noon.Add(-time.Hour)); next <= last {
		t.Errorf("a clock set back gives %d after %d", next, last)
	}
	if next := again.Next(noon.Add(time.Second)); next <= last {
		t.Errorf("put back, it gives %d after %d", next, last)
	}
	var behind seal.Numbers
	behind.Above(last)
	if next := behind.Next(noon.Add(-24 * time.Hour)); next <= last {
		t.Errorf("with its clock a day behind, it gives %d after %d", next, last)
	}
	behind.Above(1 << 60)
	if next := behind.Next(noon); next >= 1<<53 {
		t.Errorf("a liar uses the numbers up: %d", next)
	}
}
