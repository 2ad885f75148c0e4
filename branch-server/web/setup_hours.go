package web

import (
	"net/url"
	"slices"
	"strings"

	"balcao/internal/branch"
	"balcao/internal/branch/setup"
	calendar "balcao/internal/hours"
	"balcao/internal/queue"
)

// houseFields are the fields of the page of hours that are not days or dates.
var houseFields = []string{"supply/occupancy", "supply/stop_before", "supply/day_end", "supply/holidays", "supply/municipal_holiday"}

// aheadSetup is how far ahead the page of hours tells the days that are different.
const aheadSetup = 90

// house is the page of hours: those of the branch itself.
func (f form) house() []block {
	blocks := []block{f.week("supply", "Horário da loja", f.b.House(f.zone))}
	blocks = append(blocks, f.exceptions("supply", "Exceções: dias diferentes")...)
	return append(blocks,
		block{Title: "Feriados", Note: "Em feriado a loja está encerrada, salvo se a data for uma exceção.", Lines: f.ahead(), Fields: []field{
			f.choice("supply/holidays", "Calendário", "", option{"", "nacional", false}, option{"azores", "Açores", false}, option{"madeira", "Madeira", false}, option{"none", "sem feriados", false}),
			f.field("supply/municipal_holiday", "text", "Feriado municipal", "Como 13/06; a Ascensão é páscoa+39"),
		}},
		block{Title: "Fecho e lotação", Fields: []field{
			f.minutes("supply/stop_before", "Últimas senhas", "Antes de cada fecho; quem já tem senha é atendido", "0"),
			f.usual(f.field("supply/day_end", "text", "Fim do dia", "A esta hora fecha o dia da loja"), "24:00"),
			f.number("supply/occupancy", "Lotação", "Pessoas na sala; vazio é sem limite", "pessoas", "sem limite"),
		}})
}

func (f form) usual(one field, usual string) field {
	one.Usual = usual
	return one
}

// week is the block of a level's weekly hours: a line for each day, and what they mean now.
func (f form) week(level, title string, schedule calendar.Schedule) block {
	own := setup.HasWeek(f.b, level)
	one := block{Title: title, Class: "week"}
	closed := "como a loja"
	switch {
	case own:
		closed = "fechado"
		one.Note = "Escreva como 08:30-12:30, 14:00-19:30. Um dia vazio é fechado."
	case level == "supply":
		closed = "todo o dia"
		one.Note = "Sempre aberto: sem horário, há senhas a qualquer hora, também aos feriados. Ao escrever num dia, os outros ficam fechados até os preencher."
	case strings.HasPrefix(level, "supply/services/"):
		closed = "como a entidade"
		one.Note = "Sem horário próprio: segue o da entidade. Ao escrever num dia, os outros ficam fechados até os preencher."
	default:
		one.Note = "Sem horário próprio: segue o da loja. Ao escrever num dia, os outros ficam fechados até os preencher."
	}
	one.Lines = append(one.Lines, "Agora, com estas horas: "+schedule.State(f.at).Say().In("pt"))
	for _, line := range schedule.Week() {
		one.Lines = append(one.Lines, line.In("pt"))
	}
	for _, day := range setup.Weekdays {
		path := level + "/week/" + day
		one.Fields = append(one.Fields, f.usual(f.field(path, "text", setup.Label(path), ""), closed))
	}
	if setup.Get(f.b, level+"/week/mon") != "" {
		one.Press = &remover{"copy-monday:" + level, "Terça a sexta como a segunda"}
	}
	return one
}

// exceptions are a block for each date that is different, those past last, and one to add another.
func (f form) exceptions(level, title string) []block {
	list := level + "/exceptions"
	today := calendar.DateOf(f.at)
	add := block{Title: title, Note: "Uma data em que se fecha, ou se abre a outras horas. Vale também em feriado.", Add: &adder{List: list, Label: "Nova exceção", Hint: "Data", Type: "date"}}
	if level != "supply" {
		add.Note = "Só para aqui; as da loja valem para todos."
	}
	var coming, past []block
	for _, date := range setup.Exceptions(f.b, level) {
		at := list + "/" + date.String()
		one := block{Title: upperFirst(date.In("pt", today)), Class: "dated", Fields: []field{
			f.usual(f.field(at+"/spans", "text", "Horas", "Vazio: fechado todo o dia"), "encerrado"),
			f.usual(f.field(at+"/why/pt", "text", "Motivo, para o cidadão", "Depois de «Encerrado:»"), "sem motivo"),
			f.usual(f.field(at+"/why/en", "text", "Motivo em inglês", ""), "como em português"),
		}, Remove: &remover{at, "Tirar esta data"}}
		one.Fields[0].Error = orWord(one.Fields[0].Error, f.faults[at+"/date"])
		switch {
		case date == calendar.Date{}:
			one.Title = "Data em falta"
		case date.Compare(today) < 0:
			one.Title += " (já passou)"
			past = append(past, one)
			continue
		}
		coming = append(coming, one)
	}
	return append(append([]block{add}, coming...), past...)
}

// ahead tells the next days of the branch that are different.
func (f form) ahead() []string {
	var lines []string
	today := calendar.DateOf(f.at)
	for _, special := range f.b.House(f.zone).Ahead(today, aheadSetup) {
		words := map[calendar.Cause]string{calendar.CauseMunicipal: "feriado municipal"}[special.Cause]
		words = orWord(special.Why["pt"], words)
		if words != "" {
			words = ", " + words
		}
		open := "encerrado"
		if len(special.Spans) > 0 {
			open = spanWords(special.Spans)
		}
		lines = append(lines, upperFirst(special.Date.In("pt", today))+words+": "+open)
	}
	return lines
}

