package sqlite

import (
	"os"
	"path/filepath"
	"testing"

	"balcao/internal/salvage"
)

// FuzzUnfinished looks at anything that a power cut may have left where the write-ahead log is.
func FuzzUnfinished(f *testing.F) {
	head := make([]byte, salvage.LogHeader+2*(salvage.FrameHeader+512))
	copy(head, []byte{0x37, 0x7f, 0x06, 0x82, 0, 0x2d, 0xe2, 0x18, 0, 0, 2, 0})
	f.Add(head)
	f.Add(head[:40])
	f.Add([]byte{})
	path := filepath.Join(f.TempDir(), "a.db-wal")
	f.Fuzz(func(t *testing.T, raw []byte) {
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		frames, err := unfinished(path)
		if err != nil || frames < 0 || frames > len(raw)/salvage.FrameHeader+1 {
			t.Errorf("%d frames in %d bytes, %v", frames, len(raw), err)
		}
	})
}
