package pcsc

import (
	"testing"

	"balcao/kiosk/pcsc/bench"
)

func TestAReaderSaysWhatItIsWhenItArrives(t *testing.T) {
	daemon(t)
	w := watch(t, Config{Socket: socket})
	got := w.until(ReaderArrived).Make
	if want := (Make{Maker: bench.Maker, Serial: bench.Serial, Firmware: bench.Firmware}); got != want {
		t.Errorf("the reader says %+v, want %+v", got, want)
	}
}

func TestAskingAReaderLeavesItsCardToWhoComes(t *testing.T) {
	onEachBench(t, func(t *testing.T, b bench.Bench) {
		insert(t, b, "maria")
		w := watch(t, Config{Socket: socket})
		w.until(ReaderArrived)
		wantGreeting(t, w.until(CardInserted).Session, "Maria F")
	})
}

func TestWordsAndVersionsOfAReaderAreReadPlainly(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{"ACS\x00junk": "ACS", " x ": "x", "a\x1b[2Jb\xff": "a[2Jb", "": ""} {
		if got := plain([]byte(raw)); got != want {
			t.Errorf("%q is %q, want %q", raw, got, want)
		}
	}
	for raw, want := range map[string]string{"\x00\x00\x03\x02": "2.03", "\x0a\x00\x10\x01": "1.10.a", "\x00\x00\x00\x00": "", "\x01": ""} {
		if got := version([]byte(raw)); got != want {
			t.Errorf("% x is %q, want %q", raw, got, want)
		}
	}
}
