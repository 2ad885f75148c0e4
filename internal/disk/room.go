// Package disk watches the room on the disk of a program's data folder. It keeps a reserve there, gives up what can be
// spared in a declared order while room gets scarce, and says how things stand, so that a full disk costs first what is
// a copy, last a ticket, and never what somebody was told.
package disk

import (
	"fmt"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Level says how much room there is, the better the smaller.
type Level int

// The levels. What is given up at each is the program's: see Step.
const (
	// Ample means that nothing has to be spared.
	Ample Level = iota
	// Scarce means that copies and caches go.
	Scarce
	// Low means that history goes that is held elsewhere.
	Low
	// Full means that the reserve is in use: what was begun is brought to its end, and nothing new is taken on.
	Full
)

// Code returns the level as health and facts name it.
func (l Level) Code() string {
	switch l {
	case Scarce:
		return "space_scarce"
	case Low:
		return "space_low"
	case Full:
		return "space_full"
	case Ample:
	}
	return "ok"
}

// How many reserves must be free, apart from the reserve itself, for each level; one to leave Full again, so that the
// reserve can be made anew without falling back at once.
const (
	ampleFrom  = 8
	scarceFrom = 3
	fullBelow  = 2 // the room is less than a reserve's half
)

// judge returns the level for so much room apart from the reserve, given the level before.
func judge(room, reserve uint64, before Level) Level {
	switch {
	case room < reserve/fullBelow, before == Full && room < reserve:
		return Full
	case room < scarceFrom*reserve:
		return Low
	case room < ampleFrom*reserve:
		return Scarce
	}
	return Ample
}

// Room is what a file system says of itself, in bytes.
type Room struct{ Free, Total uint64 }

// Of returns the room where a path lies, as a program without privileges has it.
func Of(path string) (Room, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(filepath.Clean(path), &st); err != nil {
		return Room{}, fmt.Errorf("look for room at %s: %w", path, err)
	}
	size := uint64(max(0, st.Bsize)) //nolint:gosec // not negative
	return Room{Free: st.Bavail * size, Total: st.Blocks * size}, nil
}
