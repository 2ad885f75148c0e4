package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"balcao/internal/salvage"
)

// unfinished returns how many frames of a write that was never committed stand at the end of a write-ahead log, as a
// power cut in the middle of a commit leaves them; SQLite passes over them when it opens the file. No log has none.
func unfinished(path string) (frames int, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the write-ahead log: %w", err)
	}
	defer f.Close()
	head := make([]byte, salvage.LogHeader)
	if _, err := io.ReadFull(f, head); err != nil {
		return 0, nil // too short to hold anything
	}
	sum, page, ok := salvage.Sum(head)
	if !ok {
		return 0, nil
	}
	sound := true
	frame := make([]byte, salvage.FrameHeader+page)
	for {
		n, err := io.ReadFull(f, frame)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
			return 0, fmt.Errorf("read the write-ahead log: %w", err)
		}
		if n < salvage.FrameHeader || string(frame[8:16]) != string(head[16:24]) {
			return frames, nil // the end, or frames of an earlier round
		}
		frames++
		if n < len(frame) {
			return frames, nil
		}
		sum.Add(frame[:8])
		sum.Add(frame[salvage.FrameHeader:])
		sound = sound && sum.Is(frame)
		if sound && binary.BigEndian.Uint32(frame[4:]) != 0 {
			frames = 0 // a commit: everything up to here counts
		}
	}
}
