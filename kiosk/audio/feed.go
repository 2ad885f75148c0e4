package audio

import (
	"crypto/sha256"
	"encoding/hex"
	"sync/atomic"
)

// clip is one call on its way to the device.
type clip struct {
	pcm []byte
	// handed is what the device was really given, written beside the copy to
	// the device and read only after finished has fired.
	handed   []byte
	pos      int
	started  chan struct{}
	finished chan struct{}
}

func newClip(pcm []byte) *clip {
	return &clip{
		pcm:    pcm,
		handed: make([]byte, len(pcm)),
		// Room for the one signal each, so that the device's thread never waits.
		started:  make(chan struct{}, 1),
		finished: make(chan struct{}, 1),
	}
}

// hash is the SHA-256 of what the device was given.
func (c *clip) hash() string {
	sum := sha256.Sum256(c.handed)
	return hex.EncodeToString(sum[:])
}

// feed passes clips to the device's thread. The Player's goroutine puts, the
// device's thread fills; a new device gets a new feed, so that a thread that
// is slow to die cannot touch a clip of its successor.
type feed struct {
	next  atomic.Pointer[clip]
	beats atomic.Uint64 // how often the device asked
	cur   *clip         // owned by the device's thread
}

// fill is the device's callback: it copies what there is and silences the
// rest. It takes no lock, allocates nothing and never waits.
func (f *feed) fill(out []byte) {
	f.beats.Add(1)
	n := 0
	for n < len(out) {
		if f.cur == nil {
			if f.cur = f.next.Swap(nil); f.cur == nil {
				break
			}
			f.cur.started <- struct{}{}
		}
		c := f.cur
		m := copy(out[n:], c.pcm[c.pos:])
		copy(c.handed[c.pos:], out[n:n+m])
		c.pos += m
		n += m
		if c.pos == len(c.pcm) {
			f.cur = nil
			c.finished <- struct{}{}
		}
	}
	clear(out[n:])
}
