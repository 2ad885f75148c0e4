package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"balcao/internal/branch"
	"balcao/internal/branch/above"
	"balcao/internal/branch/setup"
	"balcao/internal/media"
	"balcao/internal/queue"
)

// block is a group of fields under a heading.
type block struct {
	Title, Note, Class string
	Lines              []string // what the fields mean, in words
	Fields             []field
	Press              *remover // a button that does something else beside saving
	Remove             *remover
	Removes            []remover // of lines that stand among the fields
	Add                *adder
	Tax                string // body that may be given the tax authority's list

	ID, Error string // of a part of the slip
	Moves     *mover
	Logo      *logoBlock
}

// field is one field of a form, with all that is said at it.
type field struct {
	Path, ID, Label, Hint, Unit, Kind string // kinds: text, number, area, check, select
	Value, Held                       string // as shown; as the draft holds it
	Was                               string // in the version in force, in words; empty if it is the same
	Usual                             string // what holds while it is empty
	Error, Theirs                     string
	Changed, Wide                     bool
	Above                             bool // headquarters decides it
	Options                           []option
}

type option struct {
	Value, Text string
	Chosen      bool
}

// remover takes a line away; adder adds one.
type remover struct{ Path, Text string }

type adder struct {
	List, Label, Hint, Under, UnderLabel string
	Type                                 string // of the field: text, or date
	Options                              []option
}

// form makes fields of paths for one draft.
type form struct {
	b, now *branch.Branch
	faults map[string]string
	s      showing
	fresh  bool // nobody has changed anything yet

	governed []string // paths that headquarters decides

	videos []media.File // that callboards may show

	zone *time.Location
	at   time.Time // now, in the zone
}

func formOf(s showing, d desk) form {
	f := form{b: &d.read.Branch, now: &d.now, faults: map[string]string{}, s: s, fresh: d.draft.Revision == 0, governed: d.above.Governed}
	for _, one := range d.read.Faults {
		if f.faults[one.Path] == "" {
			f.faults[one.Path] = one.Text
		}
	}
	return f
}

// field makes the field of a path.
func (f form) field(path, kind, label, hint string) field {
	held := setup.Get(f.b, path)
	if kind == "check" && held == "" {
		held = "false"
	}
	one := field{
		Path: path, ID: fieldID(path), Label: label, Hint: hint, Kind: kind, Value: held, Held: held,
		Error: f.faults[path], Theirs: f.s.theirs[path], Above: above.Governs(f.governed, path),
	}
	if one.Above {
		one.Value = orNone(setup.Say(f.b, path, held))
	}
	if typed, is := f.s.typed[path]; is {
		one.Value = typed
	}
	if why := f.s.wrong[path]; why != "" {
		one.Error = why
	}
	was := setup.Get(f.now, path)
	if kind == "check" && was == "" {
		was = "false"
	}
	if one.Changed = was != held && !f.fresh; one.Changed {
		one.Was = orNone(setup.Say(f.now, path, was))
	}
	return one
}

func orNone(s string) string {
	if s == "" {
		return "vazio"
	}
	return s
}

func (f form) minutes(path, label, hint, usual string) field {
	one := f.field(path, "number", label, hint)
	one.Unit, one.Usual = setup.Unit(path), usual
	return one
}

func (f form) number(path, label, hint, unit, usual string) field {
	one := f.field(path, "number", label, hint)
	one.Unit, one.Usual = unit, usual
	return one
}

func (f form) choice(path, label, hint string, options ...option) field {
	one := f.field(path, "select", label, hint)
	known := false
	for i := range options {
		options[i].Chosen = options[i].Value == one.Value
		known = known || options[i].Chosen
	}
	if !known && one.Value != "" {
		options = append(options, option{one.Value, one.Value + " (não existe)", true})
	}
	one.Options = options
	return one
}

func (f form) wide(one field) field {
	one.Wide = true
	return one
}

// shopFields are the fields of the page of the branch itself.
var shopFields = []string{
	"name", "greeting", "lend", "video", "supply/book/pt", "supply/book/en", "supply/elsewhere/pt", "supply/elsewhere/en", "bookings/offer",
	"bookings/from", "bookings/release", "staff_report/on", "staff_report/least",
	"feedback/complaints", "feedback/praise", "feedback/book", "feedback/companies", "feedback/slip",
}

