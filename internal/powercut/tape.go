package powercut

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

// kind is what a step did; the numbers are those of vfs.h.
type kind int

const (
	write kind = iota + 1
	truncate
	synced
	remove
	mark
)

// step is one thing that was done to a file of the folder.
type step struct {
	kind kind
	file string
	at   int64 // offset, new length, or what a mark says
	data []byte
}

// Tape is what was recorded, in order.
type Tape struct {
	dir   string
	steps []step
}

// Len returns how many moments there are at which the power can go: after so many steps.
func (t Tape) Len() int { return len(t.steps) }

// Writes returns how many writes are on the tape, and how many syncs.
func (t Tape) Writes() (writes, syncs int) {
	for _, s := range t.steps {
		switch s.kind {
		case write, truncate:
			writes++
		case synced:
			syncs++
		case remove, mark:
		}
	}
	return writes, syncs
}

// Unsynced returns the tape as it would be on a disk that says that it has synced and has not.
func (t Tape) Unsynced() Tape { return t.Lying(0) }

// Lying returns the tape as it would be on a disk that, from a moment on, says that it has synced and has not.
func (t Tape) Lying(from int) Tape {
	honest := slices.Clone(t.steps)
	for i := from; i < len(honest); i++ {
		if honest[i].kind == synced {
			honest[i] = step{kind: mark} // nothing
		}
	}
	t.steps = honest
	return t
}

// Disk is what the files are made of while a tape is followed.
type Disk struct {
	tape  Tape
	next  int
	told  uint64
	files map[string]*image
}

// image is one file: what is surely on disk, and what was written since.
type image struct {
	sure    []byte
	exists  bool // surely
	gone    bool // removed, but perhaps not in the folder on disk
	pending []step
}

// Follow returns a disk on which nothing has happened.
func (t Tape) Follow() *Disk { return &Disk{tape: t, files: map[string]*image{}} }

// To lets everything happen up to a moment, which is not before the last one. It returns the latest mark.
func (d *Disk) To(moment int) uint64 {
	for ; d.next < moment; d.next++ {
		d.apply(d.tape.steps[d.next])
	}
	return d.told
}

func (d *Disk) apply(s step) {
	if s.kind == mark {
		d.told = max(d.told, uint64(s.at))
		return
	}
	f := d.files[s.file]
	if f == nil || f.gone && s.kind != remove {
		f = &image{}
		d.files[s.file] = f
	}
	switch s.kind {
	case write, truncate:
		f.pending = append(f.pending, s)
	case synced:
		for _, p := range f.pending {
			f.sure = p.on(f.sure)
		}
		if !f.exists { // a new file is synced with its folder
			d.settle()
		}
		f.pending, f.exists = nil, true
	case remove:
		if f.gone = true; s.at != 0 { // with its folder
			d.settle()
		}
	case mark:
	}
}

// settle has the folder say what was removed.
func (d *Disk) settle() {
	for name, f := range d.files {
		if f.gone {
			delete(d.files, name)
		}
	}
}

// on does a step to a file's content.
func (s step) on(b []byte) []byte {
	if s.kind == truncate {
		return sized(b, s.at)
	}
	if end := s.at + int64(len(s.data)); int64(len(b)) < end {
		b = sized(b, end)
	}
	copy(b[s.at:], s.data)
	return b
}

func sized(b []byte, n int64) []byte {
	if int64(len(b)) >= n {
		return b[:n]
	}
	return append(b, make([]byte, n-int64(len(b)))...)
}

// sector is what a disk writes whole or not at all.
const sector = 512

// Manners in which a disk ends: each write that was not synced is lost, is there, or is as the dice say.
const (
	allLost = iota
	allThere
	asItComes
	manners
)

// Cut writes the files into a folder as the disk may hold them if the power goes now.
func (d *Disk) Cut(dice *rand.Rand, to string) error {
	manner := dice.IntN(manners)
	for _, name := range slices.Sorted(maps.Keys(d.files)) {
		f := d.files[name]
		if f.gone && (manner == allThere || dice.IntN(2) == 0) {
			continue
		}
		if !f.exists && (manner == allLost || manner == asItComes && dice.IntN(2) == 0) {
			continue // its name was not in the folder yet
		}
		b := append([]byte(nil), f.sure...)
		for _, p := range f.pending {
			switch manner {
			case allThere:
				b = p.on(b)
			case asItComes:
				b = torn(p, b, dice)
			}
		}
		if err := os.WriteFile(filepath.Join(to, name), b, 0o600); err != nil {
			return fmt.Errorf("cut the power: %w", err)
		}
	}
	return nil
}

// torn does a step as a disk may that lost its power: whole, not at all, or some sectors of it.
func torn(s step, b []byte, dice *rand.Rand) []byte {
	switch dice.IntN(3) {
	case 0:
		return b
	case 1:
		return s.on(b)
	}
	if s.kind == truncate {
		return b
	}
	for from := 0; from < len(s.data); {
		// Sectors are those of the file, not of the write.
		size := min(len(s.data)-from, sector-int(s.at+int64(from))%sector)
		if dice.IntN(2) == 0 {
			b = step{kind: write, at: s.at + int64(from), data: s.data[from : from+size]}.on(b)
		}
		from += size
	}
	return b
}