// bodyHours are the hours of a body, on its page.
func (f form) bodyHours(id string) []block {
	level := "supply/bodies/" + id
	return append([]block{f.week(level, "Horário próprio", f.bodySchedule(id))}, f.exceptions(level, "Exceções desta entidade")...)
}

// bodySchedule is that of a body as any service of it without own hours has it.
func (f form) bodySchedule(id string) calendar.Schedule {
	s := f.b.House(f.zone)
	for _, o := range f.b.Supply.Bodies {
		if o.Body == id {
			s.Levels = append(s.Levels, calendar.Level{Weekly: o.Hours, Exceptions: o.Exceptions})
		}
	}
	return s
}

// serviceSupply are the limits and the hours of a service, on its page.
func (f form) serviceSupply(id string) []block {
	level := "supply/services/" + id
	limits := block{Title: "Senhas de cada dia", Fields: []field{
		f.number(level+"/quota", "Senhas por dia, sem marcação", "Depois destas fica esgotado", "senhas", "sem limite"),
		f.minutes(level+"/stop_before", "Últimas senhas", "Antes do fecho", orWord(setup.Get(f.b, "supply/stop_before"), "0")),
		f.field(level+"/give_back", "check", "Faltas e desistências devolvem o lugar", ""),
		f.wide(f.field(level+"/next/pt", "area", "O que fazer quando não há senhas", "Dito antes das palavras da loja")),
		f.wide(f.field(level+"/next/en", "area", "O que fazer, em inglês", "")),
	}}
	week := f.week(level, "Horário próprio", f.b.Schedule(queue.ServiceID(id), f.zone))
	return append([]block{limits, week}, f.exceptions(level, "Exceções deste serviço")...)
}

// share is the part of a division's numbers that is kept for bookings.
func (f form) share(id string) field {
	return f.number("bookings/shares/"+id+"/percent", "Guardar para marcações", "Parte das senhas por dia; liberta-se se não vierem", "%", "nenhuma")
}

// ownHours lists the bodies, and the services that differ from them, with how each stands now.
func (f form) ownHours() *listing {
	l := &listing{Title: "Entidades e serviços", Note: "Cada um segue a loja, salvo se disser outra coisa na sua página.", Heads: []string{"Horário", "Agora", "Senhas por dia"}}
	kind := func(level string) string {
		list := slices.DeleteFunc([]string{"próprio", "exceções"}, func(w string) bool {
			return w == "próprio" && !setup.HasWeek(f.b, level) || w == "exceções" && len(setup.Exceptions(f.b, level)) == 0
		})
		return orWord(strings.Join(list, ", "), "como os outros")
	}
	for _, b := range f.b.Bodies {
		l.Rows = append(l.Rows, listRow{
			To: "/configuracao/entidades/" + url.PathEscape(b.ID), Name: b.Short,
			Cells: []string{kind("supply/bodies/" + b.ID), f.bodySchedule(b.ID).State(f.at).Say().In("pt"), ""},
		})
	}
	for _, s := range f.b.Services {
		if !slices.ContainsFunc(f.b.Supply.Services, func(o branch.ServiceSupply) bool { return o.Service == s.ID }) {
			continue
		}
		div, _ := f.b.Division(s.Division)
		l.Rows = append(l.Rows, listRow{
			To: "/configuracao/servicos/" + url.PathEscape(s.ID), Letter: div.Prefix, Name: s.Name.In("pt"),
			Cells: []string{kind("supply/services/" + s.ID), f.b.Schedule(queue.ServiceID(s.ID), f.zone).State(f.at).Say().In("pt"), setup.Get(f.b, "supply/services/"+s.ID+"/quota")},
		})
	}
	return l
}

// linkToSupply is the page and field where a fault of hours, limits or shares is put right; empty if only the full
// text shows it.
func linkToSupply(path string) string {
	parts := strings.Split(path, "/")
	if i := slices.Index(parts, "exceptions"); i > 0 && len(parts) > i+1 && parts[len(parts)-2] != "why" {
		path = strings.Join(append(slices.Clone(parts[:i+2]), "spans"), "/")
	}
	if len(parts) > 3 && parts[0] == "bookings" && parts[1] == "shares" {
		if parts[3] == "division" {
			path = "divisions/" + parts[2] + "/quota"
		}
		return "/configuracao/divisoes/" + url.PathEscape(parts[2]) + "#" + fieldID(path)
	}
	if len(parts) < 2 || parts[0] != "supply" {
		return ""
	}
	last := parts[len(parts)-1]
	page := map[string]string{"services": "servicos", "bodies": "entidades"}[parts[1]]
	switch {
	case slices.Contains(houseFields, path), parts[1] == "week", parts[1] == "exceptions" && len(parts) > 2:
		return "/configuracao/horario#" + fieldID(path)
	case page != "" && len(parts) > 3 && last != "hours" && last != "service" && last != "body":
		if last == "next" {
			path += "/pt"
		}
		return "/configuracao/" + page + "/" + url.PathEscape(parts[2]) + "#" + fieldID(path)
	}
	return ""
}
