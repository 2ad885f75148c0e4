package store

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// FuzzReadGuard reads anything that a power cut may have left of the guard file: what cannot be read says nothing.
func FuzzReadGuard(f *testing.F) {
	f.Add([]byte(`{"epoch":7,"seq":9,"start":"ab","before":"cd"}`))
	f.Add([]byte(`{"epoch":7,"seq":9,"sta`))
	f.Add([]byte{0, 0, 0})
	path := filepath.Join(f.TempDir(), "node.db")
	f.Fuzz(func(t *testing.T, raw []byte) {
		if err := os.WriteFile(guardOf(path), raw, 0o600); err != nil {
			t.Fatal(err)
		}
		g := readGuard(path)
		if !reflect.DeepEqual(g, guard{}) && len(raw) < 2 {
			t.Errorf("%q says %+v", raw, g)
		}
	})
}
