package powercut

/*
#include "vfs.h"
*/
import "C"

import "time"

// Act is what a disk can fail to do.
type Act int

// The acts there are. A write that fails leaves half of itself.
const (
	Write    = Act(write)
	Truncate = Act(truncate)
	Sync     = Act(synced)
	Read     = Act(C.STEP_READ)
)

// Codes of SQLite with which its file system says that an act failed (sqlite.org/rescode.html).
const (
	codeRead     = 266  // SQLITE_IOERR_READ
	codeWrite    = 778  // SQLITE_IOERR_WRITE
	codeTruncate = 1546 // SQLITE_IOERR_TRUNCATE
	codeSync     = 1034 // SQLITE_IOERR_FSYNC
	codeFull     = 13   // SQLITE_FULL
)

func (a Act) code() int {
	switch a {
	case Sync:
		return codeSync
	case Truncate:
		return codeTruncate
	case Read:
		return codeRead
	case Write:
	}
	return codeWrite
}

// endless is a number of acts that does not end by itself.
const endless = -1

func fault(a Act, code, after, times, bit int, slow time.Duration) {
	C.powercut_fault(C.int(a), C.int(code), C.longlong(after), C.longlong(times), C.longlong(bit), C.int(slow.Milliseconds()))
}

// Fail has the act that comes after so many more of its kind fail, once, as on a disk that is breaking. Only one thing goes
// wrong at a time: what was chosen before is forgotten, here and in the methods below.
func (*Recording) Fail(a Act, after int) { fault(a, a.code(), after, 1, -1, 0) }

// FailOn is Fail for that act and all of its kind behind it, until Mend.
func (*Recording) FailOn(a Act, after int) { fault(a, a.code(), after, endless, -1, 0) }

// Fill has the write that comes after so many more find no room, once.
func (*Recording) Fill(after int) { fault(Write, codeFull, after, 1, -1, 0) }

// FillOn is Fill for that write and all behind it, until Mend.
func (*Recording) FillOn(after int) { fault(Write, codeFull, after, endless, -1, 0) }

// Flip has one bit be another in what is read after so many more reads, once: bit counts from the first byte, and round and
// round.
func (*Recording) Flip(after, bit int) { fault(Read, 0, after, 1, bit, 0) }

// Slow has every act of a kind take so much longer, until Mend.
func (*Recording) Slow(a Act, by time.Duration) { fault(a, 0, 0, endless, -1, by) }

// Mend has nothing go wrong any more.
func (*Recording) Mend() { C.powercut_mend() }

// Met returns how many acts what was chosen last has met; Mend leaves it. The zero delay of Slow counts acts and does nothing.
func (*Recording) Met() int { return int(C.powercut_met()) }
