package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"balcao/internal/branch"
	"balcao/internal/branch/setup"
)

func itoa(n int) string { return strconv.Itoa(n) }

// setupSaid are the notices that a page may be opened with.
var setupSaid = map[string]noticeLine{
	"tirado":         {"ok", "b-ok", "Tirado do rascunho", "Nada muda na loja até publicar."},
	"posto":          {"ok", "b-ok", "Posto no rascunho", "Preencha o resto. Nada muda na loja até publicar."},
	"data":           {"ok", "b-ok", "Data posta no rascunho", "Está encerrada todo o dia, até escrever outras horas. Nada muda na loja até publicar."},
	"juntas":         {"ok", "b-ok", "Alterações juntas", "Outra pessoa guardou entretanto noutros campos; ficaram as suas e as dela."},
	"deitado-fora":   {"ok", "b-ok", "Rascunho deitado fora", "Fica o que está em vigor."},
	"publicada":      {"ok", "b-ok", "Publicada", "Já está em vigor: quiosques, painéis e balcões seguem-na."},
	"faltas":         {"error", "b-out", "Ainda não se publica", "Corrija o que está assinalado. O cursor está na primeira falta; a lista tem todas."},
	"sem-mudanca":    {"info", "info-mark", "Não há nada a publicar", "O rascunho é igual ao que está em vigor."},
	"mudou":          {"stale", "b-watch", "Entretanto o rascunho mudou", "Outra pessoa guardou. Veja «O que muda» e publique de novo."},
	"nova-versao":    {"stale", "b-watch", "Entretanto foi publicada outra versão", "Veja o que muda em relação a ela e publique de novo."},
	"normal":         {"ok", "b-ok", "Talão normal no rascunho", "Nada muda nos quiosques até publicar."},
	"ensaio":         {"info", "info-mark", "Ensaio pedido", "O quiosque imprime o talão do rascunho, com o número T000. Veja o resultado em «Quiosques»."},
	"ensaio-nao":     {"error", "b-out", "O ensaio não foi pedido", "Escolha um quiosque e tente de novo."},
	"ensaio-faltas":  {"error", "b-out", "O ensaio não foi pedido", "Corrija primeiro as faltas do talão."},
	"logo":           {"ok", "b-ok", "Imagem posta no rascunho", "Ao lado vê-se como fica, a preto e branco. Nada muda nos quiosques até publicar."},
	"logo-tirado":    {"ok", "b-ok", "Imagem tirada do rascunho", "Nada muda nos quiosques até publicar."},
	"logo-nenhum":    {"error", "b-out", "A imagem não foi posta", "Escolha primeiro o ficheiro e depois carregue em «Pôr esta imagem»."},
	"logo-grande":    {"error", "b-out", "A imagem não foi posta", "O ficheiro tem mais de 512 KB. Guarde a imagem mais pequena e tente de novo."},
	"logo-formato":   {"error", "b-out", "A imagem não foi posta", "O ficheiro não é PNG. Abra a imagem num programa de desenho, guarde-a como PNG e tente de novo."},
	"logo-estragado": {"error", "b-out", "A imagem não foi posta", "O ficheiro está estragado ou incompleto. Guarde a imagem de novo e tente outra vez."},
	"logo-pontos":    {"error", "b-out", "A imagem não foi posta", "Tem mais de 2000 pontos de largura ou de altura. Guarde-a mais pequena e tente de novo."},
	"logo-pequeno":   {"error", "b-out", "A imagem não foi posta", "Tem tão poucos pontos que nada se via: são precisos 16 ou mais de cada lado, e não pode ser muito mais larga do que alta."},
	"logo-vazio":     {"error", "b-out", "A imagem não foi posta", "A preto e branco ficava toda de uma cor. Use um desenho escuro em fundo claro."},
	"logo-muitas":    {"error", "b-out", "A imagem não foi posta", "O talão já tem quatro imagens. Tire uma primeiro."},
	"logo-parte":     {"error", "b-out", "A imagem não foi posta", "Este logótipo já não está no rascunho: outra pessoa tirou-o."},
	"pessoa":         {"ok", "b-ok", "Guardado", "Vale desde já."},
	"desfeita":       {"ok", "b-ok", "Alteração desfeita", "Esse ponto voltou ao que está em vigor. O resto do rascunho fica."},
}

func noticeOf(code string) *noticeLine {
	n, known := setupSaid[code]
	if !known {
		return nil
	}
	return &n
}

