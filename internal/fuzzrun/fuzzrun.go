// Package fuzzrun drives the bodies of fuzz tests over very many inputs.
//
// The fuzzing engine of Go looks for inputs that reach new code, at some ten
// thousand a second and core. What it found is kept in testdata/fuzz, and this
// package then goes over the neighbourhood of all that a hundred times as
// fast, in one process: it changes the kept inputs at random, counts what it
// ran, and bounds what one input may make the program allocate.
package fuzzrun

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Most is what one input of a card may make the program allocate, in bytes.
const Most = 1 << 20

// Target is a fuzz test as Run drives it.
type Target struct {
	// Name is that of the fuzz test; inputs are kept below testdata/fuzz/Name.
	Name string
	// Weight says how large a share of all inputs the target gets.
	Weight int
	// Inputs is how many slices of bytes the body takes.
	Inputs int
	// Seeds are inputs beside the kept ones.
	Seeds [][][]byte
	// Body is the fuzz test; it may change its input.
	Body func(t *testing.T, input [][]byte)
}

// batch is how many inputs pass between two looks at the memory. All of them
// together stay below Most, as long as each does by far.
const batch = 16

// Run gives the targets count inputs in all and logs how many each had. It
// fails on what a body says, on a panic, which leaves its input in
// testdata/fuzz, and on an input for which more than Most is allocated.
func Run(t *testing.T, count int, targets ...Target) {
	t.Helper()
	weights := 0
	for _, target := range targets {
		weights += target.Weight
	}
	for _, target := range targets {
		n := count / weights * target.Weight
		t.Run(target.Name, func(t *testing.T) {
			r := &runner{Target: target, t: t, random: rand.New(rand.NewPCG(uint64(count), uint64(len(target.Name))))}
			r.seeds(t)
			r.run(n)
			t.Logf("%d executions from %d seeds, at most %d bytes allocated for %d of them", r.done, len(r.corpus), r.most, batch)
		})
	}
}

// Count is how many inputs a test is to run: the short form, or its percentage
// of what BALCAO_FUZZ_EXECS asks of all tests together.
func Count(t *testing.T, short, percent int) int {
	t.Helper()
	asked := os.Getenv("BALCAO_FUZZ_EXECS")
	if asked == "" {
		return short
	}
	n, err := strconv.Atoi(asked)
	if err != nil || n < 1 {
		t.Fatalf("BALCAO_FUZZ_EXECS=%q is not a number of executions", asked)
	}
	return n / 100 * percent
}

type runner struct {
	Target

	t      *testing.T
	random *rand.Rand
	corpus [][][]byte
	done   int
	most   uint64
}

func (r *runner) run(n int) {
	inputs := make([][][]byte, batch)
	var before, after [1]metrics.Sample
	before[0].Name, after[0].Name = "/gc/heap/allocs:bytes", "/gc/heap/allocs:bytes"
	for r.done < n && !r.t.Failed() {
		for i := range inputs {
			inputs[i] = r.input()
		}
		metrics.Read(before[:])
		for _, input := range inputs {
			if r.one(input); r.t.Failed() {
				return
			}
		}
		metrics.Read(after[:])
		used := after[0].Value.Uint64() - before[0].Value.Uint64()
		r.most = max(r.most, used)
		if used > Most {
			r.accuse(inputs)
		}
	}
}

// accuse runs a batch that allocated much again, one input at a time.
func (r *runner) accuse(inputs [][][]byte) {
	var before, after [1]metrics.Sample
	before[0].Name, after[0].Name = "/gc/heap/allocs:bytes", "/gc/heap/allocs:bytes"
	for _, input := range inputs {
		metrics.Read(before[:])
		r.one(input)
		metrics.Read(after[:])
		if used := after[0].Value.Uint64() - before[0].Value.Uint64(); used > Most {
			r.t.Errorf("%d bytes allocated for %s", used, r.keep(input))
		}
	}
}

// one runs the body on one input, and keeps the input if it fails.
func (r *runner) one(input [][]byte) {
	copies := make([][]byte, len(input))
	for i := range input {
		copies[i] = slices.Clone(input[i])
	}
	defer func() {
		if p := recover(); p != nil {
			r.t.Errorf("panic: %v, on %s", p, r.keep(input))
		}
	}()
	r.Body(r.t, copies)
	r.done++
	if r.t.Failed() {
		r.t.Logf("the input is %s", r.keep(input))
	}
}

