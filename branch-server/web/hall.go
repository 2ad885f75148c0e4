package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"balcao/internal/glass"
	"balcao/internal/look"
)

// The silent profile: a call without a voice is looked for longer.
const (
	takeoverUsual  = 8
	takeoverSilent = 15
)

// screenOf is the television that an address describes: ?polegadas=43&metros=8&margem=3, each as people would measure it;
// what is not said is as on a screen of 55 inches read from 10 m. An upright television is told by ?ao-alto=1.
func screenOf(q url.Values) glass.Screen {
	s := glass.Hall()
	s.Distance = 10_000
	if q.Get("ao-alto") != "" {
		s.Width, s.Height = s.Height, s.Width
	}
	metres := s.Distance / 1000
	for key, into := range map[string]*float64{"polegadas": &s.Inches, "metros": &metres, "margem": &s.Margin} {
		if v, err := strconv.ParseFloat(strings.Replace(q.Get(key), ",", ".", 1), 64); err == nil {
			*into = v
		}
	}
	s.Distance = metres * 1000
	if len(s.Faults()) > 0 {
		return glass.Hall()
	}
	return s
}

// hallSheet is GET /painel/ecra.css: what the television of an address changes of the callboard's sizes.
func (w *Web) hallSheet(rw http.ResponseWriter, r *http.Request, _ visitor) {
	showing, _ := screenOf(r.URL.Query()).Showing()
	rw.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = rw.Write([]byte(look.HallSizes(showing))) // whoever asked has gone
}

// boardPage is what the page of a callboard is made of.
type boardPage struct {
	Events            string
	Takeover, Earlier int
}

// boardPageOf reads the television's address: its size, and ?silencio=1 where no voice is heard.
func boardPageOf(events string, q url.Values) boardPage {
	showing, _ := screenOf(q).Showing()
	p := boardPage{Events: events, Takeover: takeoverUsual, Earlier: showing.Earlier}
	if q.Get("silencio") != "" {
		p.Takeover = takeoverSilent
	}
	return p
}
