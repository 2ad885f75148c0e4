package web

import (
	"net/http"

	"balcao/internal/wire"
)

// boardView is what the callboard's script shows. It holds no personal data: numbers, counters and waits.
type boardView struct {
	Board  wire.Board `json:"board"`
	Zone   string     `json:"zone"`
	Notice string     `json:"notice,omitempty"`
}

// board paints the callboard. Its time is that of the last entry, so that a Day that stands still paints the same;
// waits are those of now.
func (p painter) board() boardView {
	v := boardView{Board: p.w.cfg.Branch().Board(p.d, p.w.cfg.Waits, p.w.cfg.Epoch, p.at), Zone: p.w.cfg.Branch().Zone}
	v.Board.AtMS = milli(p.d.Last())
	if out := p.soldOut(nil); len(out) > 0 {
		v.Notice = "Senhas esgotadas hoje: " + list(out) + "."
	}
	return v
}

// callboard is GET /painel: the callboard for a plain television.
func (w *Web) callboard(rw http.ResponseWriter, _ *http.Request, _ visitor) {
	w.bare(rw, "Painel", "callboard.html", []string{"callboard.css"}, []string{lookScript("callboard.js")})
}
