package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"balcao/hq/people"
	"balcao/hq/rollout"
	"balcao/internal/branch/above"
	"balcao/internal/wire"
)

// week are the lines of hours that the form of a layer has.
var week = []struct{ days, words string }{{"mon-fri", "Segunda a sexta"}, {"sat", "Sábado"}, {"sun", "Domingo"}}

type layerData struct {
	ID, Name string
	Revision int
	Text     string
	Lines    []int
	Problem  string
	Done     string
	Faults   []faultWords
	Broken   bool // the forms would lose what the text says
	Messages []messageRow
	Week     []hourRow
	OtherWk  bool // the hours are more than the form shows
	Services []serviceRow
	Unread   int // branches whose services were not read yet
	Guard    string
	Partial  bool // the names of some bodies' services alone
	May      bool
}

type messageRow struct{ ID, PT, EN, Until string }

type hourRow struct{ Days, Words, Spans string }

type serviceRow struct {
	ID, PT, EN, Usual, UsualEN string
	Off, Here                  bool
}

// seesLayer says whether somebody may see a layer: one of a single branch only who sees that branch.
func (s *Server) seesLayer(who visitor, id string) bool {
	return !wire.NodeID(id).Valid() || s.sees(who, wire.NodeID(id))
}

// mayLayer says whether somebody may change a layer: of the whole country and of types only who is not limited.
func (s *Server) mayLayer(who visitor, id string) bool {
	if !who.limited() {
		return who.may(people.Editor)
	}
	return wire.NodeID(id).Valid() && who.may(people.Editor) && s.seesLayer(who, id)
}

func (s *Server) layerPage(w http.ResponseWriter, r *http.Request, who visitor) {
	s.showLayer(w, r, who, http.StatusOK, "", "")
}

// layerOf returns a layer of a draft.
func layerOf(d rollout.Draft, id string) above.Layer {
	if i := slices.IndexFunc(d.Layers, func(l above.Layer) bool { return l.ID == id }); i >= 0 {
		return d.Layers[i]
	}
	return above.Layer{ID: id}
}

func knownLayer(id string) bool {
	return id == above.National || slices.Contains(above.Types(), id) || wire.NodeID(id).Valid() && wire.NodeID(id) == wire.NodeID(id).Branch()
}