// setupForm reads the form of a set-up page; if it cannot, it has answered.
func (w *Web) setupForm(rw http.ResponseWriter, r *http.Request) (url.Values, bool) {
	r.Body = http.MaxBytesReader(rw, r.Body, setup.MostBytes*2)
	if err := r.ParseForm(); err != nil {
		badRequest(rw, errors.New("o formulário não se lê"))
		return nil, false
	}
	return r.PostForm, true
}

// back is where a form came from: a page of the set-up, never another address.
func back(form url.Values) (section, id string) {
	section = form.Get("section")
	if _, known := sectionTitle(section); !known {
		section = "divisoes"
	}
	return section, form.Get("id")
}

func address(section, id, code string) string {
	to := "/configuracao/" + section
	if id != "" {
		to += "/" + url.PathEscape(id)
	}
	if code != "" {
		to += "?dito=" + code
	}
	return to
}

// saving is what one form asks of the draft.
type saving struct {
	form         url.Values
	to           string // where to go when it is done
	typed, wrong map[string]string
	theirs       map[string]string
	merged       bool
}

// setupSave is POST /configuracao/guardar: the fields that the sender changed, and nothing else, are put into the draft
// as it is now. What somebody else changed meanwhile in another field stays; in the same field both are shown.
func (w *Web) setupSave(rw http.ResponseWriter, r *http.Request, v visitor) {
	form, ok := w.setupForm(rw, r)
	if !ok {
		return
	}
	section, id := back(form)
	s := &saving{form: form, to: address(section, id, "")}
	err := w.changeDraft(r.Context(), v, func(d desk) (document []byte, err error) {
		if len(d.read.Form) > 0 {
			return nil, errBroken
		}
		b := d.read.Branch
		if err := s.apply(&b, d.draft.Revision); err != nil {
			return nil, err
		}
		return setup.Write(&b), nil
	})
	switch {
	case errors.Is(err, errBroken):
		http.Redirect(rw, r, address("texto", "", ""), http.StatusSeeOther)
	case err != nil && errors.As(err, new(editError)):
		w.setupShow(rw, r, v, showing{section: section, id: id, status: http.StatusUnprocessableEntity, notice: &noticeLine{"error", "b-out", "Não ficou guardado", sentence(err.Error())}})
	case err != nil:
		w.fault(rw, r, err)
	case len(s.wrong)+len(s.theirs) > 0:
		notice := &noticeLine{"error", "b-out", "Um campo não ficou guardado", "Está assinalado. O resto ficou."}
		if len(s.theirs) > 0 {
			notice = &noticeLine{"stale", "b-watch", "Outra pessoa mudou o mesmo campo", "O que escreveu está no ecrã e ainda não no rascunho. Guarde de novo para ficar o seu."}
		}
		w.setupShow(rw, r, v, showing{section: section, id: id, status: http.StatusConflict, notice: notice, typed: s.typed, wrong: s.wrong, theirs: s.theirs})
	case s.merged:
		http.Redirect(rw, r, address(section, id, "juntas"), http.StatusSeeOther)
	default:
		http.Redirect(rw, r, s.to, http.StatusSeeOther)
	}
}

// editError is a change that makes no sense, in words.
type editError struct{ error }

// errBroken means that forms may not write over a document that is not understood.
var errBroken = errors.New("the full text has faults of form")

