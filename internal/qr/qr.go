// Package qr draws QR codes for screens, as a path that any page can show. It
// is a door to the library that makes them; printers draw theirs themselves.
package qr

import (
	"fmt"
	"strings"

	"github.com/skip2/go-qrcode"
)

// quiet is the white around a code, in squares, without which telephones do not
// find it.
const quiet = 4

// Code is a code as a picture: the data of an SVG path in squares, and how many
// squares the picture has along its side, the white around it included.
type Code struct {
	Path string `json:"path"`
	Side int    `json:"side"`
}

// Draw makes the code for a text at error correction level M. A text that is
// too long for any code is an error.
func Draw(text string) (Code, error) {
	made, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return Code{}, fmt.Errorf("draw a QR code of %d bytes: %w", len(text), err)
	}
	made.DisableBorder = true
	var path strings.Builder
	rows := made.Bitmap()
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			from := x
			for x < len(row) && row[x] {
				x++
			}
			fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
		}
	}
	return Code{Path: path.String(), Side: len(rows) + 2*quiet}, nil
}