func (f form) shop() []block {
	return []block{
		{Title: "A loja", Fields: []field{
			f.wide(f.field("name", "text", "Nome da loja", "Nos ecrãs, nas senhas e na sede")),
			f.field("greeting", "check", "O quiosque saúda quem põe o cartão", "Só o primeiro nome e a inicial; nada se guarda"),
			f.number("lend", "Números emprestados a cada quiosque", "Para dar senhas sem ligação", "senhas", "40"),
		}},
		{Title: "Marcações", Note: "Quantas senhas se guardam para marcações diz-se em cada divisão.", Fields: []field{
			f.field("bookings/offer", "check", "O quiosque mostra «Tenho marcação»", ""),
			f.minutes("bookings/from", "Chegada adiantada", "Pode apresentar-se tanto tempo antes", "30"),
			f.minutes("bookings/release", "Libertar lugares", "Depois da hora marcada de quem não veio", "15"),
		}},
		{Title: "Vídeo ao lado das chamadas", Note: "Em todos os painéis que não têm o seu em «Painéis». Passa sem som, com legendas, enquanto não há chamadas novas. Os ficheiros põem-se na pasta de vídeos do servidor da loja; uma caixa de painel precisa de uma cópia na sua.", Fields: []field{
			f.wide(f.choice("video", "Vídeo", "", videoChoices(f.videos)...)),
		}},
		{Title: "Reclamar, elogiar ou sugerir", Note: "No quiosque, na página pública e, se quiser, no talão. Vazio é o Livro Amarelo eletrónico.", Fields: []field{
			f.wide(f.field("feedback/complaints", "text", "Endereço do livro", "Como https://www.livroamarelo.gov.pt; «nenhum» para não indicar")),
			f.wide(f.field("feedback/praise", "text", "Endereço da loja para elogios", "")),
			f.choice("feedback/book", "Livro de papel", "", option{"", "Livro Amarelo", false}, option{branch.BookBlue, "azul, de município", false}),
			f.field("feedback/companies", "check", "Atendem aqui empresas", "Têm outro livro"),
			f.field("feedback/slip", "check", "Dizer no talão", ""),
		}},
		{Title: "Relatório por pessoa", Note: "Desligado, nada diz quem esteve em cada balcão. Ligado, os balcões abrem com o pseudónimo do mês, só a coordenação vê os números, sem classificação, e a ligação ao nome apaga-se no prazo da retenção. Informe antes as pessoas e quem as representa.", Fields: []field{
			f.field("staff_report/on", "check", "Relatar por pessoa", "Pseudónimo do mês; nunca um nome"),
			f.number("staff_report/least", "Mostrar só a partir de", "Menos dizem mais do acaso do que da pessoa", "atendimentos", "30"),
		}},
		{Title: "Mensagens aos cidadãos", Note: "No quiosque e na página pública, quando não há senhas.", Fields: []field{
			f.wide(f.field("supply/book/pt", "area", "Como marcar", "")), f.wide(f.field("supply/book/en", "area", "Como marcar, em inglês", "")),
			f.wide(f.field("supply/elsewhere/pt", "area", "Outra loja perto", "")), f.wide(f.field("supply/elsewhere/en", "area", "Outra loja perto, em inglês", "")),
		}},
	}
}

func (f form) body(id string) []block {
	at := "bodies/" + id + "/"
	blocks := []block{{Title: "Nos ecrãs e na voz", Fields: []field{
		f.field(at+"short", "text", "Nome curto", "Como no painel: IRN"),
		f.wide(f.field(at+"name/pt", "text", "Nome em português", "")), f.wide(f.field(at+"name/en", "text", "Nome em inglês", "")),
		f.field(at+"icon", "text", "Ícone", "Nome do desenho no quiosque"),
	}}}
	return append(append(blocks, f.bodyHours(id)...), block{Title: "Mais", Remove: &remover{"bodies/" + id, "Tirar esta entidade"}})
}

func (f form) division(id string) []block {
	at := "divisions/" + id + "/"
	var bodies []option
	for _, b := range f.b.Bodies {
		bodies = append(bodies, option{b.ID, b.Short, false})
	}
	blocks := []block{
		{Title: "Na senha e no painel", Fields: []field{
			f.field(at+"prefix", "text", "Letra", ""),
			f.choice(at+"body", "Entidade", "", bodies...),
			f.field(at+"place", "text", "Onde se espera", "Impresso na senha"),
		}},
		{Title: "Senhas de cada dia", Fields: []field{
			f.number(at+"quota", "Senhas por dia", "Depois destas, o botão fica esgotado", "senhas", "até 999"),
			f.number(at+"first", "Primeiro número", "", "", "1"),
			f.share(id),
		}},
	}
	for _, s := range f.b.Services {
		if s.Division != id {
			continue
		}
		at := "services/" + s.ID + "/"
		blocks = append(blocks, block{Title: s.Name.In("pt"), Fields: []field{
			f.field(at+"name/pt", "text", "Nome em português", ""), f.field(at+"name/en", "text", "Nome em inglês", ""),
			f.minutes(at+"target", "Objetivo", "Espera que 80 % não devem passar", "nenhum"),
			f.minutes(at+"mean", "Tempo ao balcão", "O habitual", "10"),
		}, Remove: &remover{"services/" + s.ID, "Tirar este serviço"}})
	}
	counters := block{Title: "Balcões que atendem", Note: "«Ajuda» é depois do tempo das regras de chamada (" + orNone(f.overflow()) + ")."}
	for _, k := range f.b.Counters {
		counters.Fields = append(counters.Fields, f.skill("counters/"+k.ID+"/division/"+id, k.Label, true))
	}
	return append(blocks, counters, block{
		Title: "Mais", Add: &adder{List: "services", Label: "Novo serviço nesta divisão", Hint: "Nome em português", Under: id},
		Remove: &remover{"divisions/" + id, "Tirar esta divisão e os seus serviços"},
	})
}

