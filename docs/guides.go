// Package docs holds the guides that the programs' own pages open, with their pictures: what somebody at a counter
// or at headquarters reads is what stands beside the code.
package docs

import (
	"embed"
	"image/png"
)

// Guides is the guides in Portuguese, as Markdown, and their pictures.
//
//go:embed guia-balcao.md guia-coordenacao.md guia-sede.md pictures/guia
var Guides embed.FS

// PictureSize is the width and the height of a guide's picture in pixels; both are zero where there is none of that name.
func PictureSize(name string) (width, height int) {
	f, err := Guides.Open("pictures/guia/" + name)
	if err != nil {
		return 0, 0
	}
	defer func() { _ = f.Close() }() // it was only read
	c, err := png.DecodeConfig(f)
	if err != nil {
		return 0, 0
	}
	return c.Width, c.Height
}
