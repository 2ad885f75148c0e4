// Package powercut cuts the power of a database. It records what SQLite writes to its files and when it has it synced,
// while a program works; then it makes the files as a disk may hold them if the power had gone at any moment: what was
// synced is there, and of what was not each write is there, or not, or in part.
package powercut

/*
#include <stdlib.h>
#include "vfs.h"
*/
import "C"

import (
	"fmt"
	"path/filepath"
	"unsafe"

	_ "balcao/internal/sqlite" // links SQLite
)

// Recording is what is recorded now. There is one at a time in a program.
type Recording struct{ dir string }

// Record begins to record every database that is opened below a folder from now on.
func Record(dir string) (*Recording, error) {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, fmt.Errorf("record databases: %w", err)
	}
	below := C.CString(dir + string(filepath.Separator))
	defer C.free(unsafe.Pointer(below))
	if rc := C.powercut_begin(below); rc != 0 {
		return nil, fmt.Errorf("record databases below %s: SQLite says %d", dir, int(rc))
	}
	return &Recording{dir: dir}, nil
}

// Mark notes that somebody was just told that everything up to n is on disk.
func (*Recording) Mark(n uint64) { C.powercut_mark(C.longlong(n)) }

// End ends the recording; the databases are to be closed before. Later ones are opened as usual.
func (r *Recording) End() (Tape, error) {
	var steps *C.step
	var count C.longlong
	rc := C.powercut_end(&steps, &count)
	defer C.powercut_free(steps, count)
	if rc != 0 {
		return Tape{}, fmt.Errorf("end a recording: SQLite says %d", int(rc))
	}
	t := Tape{dir: r.dir}
	for _, s := range unsafe.Slice(steps, int(count)) {
		one := step{kind: kind(s.kind), at: int64(s.at)}
		if s.path != nil {
			one.file = filepath.Base(C.GoString(s.path))
		}
		if s.size > 0 {
			one.data = C.GoBytes(unsafe.Pointer(s.data), C.int(s.size))
		}
		t.steps = append(t.steps, one)
	}
	return t, nil
}