func (f form) overflow() string {
	if own := setup.Get(f.b, "policy/overflow"); own != "" {
		return own + " min"
	}
	return strconv.Itoa(int(queue.DefaultPolicy().Overflow.Minutes())) + " min"
}

func (f form) skill(path, label string, mixed bool) field {
	options := []option{{"", "não", false}, {string(setup.SkillOwn), "sempre", false}, {string(setup.SkillHelp), "ajuda", false}}
	if mixed && setup.Get(f.b, path) == string(setup.SkillMixed) {
		options = append(options, option{string(setup.SkillMixed), "conforme o serviço", false})
	}
	return f.choice(path, label, "", options...)
}

func (f form) service(id string) []block {
	at := "services/" + id + "/"
	var divisions []option
	for _, d := range f.b.Divisions {
		body, _ := f.b.Body(queue.BodyID(d.Body))
		divisions = append(divisions, option{d.ID, d.Prefix + " · " + body.Short, false})
	}
	counters := block{Title: "Balcões que atendem"}
	for _, k := range f.b.Counters {
		counters.Fields = append(counters.Fields, f.skill("counters/"+k.ID+"/skill/"+id, k.Label, false))
	}
	blocks := []block{
		{Title: "No quiosque e na senha", Fields: []field{
			f.wide(f.field(at+"name/pt", "text", "Nome em português", "")), f.wide(f.field(at+"name/en", "text", "Nome em inglês", "")),
			f.wide(f.field(at+"help/pt", "text", "Ajuda em português", "Uma linha sob o nome")), f.wide(f.field(at+"help/en", "text", "Ajuda em inglês", "")),
			f.field(at+"icon", "text", "Ícone", "Nome do desenho"),
			f.field(at+"popular", "check", "Entre os mais procurados", "Aparece na primeira página do quiosque"),
		}},
		{Title: "Na fila", Fields: []field{
			f.choice(at+"division", "Divisão", "A letra da senha", divisions...),
			f.choice(at+"group", "Tipo", "Pedidos e levantamentos são filas separadas", option{"", "nenhum", false}, option{branch.GroupRequest, "pedido", false}, option{branch.GroupCollection, "levantamento", false}),
			f.minutes(at+"target", "Objetivo", "Espera que 80 % não devem passar", "nenhum"),
			f.minutes(at+"mean", "Tempo ao balcão", "O habitual", "10"),
		}},
		counters,
	}
	return append(append(blocks, f.serviceSupply(id)...), block{Title: "Mais", Remove: &remover{"services/" + id, "Tirar este serviço"}})
}

func (f form) counter(id string) []block {
	at := "counters/" + id + "/"
	services := block{Title: "O que atende"}
	for _, s := range f.b.Services {
		services.Fields = append(services.Fields, f.skill(at+"skill/"+s.ID, s.Name.In("pt"), false))
	}
	var ids []string
	for _, b := range f.b.Bodies {
		for _, c := range f.b.Classes(queue.BodyID(b.ID)) {
			if !slices.Contains(ids, c.ID) {
				ids = append(ids, c.ID)
			}
		}
	}
	return []block{
		{Title: "Nos ecrãs e na voz", Fields: []field{f.field(at+"label", "text", "Nome do balcão", "Como se diz na chamada: Balcão 3")}},
		services,
		{Title: "Classes", Note: "Existem: " + strings.Join(ids, ", ") + ".", Fields: []field{
			f.wide(f.field(at+"only", "text", "Só recebe estas classes", "Como law, para um balcão só de prioridade; vazio são todas")),
			f.wide(f.field(at+"closed", "text", "Classes que não recebe", "")),
		}},
		{Title: "Mais", Remove: &remover{"counters/" + id, "Tirar este balcão"}},
	}
}

