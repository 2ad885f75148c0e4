package citizen_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"balcao/internal/citizen"
	"balcao/internal/fuzzrun"
)

func handover(t testing.TB) (citizen.DayKey, citizen.Asker) {
	t.Helper()
	key, err := citizen.NewDayKey(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	asker, err := citizen.NewAsker(bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return key, asker
}

func TestAKeyIsHandedToWhoAskedAndToNobodyElse(t *testing.T) {
	key, asker := handover(t)
	h, err := key.HandOver(asker.Public(), bytes.Repeat([]byte{11}, 32), "L901 2026-11-23 L901-K01")
	if err != nil {
		t.Fatal(err)
	}
	got, err := asker.Open(h, "L901 2026-11-23 L901-K01")
	if err != nil {
		t.Fatal(err)
	}
	mine, err := key.CodeDigest("7K3M9P")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := got.CodeDigest("7K3M9P")
	if err != nil || !mine.Equal(theirs) {
		t.Errorf("the key that arrived is another one: %v", err)
	}
	if _, err := asker.Open(h, "L901 2026-11-24 L901-K01"); !errors.Is(err, citizen.ErrHandover) {
		t.Errorf("opened for another day: %v", err)
	}
	stranger, err := citizen.NewAsker(bytes.Repeat([]byte{10}, 32))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stranger.Open(h, "L901 2026-11-23 L901-K01"); !errors.Is(err, citizen.ErrHandover) {
		t.Errorf("a stranger opened it: %v", err)
	}
	if bytes.Contains(h.Sealed, bytes.Repeat([]byte{7}, 8)) || fmt.Sprintf("%v %+v", asker, asker) != "[asker] [asker]" {
		t.Error("a secret shows itself")
	}
}

func TestACodesDigestIsNoDocuments(t *testing.T) {
	key, _ := handover(t)
	n, err := citizen.ParseDocumentNumber([]byte("000000000ZZ4"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := key.Digest(n)
	if err != nil {
		t.Fatal(err)
	}
	b, err := key.CodeDigest("000000000ZZ4")
	if err != nil || a.Equal(b) {
		t.Errorf("a code is taken for a document: %v", err)
	}
	key.Wipe()
	if _, err := key.CodeDigest("7K3M9P"); !errors.Is(err, citizen.ErrKey) {
		t.Errorf("a wiped key digests: %v", err)
	}
}

// sealed is what a kiosk may be sent: a key handed over, nothing, and the point of order one.
func sealed(t testing.TB) (seeds [][][]byte, open func(t *testing.T, public, sealed []byte)) {
	t.Helper()
	key, asker := handover(t)
	h, err := key.HandOver(asker.Public(), bytes.Repeat([]byte{11}, 32), "p")
	if err != nil {
		t.Fatal(err)
	}
	seeds = [][][]byte{{h.Public, h.Sealed}, {nil, nil}, {make([]byte, 32), make([]byte, 48)}}
	return seeds, func(t *testing.T, public, sealed []byte) {
		if _, err := key.HandOver(public, bytes.Repeat([]byte{11}, 32), "p"); err != nil && !errors.Is(err, citizen.ErrHandover) {
			t.Fatalf("hand over to %x: %v", public, err)
		}
		got, err := asker.Open(citizen.Handover{Public: public, Sealed: sealed}, "p")
		if err == nil && !bytes.Equal(sealed, h.Sealed) {
			t.Fatalf("opened what was never sealed: %v", got)
		}
		if err != nil && !errors.Is(err, citizen.ErrHandover) {
			t.Fatal(err)
		}
	}
}

func FuzzHandover(f *testing.F) {
	seeds, open := sealed(f)
	for _, s := range seeds {
		f.Add(s[0], s[1])
	}
	f.Fuzz(open)
}

func TestHandoversSurviveManyInputs(t *testing.T) {
	seeds, open := sealed(t)
	fuzzrun.Run(t, fuzzrun.Count(t, 500, 1), fuzzrun.Target{
		Name: "FuzzHandover", Weight: 1, Inputs: 2, Seeds: seeds,
		Body: func(t *testing.T, in [][]byte) { open(t, in[0], in[1]) },
	})
}
