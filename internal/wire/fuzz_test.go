package wire_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"

	"balcao/internal/wire"
)

func bombOf(t testing.TB, size int) []byte {
	t.Helper()
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer enc.Close()
	return enc.EncodeAll(make([]byte, size), nil)
}

func seeds(f *testing.F) {
	f.Helper()
	names, err := filepath.Glob("testdata/v1/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(`{}`))
	f.Add([]byte(`null`))
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd})
}

func FuzzParseTopic(f *testing.F) {
	f.Add("balcao/1/L017-K03/up/log")
	f.Add("balcao/1/_site/board")
	f.Add("balcao/1/_host/st")
	f.Fuzz(func(t *testing.T, topic string) {
		a, err := wire.ParseTopic(topic)
		if err == nil && a.String() != topic {
			t.Errorf("%q became %q", topic, a)
		}
	})
}

func FuzzDecodeEvent(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := wire.DecodeEvent(raw)
		if err != nil {
			return
		}
		again, err := wire.EncodeEvent(e)
		if err != nil {
			return // escaping may make it longer than the limit
		}
		if _, err := wire.DecodeEvent(again); err != nil {
			t.Errorf("%s does not read back: %v", again, err)
		}
	})
}

func FuzzDecodeBatch(f *testing.F) {
	seeds(f)
	codec, err := wire.NewCodec()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		plain, err := codec.Unpack(payload)
		if err != nil {
			return
		}
		b, err := wire.DecodeBatch(plain)
		if err != nil {
			return
		}
		again, err := wire.EncodeBatch(b)
		if err != nil {
			t.Fatalf("decoded but not encoded: %v", err)
		}
		_, body, _ := bytes.Cut(plain, []byte("\n"))
		_, bodyAgain, _ := bytes.Cut(again, []byte("\n"))
		if !bytes.Equal(body, bodyAgain) {
			t.Errorf("records changed:\n%s\n%s", body, bodyAgain)
		}
	})
}

func FuzzDecodeMessages(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, payload []byte) {
		again(t, payload, wire.Decode[wire.StatusMessage])
		again(t, payload, wire.Decode[wire.HelloMessage])
		again(t, payload, wire.Decode[wire.Ack])
		again(t, payload, wire.Decode[wire.Sample])
		again(t, payload, wire.Decode[wire.Request])
		again(t, payload, wire.Decode[wire.Reply])
	})
}

func again[M wire.SessionMessage](t *testing.T, payload []byte, decode func([]byte) (M, error)) {
	t.Helper()
	m, err := decode(payload)
	if err != nil {
		return
	}
	raw, err := wire.Encode(m)
	if err != nil {
		return // escaping may make it longer than the limit
	}
	if _, err := decode(raw); err != nil {
		t.Errorf("%s does not read back: %v", raw, err)
	}
}
