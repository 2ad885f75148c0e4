package setup

import (
	"regexp"
	"slices"
	"strings"

	"balcao/internal/branch"
	"balcao/internal/config"
	"balcao/internal/queue"
)

// Fault is something wrong with a document, in words, with the field it belongs to.
type Fault struct {
	Path  string // of the field or line; empty for the document as a whole
	Line  int    // in the document; 0 if none can be named
	Where string // the line of the list: Divisão A, Balcão 3
	What  string // the field: Senhas por dia
	Text  string // what is wrong, and what to do
}

func faultOf(b *branch.Branch, p config.Problem) Fault {
	path := pathOf(b, p.Key)
	return Fault{Path: path, Line: p.Line, Where: Where(b, path), What: Label(path), Text: Translate(p.Text)}
}

// labels are the words of fields, by the list or part they stand in and their key.
var labels = map[string]string{
	"id": "Código da loja", "name": "Nome da loja", "zone": "Fuso horário", "greeting": "Saudação com o cartão",
	"lend": "Números emprestados aos quiosques", "bodies": "Entidades", "divisions": "Divisões", "services": "Serviços",
	"counters": "Balcões", "policy": "Regras de chamada", "slip": "Talão", "slip/parts": "Ordem das partes do talão",

	"bodies/id": "Código", "bodies/short": "Nome curto", "bodies/name/pt": "Nome em português", "bodies/name/en": "Nome em inglês", "bodies/name": "Nome", "bodies/icon": "Ícone",

	"divisions/id": "Código", "divisions/body": "Entidade", "divisions/prefix": "Letra", "divisions/first": "Primeiro número",
	"divisions/quota": "Senhas por dia", "divisions/place": "Onde se espera",

	"services/id": "Quem atende", "services/division": "Divisão", "services/name/pt": "Nome em português", "services/name/en": "Nome em inglês",
	"services/name": "Nome", "services/help/pt": "Ajuda em português", "services/help/en": "Ajuda em inglês", "services/icon": "Ícone",
	"services/group": "Pedido ou levantamento", "services/popular": "Entre os mais procurados", "services/target": "Objetivo de espera",
	"services/mean": "Tempo habitual ao balcão",

	"counters/id": "Código", "counters/label": "Nome do balcão", "counters/primary": "Atende sempre", "counters/secondary": "Ajuda depois de uma espera",
	"counters/closed": "Classes que não recebe", "counters/only": "Só recebe estas classes",

	"policy/guard": "Espera longa", "policy/overflow": "Ajuda de outros balcões", "policy/early": "Marcação adiantada", "policy/late": "Tolerância de marcação",
	"policy/classes": "Classes", "policy/bodies": "Regras por entidade", "policy/auto_call": "Chamada automática", "policy/clerks_choose": "Chamar uma senha escolhida", "callboards": "Painéis", "supply": "Horário e limites", "bookings": "Marcações", "policy/ratio/others": "Outras entre duas prioridades",
	"policy/ratio/unlawful": "Marca de ilegal", "policy/recalls": "Rechamadas", "policy/recall_pause": "Pausa entre chamadas",
	"policy/revive_within": "Regresso de quem faltou", "policy/revive_calls": "Regresso, em chamadas", "policy/reprint": "Voltar a imprimir", "policy/silence": "Impressão sem notícia",

	"callboards/id": "Código", "callboards/name": "Nome do painel", "callboards/places": "Lugares", "callboards/bodies": "Entidades",
	"callboards/boxes": "Caixas", "callboards/earlier": "Chamadas anteriores", "callboards/takeover": "Chamada em destaque",
	"callboards/messages": "Mensagens", "callboards/video": "Vídeo ao lado",

	"video": "Vídeo ao lado das chamadas", "messages": "Mensagens nos painéis", "messages/id": "Código", "messages/text": "Texto", "messages/text/pt": "Texto em português", "messages/text/en": "Texto em inglês",
	"messages/until": "Último dia", "services/also": "Outros nomes, para procurar",

	"classes/id": "Código", "classes/tier": "Escalão", "classes/order": "Ordem", "classes/basis": "Base legal",
	"classes/text/pt": "Texto para o cidadão", "classes/text/en": "Texto em inglês", "classes/text": "Texto para o cidadão",

	"supply/hours": "Horário", "supply/exceptions": "Exceções ao horário", "supply/holidays": "Feriados", "supply/municipal_holiday": "Feriado municipal",
	"supply/stop_before": "Últimas senhas", "supply/day_end": "Fim do dia", "supply/occupancy": "Lotação", "supply/book/pt": "Como marcar",
	"supply/book/en": "Como marcar, em inglês", "supply/elsewhere/pt": "Outra loja perto", "supply/elsewhere/en": "Outra loja perto, em inglês",
	"supply/services": "Limites por serviço", "supply/bodies": "Horários por entidade",
	"supply/bodies/*/hours": "Horário próprio", "supply/bodies/*/exceptions": "Exceções ao horário",
	"supply/services/*/hours": "Horário próprio", "supply/services/*/exceptions": "Exceções ao horário",
	"supply/services/*/stop_before": "Últimas senhas", "supply/services/*/quota": "Senhas por dia sem marcação",
	"supply/services/*/give_back": "Faltas devolvem o lugar", "supply/services/*/next/pt": "Quando não há senhas",
	"supply/services/*/next/en": "Quando não há senhas, em inglês", "supply/services/*/next": "Quando não há senhas",
	"bookings/shares/*/percent": "Parte guardada para marcações", "bookings/shares/*/division": "Divisão das marcações",

	"feedback/complaints": "Endereço do livro", "feedback/praise": "Endereço para elogios", "feedback/book": "Livro de papel",
	"feedback/companies": "Atendem aqui empresas", "feedback/slip": "Livro no talão",
	"staff_report/on": "Relatar por pessoa", "staff_report/least": "Relatar por pessoa só a partir de",
	"bookings/from": "Chegada adiantada a marcações", "bookings/release": "Libertar números reservados", "bookings/shares": "Números para marcações",
	"bookings/names": "Nomes nos ficheiros de marcações", "bookings/offer": "Botão «Tenho marcação»",
}

