package pace

import (
	"bytes"
	"testing"

	"balcao/internal/citizen"
	"balcao/internal/fuzzrun"
)

// fileSeeds are files as a card gives them, piece by piece: each answer after its length.
func fileSeeds() [][]byte {
	token := append([]byte{0x6D, 0x12, 0xC0, 0x10}, bytes.Repeat([]byte{0x4D}, 16)...)
	pieces := func(head []byte, more ...[]byte) (b []byte) {
		for _, piece := range append([][]byte{nil, head}, more...) { // nil: what the file's selection answers
			b = append(append(append(b, byte(len(piece)+2)), piece...), 0x90, 0x00)
		}
		return b
	}
	return [][]byte{
		pieces(token[:4], token[4:]),
		pieces([]byte{0x6D, 0x81, 0x80, 0}, make([]byte, 127)),
		pieces([]byte{0x6D, 0x82, 0x01, 0x00}, make([]byte, MostRead), make([]byte, 260-4-MostRead)),
		pieces([]byte{0x6D, 0x82, 0xFF, 0xFF}),
	}
}

func FuzzReadFile(f *testing.F) {
	for _, b := range fileSeeds() {
		f.Add(b)
	}
	f.Fuzz(fuzzFile)
}

// fuzzFile reads a file of a card that says what it likes, and the token in it, as behind a channel whose keys the card has.
func fuzzFile(t *testing.T, b []byte) {
	commands := 0
	over := transmitter(func() []byte {
		if commands++; commands > mostTokenFile+3 {
			t.Fatal("a file that never ends")
		}
		if len(b) == 0 {
			return []byte{0x6B, 0x00}
		}
		n := min(int(b[0]), len(b)-1)
		answer := bytes.Clone(b[1 : 1+n])
		b = b[1+n:]
		return answer
	})
	file, err := readFile(t.Context(), over, fileToken[:], 0x6D)
	if (err == nil) != (file != nil) || len(file) > mostTokenFile {
		t.Errorf("%d bytes, %v", len(file), err)
	}
	body, _, _ := cutObject(file, 0x6D)
	value, _, _ := cutObject(body, 0xC0)
	if token, err := citizen.TokenOf(value); (err == nil) == token.Zero() {
		t.Errorf("token of %d bytes: %v", len(value), err)
	}
}

func TestFilesSurviveManyInputs(t *testing.T) {
	var seeds [][][]byte
	for _, b := range fileSeeds() {
		seeds = append(seeds, [][]byte{b})
	}
	fuzzrun.Run(t, fuzzrun.Count(t, 2_000, 4), fuzzrun.Target{
		Name: "FuzzReadFile", Weight: 1, Inputs: 1, Seeds: seeds,
		Body: func(t *testing.T, in [][]byte) { fuzzFile(t, in[0]) },
	})
}
