package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"balcao/branch-server/staff"
	"balcao/internal/branch"
	"balcao/internal/branch/setup"
	"balcao/internal/queue"
)

// listing is the lines of a list, to choose one.
type listing struct {
	Title string
	Note  string
	Heads []string
	Rows  []listRow
	Add   *adder
}

type listRow struct {
	To, Letter, Name string
	Cells            []string
}

// matrix is which counter serves what.
type matrix struct {
	Columns []matrixColumn
	Rows    []matrixRow
}

type matrixColumn struct{ ID, Letter, Name, Body, To, Error string }

type matrixRow struct {
	To, Label, Error string
	Cells            []field
}

type usersPart struct {
	People  []personRow
	Roles   []option
	Changes []changeRow
	Wish    staff.Wish // as typed, if it was refused
}

type personRow struct {
	staff.User

	Roles []option
	Self  bool
}

type changeRow struct{ When, Who, Whose, What string }

type historyLine struct {
	Number            int
	When, Who, Note   string
	Current           bool
	Changes           []setup.Change
	More              int
	RestoreTo, Newest int
}

// fillSection fills in what a section shows; false if it has answered.
func (w *Web) fillSection(ctx context.Context, rw http.ResponseWriter, r *http.Request, _ visitor, data *setupData, f form, d desk, s showing) bool {
	b := &d.read.Branch
	switch s.section {
	case "loja":
		data.Blocks = f.shop()
	case "horario":
		data.Blocks, data.List = f.house(), f.ownHours()
	case "regras":
		data.Blocks = f.rules()
	case "talao":
		if err := w.fillSlip(data, f, d, r); err != nil {
			w.fault(rw, r, err)
			return false
		}
	case "entidades", "divisoes", "servicos", "balcoes", "paineis":
		if s.id != "" && !fillLine(data, f, b, s) {
			w.notFound(rw, r)
			return false
		}
		if s.id == "" {
			fillList(data, f, b, s.section)
		}
	case "pessoas":
		if err := w.fillUsers(ctx, data); err != nil {
			w.fault(rw, r, err)
			return false
		}
	case "previsao":
		if err := w.fillPreview(ctx, data, d); err != nil {
			w.fault(rw, r, err)
			return false
		}
	case "historico":
		if err := w.fillHistory(ctx, data); err != nil {
			w.fault(rw, r, err)
			return false
		}
	case "sede":
		w.fillAbove(data, d)
	case "texto":
		data.Text = string(d.draft.Document)
		if s.text != "" {
			data.Text = s.text
		}
		data.Lines = make([]int, strings.Count(data.Text, "\n")+1)
		for i := range data.Lines {
			data.Lines[i] = i + 1
		}
	}
	return true
}

// fillLine fills in the page of one line of a list; false if there is none.
func fillLine(data *setupData, f form, b *branch.Branch, s showing) bool {
	list := sectionLists[s.section]
	if setup.Get(b, list+"/"+s.id+"/id") == "" {
		return false
	}
	data.Back, data.Title = data.Title, setup.Where(b, list+"/"+s.id)
	switch s.section {
	case "entidades":
		data.Blocks = f.body(s.id)
	case "divisoes":
		div, _ := b.Division(s.id)
		data.Letter, data.Title, data.Blocks = div.Prefix, divisionName(b, s.id), f.division(s.id)
	case "servicos":
		data.Blocks = f.service(s.id)
	case "balcoes":
		data.Blocks = f.counter(s.id)
	case "paineis":
		data.Blocks = f.callboard(s.id)
	}
	return true
}

