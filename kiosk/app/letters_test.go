package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/font/gofont/goregular"
)

// TestAFontWithChineseIsFoundOrAskedFor: the configured one must be there and be a font; of the usual places the first
// that has one counts, and none is no fault.
func TestAFontWithChineseIsFoundOrAskedFor(t *testing.T) {
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "good.ttf"), filepath.Join(dir, "bad.ttc")
	if err := os.WriteFile(good, goregular.TTF, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bad, []byte("no font"), 0o600); err != nil {
		t.Fatal(err)
	}
	none := filepath.Join(dir, "none.ttf")
	if file, err := (Printer{}).han([]string{none, good}); err != nil || len(file) != len(goregular.TTF) {
		t.Errorf("found %d bytes, %v", len(file), err)
	}
	if file, err := (Printer{}).han([]string{none}); err != nil || file != nil {
		t.Errorf("without any: %d bytes, %v", len(file), err)
	}
	for _, path := range []string{bad, none} {
		if _, err := (Printer{ChineseFont: path}).han(nil); err == nil || !strings.Contains(err.Error(), "printer.chinese_font") || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
