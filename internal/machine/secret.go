package machine

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// NoDumps keeps the memory of this program from being written anywhere when it dies, and other programs of the same
// user from looking into it. A limit of zero alone is not enough: the kernel ignores it where dumps are handed to a
// program (core(5)).
func NoDumps() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("switch core dumps off: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("switch core dumps off: %w", err)
	}
	return nil
}

// Apart runs a task that handles secrets on a goroutine and a thread of their own, and returns when both have ended. The
// runtime keeps copies in places that nobody wipes; here it makes none: it does not interrupt the thread, which would
// save what the registers hold, and they hold pieces of whatever was copied last; it does not move the stack; and the
// stack is overwritten at the end. What the task leaves in other memory it wipes itself.
func Apart(task func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // for good: the thread ends with the goroutine
		const word = 8 * unsafe.Sizeof(unix.Sigset_t{}.Val[0])
		var set unix.Sigset_t
		for _, s := range []unix.Signal{unix.SIGURG, unix.SIGPROF} {
			set.Val[uintptr(s-1)/word] |= 1 << (uintptr(s-1) % word)
		}
		_ = unix.PthreadSigmask(unix.SIG_BLOCK, &set, nil) // cannot fail with these arguments
		firm(task)
	}()
	<-done
}

// firmStack is more than a quarter of the stack on which the task runs, so that the garbage collector does not shrink
// it, and as much again is there before it begins, so that it does not grow.
const firmStack = 96 << 10

//go:noinline
func firm(task func()) {
	var room [firmStack]byte
	deep(firmStack)
	defer deep(firmStack)
	task()
	runtime.KeepAlive(&room)
}

// deep zeroes so much of the stack below, in small steps: if it does not suffice and grows, all of the old one is zeroed
// before.
//
//go:noinline
func deep(left int) {
	var room [256]byte
	clear(room[:])
	if left > 0 {
		deep(left - len(room))
	}
	runtime.KeepAlive(&room)
}
