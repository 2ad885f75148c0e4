package screen

import (
	"html/template"

	"balcao/kiosk/flow"
)

// firstFrame is the screen «Um momento…» as the page brings it with it: it
// stands on the glass as soon as the sheets are there, before any script. The
// page's program draws its own over it; until it has, the page proves no life.
func firstFrame() string {
	w := flow.Away()["pt"]
	return `<div class="page s-starting first"><header class="top"><div class="top-row"><span class="mark"></span><p class="branch"><b>Balcão</b></p></div>` +
		`<div class="title"><div><h1 tabindex="-1">` + template.HTMLEscapeString(w["moment"]) + `</h1><p class="sub">` + template.HTMLEscapeString(w["sub"]) + `</p></div></div></header><main></main></div>`
}
