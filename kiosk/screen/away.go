package screen

import (
	"encoding/json"
	"html/template"

	"balcao/internal/look"
	"balcao/kiosk/flow"
)

// awayWords is what the page says while the program is not there, as the value
// of an attribute.
func awayWords() string {
	b, err := json.Marshal(flow.Away())
	if err != nil {
		panic("strings are not written as JSON: " + err.Error())
	}
	return template.HTMLEscapeString(string(b))
}

// touchModules are the modules that the touch face always needs, so that a
// browser fetches them side by side and not one behind the other.
func touchModules() []string {
	list := []string{"/pages/parts.js", "/pages/rarely.js"}
	for _, name := range []string{"html.js", "stream.js", "command.js", "preact/preact.js", "preact/hooks.js", "preact/htm.js"} {
		list = append(list, look.Path(name))
	}
	return list
}
