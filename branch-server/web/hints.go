package web

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"

	"balcao/internal/look"
)

// Hints remembers which hints a person has understood. It is kept with the person at the branch and goes nowhere else.
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

// pageHints are the hints of each page, by its template; few, and only where the page does not say it by itself.
var pageHints = map[string][]look.Hint{
	"counter.html": {
		{ID: "counter-main", At: "#main", Title: "Um botão faz o caminho todo", Text: "Chamar, chegou, terminar: o passo seguinte está sempre neste lugar. A tecla F2 faz o mesmo. Se se enganar, tem 10 segundos para desfazer."},
		{ID: "counter-others", At: ".hand .two .button", Title: "Cada botão tem a sua tecla", Text: "A tecla está escrita no botão. Aqui escolhe uma senha fora de ordem ou começa uma pausa; durante um atendimento, encaminha ou retém."},
		{ID: "counter-list", At: ".waiting .more, .waiting .head h2", Title: "A lista não foge ao rato", Text: "Com o rato ou o teclado na lista, as linhas ficam onde estão, e aparece «há alterações». Nos três pontos de cada senha: prioridade, assunto, anular."},
		{ID: "counter-help", At: ".keybar a[href='/ajuda']", Title: "Ajuda, perfil e fim do dia", Text: "Estão sempre nesta barra. Ao lado, «Alerta» chama a coordenação sem dar nas vistas."},
	},
	"coordinator.html": {
		{ID: "office-queues", At: ".queues .row-open", Title: "Uma fila abre-se pelo nome", Text: "Carregue no nome para deixar de dar senhas, mudar uma senha de serviço ou passar a fila a outro."},
		{ID: "office-counters", At: ".side .counters .counter", Title: "Um balcão também é um botão", Text: "Abre o que ali se pode fazer: outros serviços só por hoje, terminar uma visita esquecida, fechar o balcão."},
		{ID: "office-attention", At: "#attention, .side .head h2", Title: "O que pede atenção, com o primeiro passo", Text: "Diz desde quando e o que fazer primeiro. Quando não há nada, é isso mesmo que aqui está escrito."},
		{ID: "office-why", At: "#find", Title: "«Porque passou à minha frente?»", Text: "Escreva a senha: vê porque foi chamada naquele momento, para o dizer a quem pergunta."},
	},
}

// allHints are those of every page.
var allHints = slices.Concat(pageHints["counter.html"], pageHints["coordinator.html"])

// hintsOf are the hints that a page still owes its person; none where nothing is remembered.
func (w *Web) hintsOf(ctx context.Context, template string, v visitor) look.Hints {
	all := pageHints[template]
	if w.cfg.Hints == nil || v.person.ID == "" || len(all) == 0 {
		return look.Hints{}
	}
	seen, err := w.cfg.Hints.HintsSeen(ctx, v.person.ID)
	if err != nil {
		w.cfg.Log.Warn("hints not read", "err", err)
		return look.Hints{}
	}
	return look.Unseen(all, seen, hintsPath)
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
func (w *Web) seeHints(rw http.ResponseWriter, r *http.Request, v visitor) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxBody))
	if err != nil {
		return // nobody is there to be told
	}
	ids, err := decodeHints(body)
	if err != nil {
		badRequest(rw, err)
		return
	}
	if w.cfg.Hints != nil && len(ids) > 0 {
		if err := w.cfg.Hints.SeeHints(r.Context(), v.person.ID, ids); err != nil {
			w.fault(rw, r, err)
			return
		}
	}
	writeJSON(rw, http.StatusOK, map[string]any{"ok": true})
}

// showHintsAgain is POST /dicas/repor, from the guide.
func (w *Web) showHintsAgain(rw http.ResponseWriter, r *http.Request, v visitor) {
	if w.cfg.Hints != nil {
		if err := w.cfg.Hints.ForgetHints(r.Context(), v.person.ID); err != nil {
			w.fault(rw, r, err)
			return
		}
	}
	to := "/ajuda?dicas=repostas"
	if r.PostFormValue("de") == "coordenacao" && coordination.holds(v.person.Role) {
		to = "/ajuda/coordenacao?dicas=repostas"
	}
	http.Redirect(rw, r, to+"#dicas", http.StatusSeeOther)
}