func fillList(data *setupData, f form, b *branch.Branch, section string) {
	l := &listing{}
	var divisions, bodies []option
	for _, o := range b.Bodies {
		bodies = append(bodies, option{o.ID, o.Short, false})
	}
	for _, o := range b.Divisions {
		divisions = append(divisions, option{o.ID, o.Prefix + " · " + divisionName(b, o.ID), false})
	}
	say := func(path string) string { return setup.Say(b, path, setup.Get(b, path)) }
	for i, item := range subNav(section, "", b, nil) {
		row := listRow{To: item.To, Letter: item.Letter, Name: item.Text}
		switch section {
		case "entidades":
			row.Cells = []string{b.Bodies[i].Name.In("pt")}
		case "divisoes":
			at := "divisions/" + b.Divisions[i].ID + "/"
			row.Cells = []string{say(at + "body"), orWord(say(at+"quota"), "até 999"), say(at + "place")}
		case "servicos":
			at := "services/" + b.Services[i].ID + "/"
			row.Cells = []string{say(at + "target"), say(at + "mean"), say(at + "name/en")}
		case "paineis":
			row.Cells = boardRow(b, i)
		}
		l.Rows = append(l.Rows, row)
	}
	switch section {
	case "entidades":
		l.Heads, l.Add = []string{"Nome"}, &adder{List: "bodies", Label: "Nova entidade", Hint: "Nome curto, como no painel"}
	case "divisoes":
		l.Heads, l.Add = []string{"Entidade", "Senhas por dia", "Onde se espera"}, &adder{List: "divisions", Label: "Nova divisão", Hint: "Letra", UnderLabel: "Entidade", Options: bodies}
	case "servicos":
		l.Heads, l.Add = []string{"Objetivo", "Tempo habitual", "Em inglês"}, &adder{List: "services", Label: "Novo serviço", Hint: "Nome em português", UnderLabel: "Divisão", Options: divisions}
	case "paineis":
		l.Heads, l.Add = []string{"Lugares", "Entidades", "Caixas"}, &adder{List: "callboards", Label: "Novo painel", Hint: "Nome, como Piso 0"}
		l.Note = "Um painel mostra e diz as chamadas de uma parte da loja. Sem nenhum, há um só, com todas."
	case "balcoes":
		data.Matrix = matrixOf(f, b)
		l.Rows, l.Add = nil, &adder{List: "counters", Label: "Novo balcão", Hint: "Como se diz: Balcão 9"}
	}
	data.List = l
}

func orWord(s, word string) string {
	if s == "" {
		return word
	}
	return s
}

