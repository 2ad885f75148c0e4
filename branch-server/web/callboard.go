package web

import (
	"net/http"
	"net/url"
	"slices"

	"balcao/internal/branch"
	"balcao/internal/wire"
)

// boardView is what the callboard's script shows. It holds no personal data: numbers, counters and waits.
type boardView struct {
	Board  wire.Board `json:"board"`
	Zone   string     `json:"zone"` // time zone
	Place  string     `json:"place,omitempty"`
	Notice string     `json:"notice,omitempty"`
}

// board paints the callboard of a zone; the empty zone is all of it. Its time is that of the last entry, so that a Day
// that stands still paints the same; waits are those of now.
func (p painter) board(zone string) boardView {
	var notes []wire.BoardNote
	for _, m := range p.w.cfg.Messages.All() {
		n := wire.BoardNote{Text: m.Text, UntilMS: milli(m.Until)}
		if m.Zone != "" {
			n.Zones = []string{m.Zone}
		}
		notes = append(notes, n)
	}
	whole := p.w.cfg.Branch().Board(p.d, p.w.cfg.Waits, notes, p.w.cfg.Epoch, p.at)
	whole.AtMS = milli(p.d.Last())
	v := boardView{Board: whole.In(zone), Zone: p.w.cfg.Branch().Zone}
	z, known := whole.Zone(zone)
	v.Board.Zones = nil
	if known {
		v.Place, v.Board.Zones = z.Name, []wire.BoardZone{z}
		p.w.cfg.Videos.Fill(v.Board.Zones)
	}
	if out := p.soldOut(nil); len(out) > 0 {
		v.Notice = "Senhas esgotadas hoje: " + list(out) + "."
	}
	return v
}

// callboard is GET /painel: the callboard for a plain television, of the zone that ?zona= names.
func (w *Web) callboard(rw http.ResponseWriter, r *http.Request, v visitor) {
	zone := r.URL.Query().Get("zona")
	if !w.hasZone(zone) {
		links := []linkData{{"/painel", "Todas as chamadas"}}
		for _, k := range w.cfg.Branch().Callboards {
			links = append(links, linkData{"/painel?zona=" + url.QueryEscape(k.ID), k.Name})
		}
		w.show(rw, http.StatusNotFound, v, page{Title: "Painel desconhecido", Template: "notice.html", Data: noticeData{
			Kind: "stale", Icon: "b-stale", Title: "Não há nenhum painel com esse nome", Text: "Escolha um dos painéis desta loja.", Links: links,
		}})
		return
	}
	events := "/events?view=board"
	if zone != "" {
		events += "&zona=" + url.QueryEscape(zone)
	}
	w.write(rw, http.StatusOK, "Painel", "callboard.html", boardPageOf(events, r.URL.Query()), []string{"callboard.css"}, []string{"/painel/ecra.css?" + r.URL.RawQuery}, []string{lookScript("callboard.js")})
}

// hasZone reports whether a callboard of that name exists; the empty name is the whole board.
func (w *Web) hasZone(zone string) bool {
	return zone == "" || slices.ContainsFunc(w.cfg.Branch().Callboards, func(k branch.Callboard) bool { return k.ID == zone })
}