// apply puts the changed fields into a description, and then does what a button asked.
func (s *saving) apply(b *branch.Branch, revision int) error {
	s.typed, s.wrong, s.theirs, s.merged = map[string]string{}, map[string]string{}, map[string]string{}, false
	stale := s.form.Get("revision") != itoa(revision)
	var paths []string
	for name := range s.form {
		if path, is := strings.CutPrefix(name, "was:"); is {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	for _, path := range paths {
		was, value := s.form.Get("was:"+path), strings.TrimSpace(s.form.Get(path))
		ticked := was == "true" || was == "false"
		if ticked && value == "" {
			value = "false"
		}
		now := setup.Get(b, path)
		if ticked && now == "" {
			now = "false"
		}
		switch {
		case value == was || value == now:
		case stale && now != was:
			s.typed[path], s.theirs[path] = value, orNone(setup.Say(b, path, now))
		default:
			if err := setup.Set(b, path, value); err != nil {
				s.typed[path], s.wrong[path] = value, sentence(err.Error())
			}
			s.merged = s.merged || stale
		}
	}
	return s.button(b)
}

// button does what the pressed button asks beside saving: a line more, a line less, a list ready made.
func (s *saving) button(b *branch.Branch) error {
	do, arg, _ := strings.Cut(s.form.Get("do"), ":")
	section, _ := back(s.form)
	switch do {
	case "add":
		id, err := setup.Add(b, arg, s.form.Get("name:"+arg), s.form.Get("under:"+arg))
		if err != nil {
			return editError{err}
		}
		if strings.HasSuffix(arg, "/exceptions") {
			s.to = address(section, arrivedAt(s.form), "data") + "#" + fieldID(arg+"/"+id+"/spans")
			return nil
		}
		if arg == "slip/parts" {
			s.to = address("talao", "", "") + "#" + partID(id)
			return nil
		}
		page := pageOf(arg)
		if page == "" {
			s.to = address("regras", "", "posto")
			return nil
		}
		s.to = address(page, id, "posto")
	case "remove":
		if err := setup.Remove(b, arg); err != nil {
			return editError{err}
		}
		s.to = address(section, "", "tirado")
		if strings.Contains(arg, "/exceptions/") {
			s.to = address(section, arrivedAt(s.form), "tirado")
		}
	case "up", "down":
		by := map[string]int{"up": -1, "down": 1}[do]
		if err := setup.MovePart(b, arg, by); err != nil {
			return editError{err}
		}
		s.to = address("talao", "", "") + "#" + partID(arg)
	case "standard-slip":
		setup.StandardSlip(b)
		s.to = address("talao", "", "normal")
	case "copy-monday":
		if err := setup.CopyMonday(b, arg); err != nil {
			return editError{err}
		}
	case "tax":
		setup.TaxAuthority(b, arg)
		s.to = address("regras", "", "posto")
	}
	return nil
}

// arrivedAt is the line whose page a form came from.
func arrivedAt(form url.Values) string {
	_, id := back(form)
	return id
}

// changeDraft makes a draft of the present one, again if somebody else kept another meanwhile.
func (w *Web) changeDraft(ctx context.Context, v visitor, change func(d desk) ([]byte, error)) error {
	for range 8 {
		d, err := w.openDesk(ctx)
		if err != nil {
			return err
		}
		document, err := change(d)
		if err != nil {
			return err
		}
		if string(document) == string(d.draft.Document) {
			return nil
		}
		now := w.cfg.Now()
		next := setup.Draft{
			Revision: max(d.draft.Revision+1, int(now.UnixMilli())), Base: d.draft.Base, At: now, Author: v.person.ID, Document: document,
		}
		kept, err := w.cfg.Setup.KeepDraft(ctx, d.draft.Revision, next)
		if err != nil || kept {
			return err
		}
	}
	return errors.New("the draft changes too fast")
}

// sentence makes a sentence of words.
func sentence(s string) string {
	s = upperFirst(s)
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// setupText is POST /configuracao/texto: the whole document, as it was typed. It is kept even with faults: each is
// named with its line.
func (w *Web) setupText(rw http.ResponseWriter, r *http.Request, v visitor) {
	form, ok := w.setupForm(rw, r)
	if !ok {
		return
	}
	typed := strings.ReplaceAll(form.Get("text"), "\r\n", "\n")
	if len(typed) > setup.MostBytes {
		badRequest(rw, errors.New("o texto é maior do que 512 KiB"))
		return
	}
	stale := false
	err := w.changeDraft(r.Context(), v, func(d desk) ([]byte, error) {
		if stale = form.Get("revision") != itoa(d.draft.Revision); stale {
			return d.draft.Document, nil
		}
		return []byte(typed), nil
	})
	switch {
	case err != nil:
		w.fault(rw, r, err)
	case stale:
		w.setupShow(rw, r, v, showing{
			section: "texto", status: http.StatusConflict, text: typed,
			notice: &noticeLine{"stale", "b-watch", "Outra pessoa guardou entretanto", "O seu texto está no ecrã e ainda não no rascunho. Compare com «O que muda»; guarde de novo para ficar o seu."},
		})
	default:
		http.Redirect(rw, r, address("texto", "", ""), http.StatusSeeOther)
	}
}

// setupDrop is POST /configuracao/deitar-fora.
func (w *Web) setupDrop(rw http.ResponseWriter, r *http.Request, _ visitor) {
	form, ok := w.setupForm(rw, r)
	if !ok {
		return
	}
	section, _ := back(form)
	revision, _ := strconv.Atoi(form.Get("revision"))
	dropped, err := w.cfg.Setup.DropDraft(r.Context(), revision)
	switch {
	case err != nil:
		w.fault(rw, r, err)
	case !dropped && revision != 0:
		http.Redirect(rw, r, address(section, "", "mudou"), http.StatusSeeOther)
	default:
		http.Redirect(rw, r, address(section, "", "deitado-fora"), http.StatusSeeOther)
	}
}
