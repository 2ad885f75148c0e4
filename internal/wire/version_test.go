package wire

import (
	"os"
	"testing"
)

func TestTheHighestVersionInCommonIsFoundOrNone(t *testing.T) {
	for _, c := range []struct {
		parent, node Versions
		version      int
		refused      Refusal
	}{
		{Versions{1, 2}, Versions{1, 2}, 2, ""},
		{Versions{1, 2}, Versions{1, 1}, 1, ""},
		{Versions{1, 1}, Versions{1, 2}, 1, ""},
		{Versions{2, 4}, Versions{3, 9}, 4, ""},
		{Versions{1, 2}, Versions{}, 1, ""}, // who says nothing speaks the first
		{Versions{}, Versions{1, 2}, 1, ""},
		{Versions{2, 3}, Versions{}, 0, RefusedOld},
		{Versions{2, 3}, Versions{1, 1}, 0, RefusedOld},
		{Versions{1, 2}, Versions{3, 4}, 0, RefusedNew},
	} {
		if v, r := c.parent.Meet(c.node); v != c.version || r != c.refused {
			t.Errorf("%v meets %v: %d %q, want %d %q", c.parent, c.node, v, r, c.version, c.refused)
		}
	}
}

func TestWhatIsSpokenIsAtLeastTwoVersions(t *testing.T) {
	if s := Spoken(); s.Max-s.Min < 1 || s.Min < 1 {
		t.Errorf("this program speaks %v: nodes and parents are not replaced in one moment", s)
	}
}

func TestHellosAndAcknowledgementsSayTheirVersions(t *testing.T) {
	read := func(name string) []byte {
		raw, err := os.ReadFile("testdata/v1/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	if h, err := Decode[HelloMessage](read("hello-two.json")); err != nil || h.Versions() != (Versions{1, 2}) {
		t.Errorf("hello: %v, %v", h.Versions(), err)
	}
	if a, err := Decode[Ack](read("ack.json")); err != nil || a.Protocol != 0 || a.Versions() != (Versions{}) || a.Refused != "" {
		t.Errorf("acknowledgement of the first version: %+v, %v", a, err)
	}
	if a, err := Decode[Ack](read("ack-agreed.json")); err != nil || a.Protocol != 2 || a.Versions() != (Versions{1, 2}) {
		t.Errorf("acknowledgement of the second: %+v, %v", a, err)
	}
	if a, err := Decode[Ack](read("ack-refused.json")); err != nil || a.Refused != RefusedOld || !a.Quarantined || a.Versions() != (Versions{3, 4}) {
		t.Errorf("refusal: %+v, %v", a, err)
	}
	for _, bad := range []string{`{"e":1,"f":1,"l":0,"pmin":2,"pmax":1}`, `{"e":1,"f":1,"l":0,"pmin":-1,"pmax":1}`, `{"e":1,"f":1,"l":0,"pmin":0,"pmax":2}`} {
		if _, err := Decode[HelloMessage]([]byte(bad)); err == nil {
			t.Errorf("a hello of %s was read", bad)
		}
	}
}