func (s *Server) showLayer(w http.ResponseWriter, r *http.Request, who visitor, status int, problem, typed string) {
	id := r.PathValue("id")
	if s.opt.Rollout == nil || !knownLayer(id) || !s.seesLayer(who, id) {
		s.errorPage(w, http.StatusNotFound, "Esta camada não existe", "Escolha uma na página da configuração.")
		return
	}
	draft, err := s.opt.Rollout.Draft(r.Context())
	var owns []rollout.Own
	if err == nil {
		owns, err = s.opt.Rollout.Owns(r.Context())
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	names := map[string]string{}
	for nid, p := range s.opt.Network.Places() {
		names[string(nid)] = p.Name
	}
	l := layerOf(draft, id)
	d := layerData{ID: id, Name: layerName(id, names), Revision: draft.Revision, Text: string(l.Text), Problem: problem, May: s.mayLayer(who, id), Done: configDone[r.URL.Query().Get("feito")]}
	if typed != "" {
		d.Text = typed
	}
	d.Lines = make([]int, strings.Count(d.Text, "\n")+1)
	for i := range d.Lines {
		d.Lines[i] = i + 1
	}
	read := above.Read(above.Layer{ID: id, Text: []byte(d.Text)})
	d.Broken = len(read.Faults) > 0
	faults := read.Faults
	if !d.Broken {
		all := slices.DeleteFunc(slices.Clone(draft.Layers), func(o above.Layer) bool { return o.ID == id })
		faults = rollout.Faults(append(all, above.Layer{ID: id, Text: []byte(d.Text)}), func(layer string) bool { return layer == id })
	}
	for _, f := range faults {
		d.Faults = append(d.Faults, faultOf(f, names))
	}
	d.fill(s, read, owns)
	if who.partial() {
		d.leave(s.ownServices(who, id, owns))
	}
	s.show(w, r, status, who, "layer", d.Name+" · Configuração", d)
}

// mostServices is how many services the form of a layer has.
const mostServices = 300

func (d *layerData) fill(s *Server, read above.Reading, owns []rollout.Own) {
	for _, id := range read.IDs("messages") {
		at := "messages/" + id + "/"
		d.Messages = append(d.Messages, messageRow{id, read.Get(at + "text/pt"), read.Get(at + "text/en"), read.Get(at + "until")})
	}
	hours := read.Hours()
	for _, line := range week {
		row := hourRow{Days: line.days, Words: line.words}
		if i := slices.IndexFunc(hours, func(o above.Opening) bool { return o.Days == line.days }); i >= 0 {
			row.Spans = hours[i].Spans
			hours = slices.Delete(hours, i, i+1)
		}
		d.Week = append(d.Week, row)
	}
	d.OtherWk = len(hours) > 0
	d.Guard = read.Get("policy/guard")
	mine := read.IDs("services")
	seen := map[string]bool{}
	d.Unread = s.shelf.each(ownsOf(d.ID, owns), s.opt.Now, func(one above.Named) {
		if !seen[one.ID] && len(d.Services) < mostServices {
			seen[one.ID] = true
			d.Services = append(d.Services, serviceRow{ID: one.ID, Usual: one.PT, UsualEN: one.EN})
		}
	})
	for _, id := range mine {
		if !seen[id] {
			d.Services = append(d.Services, serviceRow{ID: id})
		}
	}
	for i := range d.Services {
		one := &d.Services[i]
		at := "services/" + one.ID + "/"
		one.PT, one.EN, one.Off, one.Here = read.Get(at+"name/pt"), read.Get(at+"name/en"), read.Get(at+"off") == "true", slices.Contains(mine, one.ID)
	}
}

// putLayer is POST /configuracao/camada/{id}: the text as typed, or one of the forms.
func (s *Server) putLayer(w http.ResponseWriter, r *http.Request, who visitor) {
	if !s.configForm(w, r) {
		return
	}
	id := r.PathValue("id")
	if !knownLayer(id) || !s.mayLayer(who, id) {
		s.errorPage(w, http.StatusForbidden, "Esta camada não é sua", "Muda-a quem edita o país, ou o distrito da loja.")
		return
	}
	revision, ok := s.formNumber(w, r, "revision")
	if !ok {
		return
	}
	draft, err := s.opt.Rollout.Draft(r.Context())
	if err != nil {
		s.fault(w, r, err)
		return
	}
	if who.partial() {
		owns, err := s.opt.Rollout.Owns(r.Context())
		if err != nil {
			s.fault(w, r, err)
			return
		}
		if s.beyondBody(who, id, r.PostForm, owns) {
			s.errorPage(w, http.StatusForbidden, "Isto não é das suas entidades", "Desta loja muda só os nomes dos seus serviços. O resto muda-o quem edita a loja toda.")
			return
		}
	}
	text, what, problem := changeLayer(layerOf(draft, id).Text, r.PostForm)
	typed := r.PostForm.Get("texto")
	if problem == "" && len(above.Read(above.Layer{ID: id, Text: text}).Faults) > 0 {
		problem = "Não ficou guardado: corrija o que está assinalado."
		typed = string(text)
	}
	if problem != "" {
		s.showLayer(w, r, who, http.StatusUnprocessableEntity, problem, typed)
		return
	}
	name := layerName(id, nil)
	if err := s.opt.Rollout.Put(r.Context(), who.person.ID, name+": "+what, revision, above.Layer{ID: id, Text: text}); s.refuseConfig(w, r, who, err) {
		return
	}
	s.note(r.Context(), who.person.ID, "configuration", "camada "+id, what)
	http.Redirect(w, r, "/configuracao/camada/"+url.PathEscape(id)+"?feito=guardado", http.StatusSeeOther)
}

// changeLayer makes the next text of a layer of what a form says; problem is a sentence for whoever sent it.
func changeLayer(text []byte, form url.Values) (next []byte, what, problem string) {
	set := func(path string, value any) {
		if problem != "" {
			return
		}
		out, err := above.Set(text, path, value)
		if err != nil {
			problem = "O texto da camada tem faltas; corrija-o primeiro."
			return
		}
		text = out
	}
	word := func(key string) any {
		if v := strings.TrimSpace(form.Get(key)); v != "" {
			return v
		}
		return nil
	}
	switch form.Get("parte") {
	case "texto":
		return []byte(strings.ReplaceAll(form.Get("texto"), "\r\n", "\n")), "texto completo", ""
	case "mensagem":
		id := messageID(form.Get("pt"))
		if word("pt") == nil {
			return nil, "", "Escreva a mensagem em português."
		}
		set("messages/"+id+"/text/pt", word("pt"))
		set("messages/"+id+"/text/en", word("en"))
		set("messages/"+id+"/until", word("ate"))
		return text, "mensagem «" + form.Get("pt") + "»", problem
	case "tirar-mensagem":
		set("messages/"+form.Get("id"), nil)
		return text, "mensagem tirada", problem
	case "horario":
		var hours []above.Opening
		for _, line := range week {
			hours = append(hours, above.Opening{Days: line.days, Spans: form.Get("h-" + line.days)})
		}
		out, err := above.SetHours(text, hours)
		if err != nil {
			return nil, "", "O texto da camada tem faltas; corrija-o primeiro."
		}
		return out, "horário", ""
	case "regras":
		set("policy/guard", word("guard"))
		return text, "regras", problem
	case "servicos":
		for _, id := range form["servico"] {
			at := "services/" + id
			set(at+"/name/pt", word("pt-"+id))
			set(at+"/name/en", word("en-"+id))
			if form.Get("fora-"+id) != "" {
				set(at+"/off", true)
			} else if above.Read(above.Layer{Text: text}).Get(at+"/off") != "" {
				set(at+"/off", nil)
			}
		}
		return text, "serviços", problem
	}
	return nil, "", "O formulário não se lê."
}

// messageID makes an id of a message of its words.
func messageID(text string) string {
	id := strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r == ' ':
			return '-'
		}
		return -1
	}, text)
	return strings.Trim(id[:min(len(id), 24)], "-") + "-" + strconv.Itoa(len(text))
}
