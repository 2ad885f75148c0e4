package card

import (
	"bytes"
	"os"
	"testing"
	"time"
)

func FuzzParseObject(f *testing.F) {
	for _, name := range []string{"cc1", "cc2"} {
		good, err := os.ReadFile("testdata/object-" + name + ".der")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(good)
		f.Add(good[:len(good)/2])
	}
	f.Add([]byte{0x77, 2, 0x30, 0x80})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > maxObject {
			return
		}
		var nobody *Trust
		if v := nobody.judge(claim{object: b, group: 1, hashed: []byte("x"), now: time.Unix(0, 0)}); v.Verified() {
			t.Errorf("verdict %s", v)
		}
		o, reason := parseObject(b)
		if reason == "" && o.checkSignature() == "" && !bytes.Contains(b, o.signer.Raw) {
			t.Error("signed by a certificate that is not in it")
		}
	})
}
