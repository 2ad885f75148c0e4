// Package docs holds the guides that the programs' own pages open, with their pictures: what somebody at a counter
// or at headquarters reads is what stands beside the code.
package docs

import "embed"

// Guides is the guides in Portuguese, as Markdown, and their pictures.
//
//go:embed guia-balcao.md guia-coordenacao.md guia-sede.md pictures/guia
var Guides embed.FS