// keep writes an input as the fuzzing engine does, so that plain go test runs
// it from now on.
func (r *runner) keep(input [][]byte) string {
	var lines strings.Builder
	lines.WriteString("go test fuzz v1\n")
	for _, b := range input {
		fmt.Fprintf(&lines, "[]byte(%q)\n", b)
	}
	text := lines.String()
	dir := filepath.Join("testdata", "fuzz", r.Name)
	name := filepath.Join(dir, fmt.Sprintf("found-%d", r.done))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return text
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		return text
	}
	return name
}

// seeds collects what the target names and what is kept.
func (r *runner) seeds(t *testing.T) {
	r.corpus = slices.Clone(r.Seeds)
	files, err := filepath.Glob(filepath.Join("testdata", "fuzz", r.Name, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		input, err := Parse(string(text))
		if err != nil || len(input) != r.Inputs {
			t.Fatalf("%s: %d inputs, %v; want %d", file, len(input), err, r.Inputs)
		}
		r.corpus = append(r.corpus, input)
	}
	if len(r.corpus) == 0 {
		r.corpus = [][][]byte{make([][]byte, r.Inputs)}
	}
}

// Parse reads an input of the fuzzing engine that consists of strings and
// slices of bytes.
func Parse(text string) ([][]byte, error) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if lines[0] != "go test fuzz v1" {
		return nil, fmt.Errorf("first line %q: %w", lines[0], strconv.ErrSyntax)
	}
	var input [][]byte
	for _, line := range lines[1:] {
		quoted, ok := strings.CutPrefix(line, "[]byte(")
		if !ok {
			quoted, ok = strings.CutPrefix(line, "string(")
		}
		value, err := strconv.Unquote(strings.TrimSuffix(quoted, ")"))
		if err != nil || !ok {
			return nil, fmt.Errorf("line %.40q: %w", line, strconv.ErrSyntax)
		}
		input = append(input, []byte(value))
	}
	return input, nil
}

// longest bounds an input.
const longest = 16 << 10

// input makes a new input of a kept one.
func (r *runner) input() [][]byte {
	seed := r.corpus[r.random.IntN(len(r.corpus))]
	out := make([][]byte, r.Inputs)
	for i := range out {
		out[i] = slices.Clone(seed[i])
	}
	for range 1 + r.random.IntN(4) {
		i := r.random.IntN(len(out))
		out[i] = r.change(out[i], i)
		out[i] = out[i][:min(len(out[i]), longest)]
	}
	return out
}

// odd are bytes on which parsers of cards turn: lengths, tags, status words.
var odd = [...]byte{0x00, 0x01, 0x7F, 0x80, 0x81, 0x82, 0x83, 0x84, 0xFF, 0x90, 0x61, 0x6C, 0x6D, 0x77, 0x30, 0x1F, 0xC3, '\n', '-'}

// change makes one change to the which-th slice of an input.
func (r *runner) change(b []byte, which int) []byte {
	if len(b) == 0 {
		return append(b, byte(r.random.Uint32()))
	}
	at := r.random.IntN(len(b))
	switch r.random.IntN(9) {
	case 0:
		b[at] ^= 1 << r.random.IntN(8)
	case 1:
		b[at] = byte(r.random.Uint32())
	case 2:
		b[at] = odd[r.random.IntN(len(odd))]
	case 3:
		b[at] += byte(r.random.IntN(9)) - 4
	case 4:
		b = slices.Delete(b, at, min(len(b), at+1+r.random.IntN(8)))
	case 5:
		b = slices.Insert(b, at, odd[r.random.IntN(len(odd))], byte(r.random.Uint32()))
	case 6: // a piece again
		b = slices.Insert(b, at, slices.Clone(b[at:min(len(b), at+1+r.random.IntN(32))])...)
	case 7: // what follows comes from another one
		other := r.corpus[r.random.IntN(len(r.corpus))][which]
		if len(other) > 0 {
			b = append(b[:at:at], other[r.random.IntN(len(other)):]...)
		}
	default: // a length that lies
		if at+2 <= len(b) {
			binary.BigEndian.PutUint16(b[at:], uint16(r.random.Uint32()))
		}
	}
	return b
}