// labelled are the lists whose lines have fields with words of their own.
var labelled = []string{"bodies", "divisions", "services", "counters", "callboards", "messages"}

// Label returns what a field is called on screens; a field without a word has its key.
func Label(path string) string {
	parts := strings.Split(path, "/")
	if w, is := supplyLabel(path, parts); is {
		return w
	}
	if i := slices.Index(parts, "classes"); i >= 0 && len(parts) > i+2 {
		return word("classes/"+strings.Join(parts[i+2:], "/"), parts)
	}
	if len(parts) > 3 && parts[0] == "policy" && parts[1] == "bodies" {
		return word("policy/"+strings.Join(parts[3:], "/"), parts)
	}
	if len(parts) > 2 && slices.Contains(labelled, parts[0]) {
		return word(parts[0]+"/"+strings.Join(parts[2:], "/"), parts)
	}
	if w, is := slipLabel(parts); is {
		return w
	}
	if len(parts) == 2 && slices.Contains(labelled, parts[0]) {
		return map[string]string{"bodies": "Entidade", "divisions": "Divisão", "services": "Serviço", "counters": "Balcão", "callboards": "Painel", "messages": "Mensagem"}[parts[0]]
	}
	return word(path, parts)
}

func word(key string, parts []string) string {
	if w, known := labels[key]; known {
		return w
	}
	return parts[len(parts)-1]
}

