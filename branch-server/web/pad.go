package web

import (
	"fmt"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"balcao/internal/branch"
	"balcao/internal/queue"
)

// padSheet is a pad for the printer.
type padSheet struct {
	Branch, Name, Body, Place, Range string
	Numbers                          []string
}

func sheetOf(b *branch.Branch, pad queue.Pad) padSheet {
	div, _ := b.Division(string(pad.Division))
	body, _ := b.Body(queue.BodyID(div.Body))
	sheet := padSheet{
		Branch: b.Name, Name: padTitle(b, pad.Division), Body: body.Name.In("pt"), Place: div.Place, Range: padRange(div.Prefix, pad),
	}
	for n := pad.First; n <= pad.Last; n++ {
		sheet.Numbers = append(sheet.Numbers, queue.Number{Prefix: div.Prefix, N: n}.String())
	}
	return sheet
}

// padPage is GET /blocos/{division}/{first}: a pad for A4 paper, tickets to cut and a list to note on what was served.
func (w *Web) padPage(rw http.ResponseWriter, r *http.Request, v visitor) {
	first, _ := strconv.Atoi(r.PathValue("first"))
	division := queue.DivisionID(r.PathValue("division"))
	var pads []queue.Pad
	if err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, _ time.Time) { pads = d.Pads() }); err != nil {
		w.fault(rw, r, err)
		return
	}
	b := w.cfg.Branch()
	i := slices.IndexFunc(pads, func(p queue.Pad) bool { return p.Division == division && p.First == first })
	if _, known := b.Division(string(division)); i < 0 || !known {
		w.notFound(rw, r)
		return
	}
	sheet := sheetOf(b, pads[i])
	w.show(rw, http.StatusOK, v, page{
		Title: "Bloco " + sheet.Range, Tab: "fecho", Template: "pad.html", Data: sheet, Styles: []string{"pad.css"}, Modules: []string{"print.js"},
	})
}

// WritePad writes a pad as one page of HTML that needs nothing beside it, to be printed on A4.
func WritePad(out io.Writer, b *branch.Branch, pad queue.Pad) error {
	style, err := files.ReadFile("pages/pad.css")
	if err != nil {
		return fmt.Errorf("read the style of a pad: %w", err)
	}
	return templates.ExecuteTemplate(out, "pad-file.html", map[string]any{
		"Style": template.CSS(style), //nolint:gosec // a file of the program
		"Sheet": sheetOf(b, pad),
	})
}
