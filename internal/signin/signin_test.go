package signin

import (
	"strings"
	"testing"
	"time"
)

func TestTwoHashesOfOneSecretDiffer(t *testing.T) {
	t.Parallel()
	h, err := Hash("4711")
	again, _ := Hash("4711")
	if err != nil || h == again {
		t.Errorf("the salt is not fresh: %v", err)
	}
	if err := CheckHash(h); err != nil {
		t.Error(err)
	}
}

func TestGuessingManyNamesFromOnePlaceHasToWaitToo(t *testing.T) {
	t.Parallel()
	d, now := NewDoorman(), time.Now()
	for range FreeByPlace - 1 {
		d.Failed("10.0.0.7", FreeByPlace, now)
	}
	if d.Wait("10.0.0.7", now) != 0 {
		t.Error("the place waits too early")
	}
	d.Failed("10.0.0.7", FreeByPlace, now)
	first := d.Wait("10.0.0.7", now)
	for range 100 {
		d.Failed("10.0.0.7", FreeByPlace, now)
	}
	if first != firstWait || d.Wait("10.0.0.7", now) != longestWait {
		t.Errorf("waits %v at first and %v in the end", first, d.Wait("10.0.0.7", now))
	}
}

func TestASecretHasFourCharactersAtLeast(t *testing.T) {
	t.Parallel()
	for _, pin := range []string{"", "123", strings.Repeat("x", 129)} {
		if _, err := Hash(pin); err == nil {
			t.Errorf("a secret of %d bytes was hashed", len(pin))
		}
	}
}

func FuzzParseHash(f *testing.F) {
	f.Add("$argon2id$v=19$m=7168,t=5,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=1,t=1,p=1$$")
	f.Add("$$$$$")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := parseHash(s)
		if err == nil && (h.memory > 64*1024 || h.time > 10 || h.lanes == 0) {
			t.Errorf("took a hash of cost %d KiB, %d passes", h.memory, h.time)
		}
	})
}
