package web

import (
	"context"
	"encoding/json"
	"html/template"
	"io"
	"net/http"
	"slices"

	"balcao/docs"
	"balcao/internal/look"
)

// Hints remembers which hints a person of headquarters has understood.
type Hints interface {
	// HintsSeen returns the ids of the hints that a person has understood.
	HintsSeen(ctx context.Context, person string) ([]string, error)
	// SeeHints adds some; those that are there already stay.
	SeeHints(ctx context.Context, person string, ids []string) error
	// ForgetHints forgets all of a person, so that every hint is shown again.
	ForgetHints(ctx context.Context, person string) error
}

// hintsPath is where the pages say what was understood.
const hintsPath = "/dicas"

// pageHints are the hints of each page, by its template.
var pageHints = map[string][]look.Hint{
	"live": {
		{ID: "hq-live-sort", At: "#branches thead th:nth-child(2) button", Title: "A tabela não foge ao rato", Text: "Reordena-se de cinco em cinco minutos e diz a que horas; com o rato ou o teclado em cima, espera. Carregue num título para ordenar já por ele."},
		{ID: "hq-live-filter", At: "#filter select", Title: "Só o que lhe interessa", Text: "As escolhas valem para a tabela e para o mapa, e ficam no endereço: guarde-o ou envie-o a um colega."},
		{ID: "hq-live-branch", At: "#branches tbody tr:not([hidden]) th a", Title: "Carregue no nome de um local", Text: "Abre as filas, os balcões e os aparelhos desse local. A última coluna diz de há quanto tempo são os números."},
		{ID: "hq-live-attention", At: "#t-attention", Title: "O que pede atenção vem aqui primeiro", Text: "Com o que fazer em primeiro lugar. «Tratar» diz aos outros que alguém já está a ver do assunto."},
	},
	"alerts": {
		{ID: "hq-alerts-open", At: "#h-cases .button, #t-open", Title: "Tomar conta de um alerta", Text: "Quem toma conta fica escrito, e os outros deixam de o procurar. Um alerta só fecha quando a causa acaba, não por se carregar num botão."},
		{ID: "hq-alerts-silence", At: ".hush summary, #t-silence", Title: "Obras? Ponha em silêncio", Text: "Durante o tempo que disser ninguém é avisado. O alerta continua à vista nesta página, com o motivo e com quem o silenciou."},
		{ID: "hq-alerts-past", At: ".alerts-page .head a", Title: "Os que já se resolveram", Text: "A história diz quanto duraram e quem tratou. Sai também em CSV."},
	},
	"reports": {
		{ID: "hq-reports-quick", At: ".quick a", Title: "Períodos feitos num toque", Text: "Ou escolha duas datas. O endereço guarda o que escolheu, para voltar a ver ou enviar."},
		{ID: "hq-reports-by", At: "#por", Title: "O mesmo, visto de outro lado", Text: "Mostre por dia, local, entidade ou serviço. Por local, cada um compara-se com o que se espera dos serviços que presta."},
		{ID: "hq-reports-print", At: ".reports a[href*='relatorios.csv']", Title: "Para levar", Text: "Em CSV, com as unidades no título de cada coluna. Imprimir a página dá um relatório limpo, sem botões."},
	},
}

// allHints are those of every page.
var allHints = slices.Concat(pageHints["live"], pageHints["alerts"], pageHints["reports"])

// hintsOf are the hints that a page still owes its person. Who has not signed in gets none: a screen on a wall is not taught.
func (s *Server) hintsOf(ctx context.Context, name string, who visitor) template.HTML {
	if s.opt.Hints == nil || who.person == nil || len(pageHints[name]) == 0 {
		return ""
	}
	seen, err := s.opt.Hints.HintsSeen(ctx, who.person.ID)
	if err != nil {
		s.opt.Log.Warn("hints not read", "err", err)
		return ""
	}
	return look.Unseen(pageHints[name], seen, hintsPath).HTML()
}

// decodeHints reads which hints were understood.
func decodeHints(body []byte) ([]string, error) {
	var said struct {
		Seen []string `json:"seen"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return nil, look.ErrHint
	}
	return look.KnownHints(allHints, said.Seen)
}

// seeHints is POST /dicas. To send it twice does nothing more than to send it once.
func (s *Server) seeHints(w http.ResponseWriter, r *http.Request, who visitor) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if err != nil {
		return // nobody is there to be told
	}
	ids, err := decodeHints(body)
	if err != nil {
		http.Error(w, "not a list of hints", http.StatusBadRequest)
		return
	}
	if s.opt.Hints != nil && who.person != nil && len(ids) > 0 {
		if err := s.opt.Hints.SeeHints(r.Context(), who.person.ID, ids); err != nil {
			s.fault(w, r, err)
			return
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

// showHintsAgain is POST /dicas/repor, from the guide.
func (s *Server) showHintsAgain(w http.ResponseWriter, r *http.Request, who visitor) {
	if s.opt.Hints != nil && who.person != nil {
		if err := s.opt.Hints.ForgetHints(r.Context(), who.person.ID); err != nil {
			s.fault(w, r, err)
			return
		}
	}
	http.Redirect(w, r, "/ajuda?dicas=repostas#dicas", http.StatusSeeOther)
}

// guideData is a guide, and the hints of the pages beside it.
type guideData struct {
	look.Guide
	Seen  int  // hints that this person has understood
	All   int  // 0 where none are remembered
	Again bool // they have just been asked for again
}

// guide makes the guide ready for a person.
func (s *Server) guide(r *http.Request, who visitor, text string) guideData {
	g := guideData{Guide: look.MakeGuide(text, docs.PictureSize), Again: r.URL.Query().Get("dicas") == "repostas"}
	if s.opt.Hints == nil || who.person == nil {
		return g
	}
	seen, err := s.opt.Hints.HintsSeen(r.Context(), who.person.ID)
	if err != nil {
		s.opt.Log.Warn("hints not read", "err", err)
		return g
	}
	g.Seen, g.All = look.Understood(allHints, seen), len(allHints)
	return g
}