// Where names the line of a list that a path stands on; empty for the branch itself.
func Where(b *branch.Branch, path string) string {
	parts := strings.Split(path, "/")
	if len(parts) < 2 {
		return ""
	}
	id := parts[1]
	switch parts[0] {
	case "bodies":
		return or(Get(b, "bodies/"+id+"/short"), id)
	case "divisions":
		return "Divisão " + or(Get(b, "divisions/"+id+"/prefix"), id)
	case "services":
		return or(Get(b, "services/"+id+"/name/pt"), id)
	case "counters":
		return or(Get(b, "counters/"+id+"/label"), id)
	case "callboards":
		return "Painel " + or(Get(b, "callboards/"+id+"/name"), id)
	case "messages":
		return "Mensagem «" + or(Get(b, "messages/"+id+"/text/pt"), id) + "»"
	case "slip":
		return whereOnSlip(b, parts)
	case "policy":
		where := "Regras"
		rest := parts[1:]
		if len(parts) > 2 && parts[1] == "bodies" {
			where, rest = "Regras de "+or(Get(b, "bodies/"+parts[2]+"/short"), parts[2]), parts[3:]
		}
		if len(rest) > 1 && rest[0] == "classes" {
			return where + ", classe " + rest[1]
		}
		return where
	case "supply":
		if len(parts) > 3 && id == "services" {
			return or(Get(b, "services/"+parts[2]+"/name/pt"), parts[2])
		}
		if len(parts) > 3 && id == "bodies" {
			return or(Get(b, "bodies/"+parts[2]+"/short"), parts[2])
		}
		return "Horário e limites"
	case "bookings":
		if len(parts) > 3 && id == "shares" {
			return "Divisão " + or(Get(b, "divisions/"+parts[2]+"/prefix"), parts[2])
		}
		return "Marcações"
	}
	return ""
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Say returns a value of a field in words: with its unit, and names for ids.
func Say(b *branch.Branch, path, value string) string {
	if words, is := sayHours(b, path, value); is {
		return words
	}
	if value == "" {
		return ""
	}
	key := path[strings.LastIndex(path, "/")+1:]
	switch {
	case path == "slip/parts":
		return names(value, func(id string) string { return PartName(b, id) })
	case key == "picture":
		return pictureWords(value)
	case value == "true":
		return "sim"
	case value == "false":
		return "não"
	case slices.Contains([]string{"guard", "overflow", "early", "late", "revive_within", "target", "mean", "stop_before", "from", "release"}, key),
		slices.Contains(inSeconds, key):
		if value == "0" {
			return "nenhum"
		}
		if strings.Trim(value, "0123456789") == "" {
			return value + " " + Unit(path)
		}
	case key == "percent":
		return value + " %"
	case key == "primary" || key == "secondary" || path == "services":
		return names(value, func(id string) string { return Get(b, "services/"+id+"/name/pt") })
	case path == "counters":
		return names(value, func(id string) string { return Get(b, "counters/"+id+"/label") })
	case path == "callboards":
		return names(value, func(id string) string { return Get(b, "callboards/"+id+"/name") })
	case strings.HasPrefix(path, "callboards/") && key == "bodies":
		return names(value, func(id string) string { return Get(b, "bodies/"+id+"/short") })
	case path == "divisions":
		return names(value, func(id string) string { return Get(b, "divisions/"+id+"/prefix") })
	case key == "division":
		return or(Get(b, "divisions/"+value+"/prefix"), value)
	case key == "body":
		return or(Get(b, "bodies/"+value+"/short"), value)
	case key == "closed" || key == "only":
		return names(value, func(id string) string { return ClassName(b, id) })
	case key == "order" && value == string(queue.OrderSlot):
		return "pela hora marcada"
	case key == "group":
		return map[string]string{branch.GroupRequest: "pedido", branch.GroupCollection: "levantamento"}[value]
	}
	return value
}

func names(ids string, name func(string) string) string {
	words := strings.Fields(ids)
	for i, id := range words {
		words[i] = or(name(id), id)
	}
	return strings.Join(words, ", ")
}

// ClassName returns what citizens are told of a class, of whichever body has it.
func ClassName(b *branch.Branch, id string) string {
	all := b.Classes("")
	for _, body := range b.Bodies {
		all = append(slices.Clip(all), b.Classes(queue.BodyID(body.ID))...)
	}
	for _, c := range all {
		if c.ID == id {
			return or(c.Text["pt"], id)
		}
	}
	return id
}

// translation is a fault as the program writes it, and as the page says it.
type translation struct {
	from *regexp.Regexp
	to   string
}

// Translate says in Portuguese what the checks of a description say in English; what it does not know stays.
func Translate(fault string) string {
	for _, t := range translations {
		if t.from.MatchString(fault) {
			return t.from.ReplaceAllString(fault, t.to)
		}
	}
	return fault
}

func says(from, to string) translation { return translation{regexp.MustCompile("^" + from + "$"), to} }

const quoted = `"([^"]*)"`

var translations = []translation{
	says(`missing`, `Falta preencher.`),
	says(quoted+` stands twice`, `«$1» está duas vezes. Tire um deles.`),
	says(quoted+` is not a branch id such as L901`, `«$1» não é um código de loja, como L901.`),
	says(`the branch needs a name`, `A loja precisa de um nome.`),
	says(`the branch needs a time zone.*`, `A loja precisa de um fuso horário.`),
	says(`a branch needs at least one body`, `É preciso pelo menos uma entidade.`),
	says(`a branch needs at least one service`, `É preciso pelo menos um serviço.`),
	says(`needs a Portuguese name \(pt\)`, `Falta o nome em português.`),
	says(`needs a Portuguese text \(pt\) for the citizen`, `Falta o texto em português para o cidadão.`),
	says(`unknown body `+quoted, `A entidade «$1» não existe nesta loja. Escolha outra ou crie-a em Entidades.`),
	says(`unknown division `+quoted, `A divisão «$1» não existe nesta loja. Escolha outra ou crie-a em Divisões.`),
	says(`unknown service `+quoted, `O serviço «$1» não existe nesta loja. Tire-o ou crie-o em Serviços.`),
	says(`unknown class `+quoted, `A classe «$1» não existe. Tire-a, ou crie-a em Regras de chamada.`),
	says(quoted+` is not one to three capital letters`, `«$1» não serve: use uma a três letras maiúsculas.`),
	says(`(.*) already stands for division .* of this body`, `A letra $1 já é de outra divisão desta entidade. Escolha outra.`),
	says(`numbers must stay between 1 and 999`, `Os números têm de ficar entre 1 e 999. Use menos senhas ou um primeiro número menor.`),
	says(quoted+` is neither request nor collection`, `«$1» não é pedido nem levantamento.`),
	says(quoted+` is neither yellow nor blue`, `«$1» não é um livro: yellow é o amarelo, blue o azul.`),
	says(quoted+` is not an address such as (\S+)`, `«$1» não é um endereço: começa por https://, como $2.`),
	says(`there is no address to print.*`, `Não há endereço para pôr no talão: escreva um, ou tire a marca.`),
	says(`the address has (\d+) bytes, more than the (\d+) that a slip prints as a code`, `O endereço tem $1 letras; no talão cabem $2. Encurte-o, ou não o ponha no talão.`),
	says(`must be a name of small letters, digits and dashes that ends in \.webm or \.mp4`, `O nome de um vídeo tem letras minúsculas, algarismos e hífenes, e acaba em .webm ou .mp4.`),
	says(quoted+` is not made of small letters, digits and dashes`, `«$1» não serve de código: use letras minúsculas, algarismos e hífenes.`),
	says(`no division waits at `+quoted, `Nenhuma divisão espera em «$1». Tire-o, ou ponha esse lugar numa divisão.`),
	says(`(\S+) shows (\S+) already`, `A caixa $1 já mostra o painel $2. Uma caixa mostra um só.`),
	says(quoted+` is not a box of this branch, such as (\S+)`, `«$1» não é uma caixa desta loja; os códigos são como $2.`),
	says(`none shows division (\S+) \((\S*), `+quoted+`\)`, `Nenhum painel mostra a divisão $1, que espera em «$3»: ninguém a veria ser chamada.`),
	says(`at most (\d+)`, `São no máximo $1.`),
	says(`(\S+) is longer than (\d+) letters`, `O texto ($1) tem mais de $2 letras: não se lê ao longe.`),
	says(`must be between 0 and 8h`, `Tem de ficar entre 0 e 8 horas.`),
	says(`no counter serves `+quoted, `Nenhum balcão atende este serviço. Marque pelo menos um em Balcões.`),
	says(`no counter that serves `+quoted+` takes the class (.*)`, `Nenhum balcão que atende este serviço recebe a classe «$2»: quem a tiver nunca seria chamado.`),
	says(`a counter must serve something`, `Este balcão não atende nada. Marque um serviço, ou tire o balcão.`),
	says(quoted+` stands in closed too.*`, `A classe «$1» está também nas que o balcão não recebe: ninguém seria chamado.`),
	says(`(\S+) is not between (\S+) and (\S+)`, `$1 não serve: tem de ficar entre $2 e $3.`),
	says(`(\S+) is outside (\S+) to (\S+)`, `$1 não serve: tem de ficar entre $2 e $3.`),
	says(`a ratio delays priority by law.*`, `Atrasa a prioridade por lei (DL 58/2016). Ponha 0, ou assinale que sabe que é contra a lei.`),
	says(`marks a ratio that is not set.*`, `Está marcado como ilegal, mas não há nada a atrasar. Tire a marca.`),
	says(`priority by law must be in tier 0`, `A prioridade por lei tem de estar no escalão 0.`),
	says(`say the law that gives priority.*`, `Falta a base legal, como dl-58-2016.`),
	says(`priority by law goes by arrival`, `A prioridade por lei segue a ordem de chegada.`),
	says(`those who walk in have no booked time to go by`, `Quem vem sem marcação não tem hora marcada: use a ordem de chegada.`),
	says(`those who walk in cannot stand beside priority by law`, `Quem vem sem marcação não pode ficar a par da prioridade por lei.`),
	says(`a class called beside priority by law needs.*`, `Uma classe no escalão 0 precisa da lei ou regra que o diz (base legal).`),
	says(`the class law is missing.*`, `Falta a classe law, a prioridade por lei: todas as lojas a têm.`),
	says(`the class walkin is missing.*`, `Falta a classe walkin, de quem vem sem marcação: todas as lojas a têm.`),
	says(quoted+` is not a class id.*`, `«$1» não serve de código: use letras minúsculas, algarismos e hífenes.`),
	says(quoted+` is neither slot nor empty`, `«$1» não é uma ordem conhecida.`),
	says(`at most (\d+) numbers can be lent at a time`, `Não se podem emprestar mais de $1 números de cada vez.`),
	says(`unknown key; did you mean `+quoted+`\?`, `Palavra desconhecida; seria «$1»?`),
	says(`unknown key.*`, `Palavra desconhecida.`),
	says(`given twice, first in line (\d+)`, `Está duas vezes; a primeira na linha $1.`),
	says(`has no value; leave the key out to keep its default`, `Falta o valor; apague a linha para usar o valor normal.`),
	says(`want a duration.*`, `Falta um tempo, como 45m ou 20s.`),
	says(`want a text, got .*; put it in quotes`, `Falta um texto entre aspas.`),
	says(`want a text, got keys and values`, `Falta um texto entre aspas.`),
	says(`want a list.*`, `Falta uma lista.`),
	says(`want keys and values.*`, `Faltam palavras e valores, como «quota: 120».`),
	says(quoted+` is none of national, azores, madeira, none`, `«$1» não é um calendário: national, azores, madeira ou none.`),
	says(`cannot be negative; 0 is no limit`, `Não pode ser negativo; 0 é sem limite.`),
	says(`needs a Portuguese text \(pt\)`, `Falta o texto em português (pt).`),
	says(`must be between (\S+) and (\S+)`, `Tem de ficar entre $1 e $2.`),
	says(`(.*) goes on after the Day's end, (.*)`, `$1 continua depois do fim do dia, $2.`),
	says(quoted+` has no quota to share: set one`, `A divisão «$1» não tem senhas por dia a repartir: ponha um número.`),
	says(quoted+`: unknown service `+quoted, `«$1»: o serviço «$2» não existe nesta loja.`),
	says(`say on which weekdays, such as mon-fri`, `Faltam os dias da semana, como mon-fri.`),
	says(`say when it is open, such as 08:30-19:30.*`, `Faltam as horas, como 08:30-19:30; tire os dias em que fecha.`),
	says(`say which date, such as 2026-12-24`, `Falta a data, como 2026-12-24.`),
	says(`(\S+) stands twice`, `$1 está duas vezes.`),
	says(`(\S+) runs backward; .*`, `$1 anda para trás; um período que passa da meia-noite escreve-se em dois: até 24:00, e desde 00:00 no dia seguinte.`),
	says(`(\S+) is empty`, `$1 não dura nada.`),
	says(`(\S+) overlaps (\S+) on \S+`, `$1 sobrepõe-se a $2 no mesmo dia.`),
	says(`(\S+) overlaps (\S+)`, `$1 sobrepõe-se a $2.`),
	says(`want true or false.*`, `Escreva true ou false.`),
	says(quoted+` stands on the slip already`, `Já está no talão. Tire uma das duas.`),
	says(`there is no part "number"`, `Falta o número no talão: ponha-o de novo.`),
	says(`there is no part "service"`, `Falta o serviço no talão: ponha-o de novo.`),
	says(`there is no part "copy"`, `Falta a marca de 2.ª via: sem ela, duas senhas iguais não se distinguem.`),
	says(`there is no part "priority"`, `Falta a prioridade no talão: ponha-a de novo.`),
	says(`there is no part "validity"`, `Falta a validade no talão: ponha-a de novo.`),
	says(`has no words`, `Escreva o texto em português, ou tire esta parte.`),
	says(`is longer than (\d+) letters`, `É maior do que $1 letras: encurte-o.`),
	says(`(\d+) parts are more than (\d+)`, `$1 partes são demais; cabem $2.`),
	says(`belongs to a part "([^"]*)", not to "([^"]*)"`, `Não pertence a esta parte. Apague-o no texto completo.`),
	says(quoted+` is none of header.*`, `«$1» não é uma parte de talão.`),
}