// matrixOf lists the services by their letters, and each counter with how it serves them.
func matrixOf(f form, b *branch.Branch) *matrix {
	m := &matrix{}
	services := slices.Clone(b.Services)
	prefix := func(s branch.Service) string { d, _ := b.Division(s.Division); return d.Prefix }
	slices.SortStableFunc(services, func(x, y branch.Service) int { return strings.Compare(prefix(x), prefix(y)) })
	for _, s := range services {
		div, _ := b.Division(s.Division)
		body, _ := b.Body(queue.BodyID(div.Body))
		m.Columns = append(m.Columns, matrixColumn{
			ID: fieldID("col/" + s.ID), Letter: div.Prefix, Name: s.Name.In("pt"), Body: body.Short,
			To: "/configuracao/servicos/" + s.ID, Error: f.faults["services/"+s.ID+"/id"],
		})
	}
	for _, k := range b.Counters {
		row := matrixRow{To: "/configuracao/balcoes/" + k.ID, Label: k.Label, Error: f.faults["counters/"+k.ID]}
		for _, s := range services {
			one := f.skill("counters/"+k.ID+"/skill/"+s.ID, k.Label+", "+s.Name.In("pt"), false)
			row.Cells = append(row.Cells, one)
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

func (w *Web) fillHistory(ctx context.Context, data *setupData) error {
	all, err := w.cfg.Setup.Descriptions(ctx, 40)
	if err != nil {
		return err
	}
	for i, v := range all {
		line := historyLine{Number: v.Number, When: w.dayAndClock(v.At), Who: w.personName(v.Author), Note: v.Note, Current: i == 0}
		if i+1 < len(all) {
			was, now := setup.Read(all[i+1].Document).Branch, setup.Read(v.Document).Branch
			line.Changes = setup.Diff(&was, &now)
			if len(line.Changes) > 30 {
				line.More, line.Changes = len(line.Changes)-30, line.Changes[:30]
			}
		}
		data.History = append(data.History, line)
	}
	return nil
}

func (w *Web) fillUsers(ctx context.Context, data *setupData) error {
	changes, err := w.cfg.Setup.Changes(ctx, 20)
	if err != nil {
		return err
	}
	p := &usersPart{Roles: roleOptions(staff.Clerk)}
	for _, u := range w.cfg.Setup.Users() {
		p.People = append(p.People, personRow{User: u, Roles: roleOptions(u.Role)})
	}
	for _, c := range changes {
		p.Changes = append(p.Changes, changeRow{w.dayAndClock(c.At), w.personName(c.Author), w.personName(c.ID), c.What})
	}
	data.Users = p
	return nil
}

func roleOptions(chosen staff.Role) []option {
	var all []option
	for _, r := range staff.Roles() {
		all = append(all, option{string(r), r.InWords(), r == chosen})
	}
	return all
}

// refusedPeople are the refusals of a change of people, in words.
var refusedPeople = map[error]string{
	staff.ErrLogin:     "O nome de entrada tem até 32 letras minúsculas sem acentos, algarismos, pontos ou hífenes, como «ana.s».",
	staff.ErrTaken:     "Já há alguém com esse nome de entrada. Escolha outro.",
	staff.ErrNoName:    "Falta o nome: o primeiro e uma inicial, como «Ana S.».",
	staff.ErrRole:      "Essa função não existe.",
	staff.ErrPIN:       "O PIN tem de 4 a 128 caracteres.",
	staff.ErrUnknown:   "Essa pessoa já não está na lista.",
	staff.ErrLast:      "Tem de ficar alguém que coordene a loja.",
	staff.ErrYourself:  "Não pode tirar a si próprio o direito de configurar. Peça a outra pessoa.",
	staff.ErrAboveOwn:  "Só quem tem a função de administração muda quem a tem.",
	staff.ErrNotOffice: "Isto é da coordenação da loja.",
}

// setupPeople is POST /configuracao/pessoas: one person as they are to be. It holds at once; people are not part of the
// draft. A PIN is hashed and forgotten.
func (w *Web) setupPeople(rw http.ResponseWriter, r *http.Request, v visitor) {
	form, ok := w.setupForm(rw, r)
	if !ok {
		return
	}
	wish := staff.Wish{
		ID: strings.ToLower(strings.TrimSpace(form.Get("id"))), Name: form.Get("name"), Role: staff.Role(form.Get("role")), PIN: form.Get("pin"),
		Active: form.Get("active") != "", New: form.Get("new") != "",
	}
	err := w.cfg.Setup.Put(r.Context(), v.person, wish, w.cfg.Now())
	for refusal, text := range refusedPeople {
		if errors.Is(err, refusal) {
			w.setupShow(rw, r, v, showing{section: "pessoas", status: http.StatusUnprocessableEntity, notice: &noticeLine{"error", "b-out", "Não ficou guardado", text}})
			return
		}
	}
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	http.Redirect(rw, r, address("pessoas", "", "pessoa"), http.StatusSeeOther)
}

// previewPart is what the branch would look like under the draft, now.
type previewPart struct {
	Bodies []previewBody
	Next   []previewNext
	Moved  int // counters that would call somebody else
	Left   string
	Day    string
}

type previewBody struct {
	Name     string
	Services []previewService
}

type previewService struct {
	Name, Help, Letter, Place, State, Slip string
	Changed                                bool
}

type previewNext struct {
	Counter, Now, Then, Why string
	Differs                 bool
}

func (w *Web) fillPreview(ctx context.Context, data *setupData, d desk) error {
	p := &previewPart{Day: "hoje"}
	draft := d.read.Branch
	draft.ID, draft.Zone = d.now.ID, d.now.Zone
	err := w.cfg.Commands.Read(ctx, func(day *queue.Day, at time.Time) {
		c := draft.Catalogue()
		then := day.Under(c)
		local := at.In(w.cfg.Zone)
		offer := draft.Offer(then, w.cfg.Waits, local)
		for _, body := range offer.Bodies {
			one := previewBody{Name: body.Name.In("pt")}
			for _, s := range offer.Services {
				if s.Body != body.ID {
					continue
				}
				was, known := d.now.Service(queue.ServiceID(s.ID))
				state := map[string]string{"open": "", "sold_out": "esgotado", "closed": "fechado", "suspended": "suspenso"}[s.State]
				one.Services = append(one.Services, previewService{
					Name: s.Name.In("pt"), Help: s.Help.In("pt"), Letter: s.Prefix, Place: s.Place, State: state,
					Slip: s.Prefix + "001", Changed: !known || was.Name.In("pt") != s.Name.In("pt"),
				})
			}
			p.Bodies = append(p.Bodies, one)
		}
		for _, k := range draft.Counters {
			id := queue.CounterID(k.ID)
			if !day.Counter(id).Open {
				continue
			}
			now, next := firstOf(day.Order(id, at)), firstOf(then.Order(id, at))
			one := previewNext{Counter: k.Label, Now: orWord(now, "ninguém"), Then: orWord(next, "ninguém"), Differs: now != next}
			if one.Differs {
				p.Moved++
			}
			p.Next = append(p.Next, one)
		}
		if left := day.LeftBy(c); !left.Nothing() {
			p.Left = w.leftWords(left)
		}
	})
	data.Preview = p
	return err
}

func firstOf(visits []queue.Visit) string {
	if len(visits) == 0 {
		return ""
	}
	return visits[0].Number.String()
}
