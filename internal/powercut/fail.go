package powercut

/*
#include "vfs.h"
*/
import "C"

// Act is what a disk can fail to do.
type Act int

// The acts there are. A write that fails leaves half of itself.
const (
	Write    = Act(write)
	Truncate = Act(truncate)
	Sync     = Act(synced)
)

// Codes of SQLite with which its file system says that an act failed (sqlite.org/rescode.html).
const (
	codeWrite    = 778  // SQLITE_IOERR_WRITE
	codeTruncate = 1546 // SQLITE_IOERR_TRUNCATE
	codeSync     = 1034 // SQLITE_IOERR_FSYNC
	codeFull     = 13   // SQLITE_FULL
)

// Fail has the act that comes after so many more of its kind fail, once, as on a disk that is breaking.
func (*Recording) Fail(a Act, after int) {
	code := codeWrite
	switch a {
	case Sync:
		code = codeSync
	case Truncate:
		code = codeTruncate
	case Write:
	}
	C.powercut_fail(C.int(a), C.int(code), C.longlong(after))
}

// Fill has the write that comes after so many more find no room, once.
func (*Recording) Fill(after int) { C.powercut_fail(C.int(Write), codeFull, C.longlong(after)) }

// Failed reports whether what Fail or Fill chose has failed.
func (*Recording) Failed() bool { return C.powercut_failed() != 0 }