func (f form) rules() []block {
	blocks := []block{
		{Title: "Ordem de chamada", Note: "Primeiro a prioridade por lei; depois as marcações na hora e as esperas longas; depois a ordem de chegada.", Fields: f.calling("policy/")},
		f.classes("policy/classes", "Classes da loja", f.b.Policy.Classes),
	}
	var free []option
	for _, body := range f.b.Bodies {
		if !slices.ContainsFunc(f.b.Policy.Bodies, func(c branch.BodyCalling) bool { return c.Body == body.ID }) {
			free = append(free, option{body.ID, body.Short, false})
		}
	}
	for _, own := range f.b.Policy.Bodies {
		body, _ := f.b.Body(queue.BodyID(own.Body))
		at := "policy/bodies/" + own.Body
		one := block{Title: "Regra própria: " + body.Short, Note: "O que ficar vazio segue a regra da loja.", Fields: f.calling(at + "/"), Remove: &remover{at, "Tirar a regra própria"}}
		blocks = append(blocks, one, f.classes(at+"/classes", "Classes de "+body.Short, own.Classes))
	}
	if len(free) > 0 {
		blocks = append(blocks, block{Title: "Entidade com regra própria", Add: &adder{List: "policy/bodies", Label: "Dar regra própria", UnderLabel: "Entidade", Options: free}})
	}
	return append(blocks,
		block{Title: "Quem não veio", Fields: []field{
			f.number("policy/recalls", "Rechamadas", "Vezes que se pode chamar de novo", "vezes", "sem limite"),
			f.minutes("policy/recall_pause", "Pausa entre chamadas", "", "0"),
			f.minutes("policy/revive_within", "Pode voltar dentro de", "Uma vez, com a hora da senha", "10"),
			f.number("policy/revive_calls", "ou dentro de", "Chamadas da mesma divisão", "chamadas", "0"),
		}},
		block{Title: "Papel", Fields: []field{
			f.minutes("policy/reprint", "Voltar a imprimir", "Tempo para repetir uma impressão que falhou", "120"),
			f.minutes("policy/silence", "Sem notícia da impressora", "Depois disto a senha espera, assinalada", "20"),
		}},
		block{Title: "Ao balcão", Fields: []field{
			f.wide(f.field("policy/auto_call", "check", "Uma senha nova vai logo para um balcão livre que a atenda", "")),
			f.wide(f.field("policy/clerks_choose", "check", "Quem atende pode chamar uma senha escolhida", "Com uma razão, que fica no registo; a coordenação pode sempre")),
		}},
		block{Title: "Atrasar a prioridade", Note: "A lei (DL 58/2016) manda atender as prioritárias antes de todas. Só se usa por ordem escrita; a coordenação e a sede veem-no enquanto durar.", Fields: []field{
			f.number("policy/ratio/others", "Outras entre duas prioridades", "0 cumpre a lei", "senhas", "0"),
			f.wide(f.field("policy/ratio/unlawful", "check", "Sei que é contra a lei", "Sem esta marca não se publica")),
		}})
}

func (f form) calling(at string) []field {
	usual := [4]string{"45", "10", "5", "15"}
	if at != "policy/" {
		usual = [4]string{"como a loja", "como a loja", "como a loja", "como a loja"}
	}
	return []field{
		f.minutes(at+"guard", "Espera longa", "Passa a valer como marcação; 0 desliga", usual[0]),
		f.minutes(at+"overflow", "Ajuda de outros balcões", "Depois desta espera", usual[1]),
		f.minutes(at+"early", "Marcação adiantada", "Pode ser chamada antes da hora", usual[2]),
		f.minutes(at+"late", "Tolerância de marcação", "Depois, espera como quem não marcou", usual[3]),
	}
}

func (f form) classes(list, title string, classes []branch.Class) block {
	one := block{Title: title, Add: &adder{List: list, Label: "Nova classe", Hint: "Texto para o cidadão"}}
	if len(classes) == 0 {
		one.Note = "As habituais: prioridade por lei, com marcação, sem marcação. Uma classe nova copia-as primeiro para aqui."
		if body, is := strings.CutPrefix(list, "policy/bodies/"); is {
			one.Tax = strings.TrimSuffix(body, "/classes")
			one.Note = "As da loja. Uma classe nova copia primeiro as habituais para aqui."
		}
	}
	for _, c := range classes {
		at := list + "/" + c.ID + "/"
		text := f.wide(f.field(at+"text/pt", "text", c.ID+": texto para o cidadão", ""))
		one.Fields = append(one.Fields, text,
			f.number(at+"tier", "Escalão", "0 é o primeiro", "", "0"),
			f.choice(at+"order", "Ordem", "", option{"", "chegada", false}, option{string(queue.OrderSlot), "hora marcada", false}),
			f.field(at+"basis", "text", "Base legal", "Código: dl-58-2016"))
		if id := queue.ClassID(c.ID); id != queue.ClassLaw && id != queue.ClassWalkIn { // every branch has these
			one.Removes = append(one.Removes, remover{list + "/" + c.ID, "Tirar a classe " + c.Text.In("pt")})
		}
	}
	return one
}
