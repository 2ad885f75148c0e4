package screen

import (
	"bytes"
	"io/fs"
)

// touchSheets are the sheets of the touch face in the order in which they hold: what comes later wins. Each has one idea,
// and the comment at its head says which.
var touchSheets = []string{
	"scale", "frame", "header", "notices", "message", "choices", "wide", "tools", "slip", "warning",
	"large", "low", "booking", "calm", "closed", "mirror", "several", "search", "sign", "easy", "together", "ear", "tight",
}

// touchSheet is all of them as one answer, so that a kiosk's browser asks once.
func touchSheet() ([]byte, error) {
	var all bytes.Buffer
	for _, name := range touchSheets {
		b, err := fs.ReadFile(pages, "pages/touch/"+name+".css")
		if err != nil {
			return nil, err //nolint:wrapcheck // names the file
		}
		all.Write(b)
	}
	return all.Bytes(), nil
}
