package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"balcao/printers/drawn"
)

// hanFonts are where systems keep a font with Chinese letters: those of fonts-noto-cjk, fonts-droid-fallback and
// fonts-wqy-zenhei.
var hanFonts = []string{
	"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
	"/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
	"/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
}

// han reads a font with Chinese letters for slips: the one of the configuration, which must be one, else the first of
// those places that has one. Nil is none.
func (p Printer) han(places []string) ([]byte, error) {
	if p.ChineseFont != "" {
		places = []string{p.ChineseFont}
	}
	for _, place := range places {
		file, err := os.ReadFile(place)
		if errors.Is(err, fs.ErrNotExist) && p.ChineseFont == "" {
			continue
		}
		if err == nil {
			err = drawn.CheckFont(file)
		}
		if err != nil {
			return nil, fmt.Errorf("printer.chinese_font: %s: %w", place, err)
		}
		return file, nil
	}
	return nil, nil
}
