package flow

import "strings"

// words are everything the path says, in each of its languages. «{…}» stands
// for what is put in. Every key has every language: a test sees to it.
var words = map[string]Text{
	"home.title":       {"pt": "O que vem tratar hoje?", "en": "What brings you here today?"},
	"home.sub":         {"pt": "Toque num serviço e receba já a sua senha.", "en": "Touch a service to get your ticket."},
	"home.popular":     {"pt": "Mais procurados", "en": "Most asked for"},
	"home.waits":       {"pt": "tempo de espera agora", "en": "waiting time now"},
	"home.calls":       {"pt": "Últimas chamadas", "en": "Latest calls"},
	"home.calls.now":   {"pt": "A chamar agora", "en": "Now calling"},
	"home.nocalls":     {"pt": "Ainda não há chamadas.", "en": "No calls yet."},
	"closed.title":     {"pt": "Não há senhas agora", "en": "No tickets now"},
	"closed.sub":       {"pt": "A loja está fechada.", "en": "The branch is closed."},
	"closed.next":      {"pt": "As senhas voltam quando a loja abrir.", "en": "Tickets are back when the branch opens."},
	"closed.nexthelp":  {"pt": "Se já tem senha, siga o ecrã de chamada.", "en": "If you have a ticket, follow the call screen."},
	"starting.title":   {"pt": "Um momento…", "en": "One moment…"},
	"starting.sub":     {"pt": "O quiosque está a ligar-se à loja.", "en": "The kiosk is connecting to the branch."},
	"starting.next":    {"pt": "Se tiver pressa, peça a senha na receção.", "en": "If you are in a hurry, ask for a ticket at reception."},
	"more":             {"pt": "Ver mais", "en": "More"},
	"bodies":           {"pt": "Ver todos", "en": "See all"},
	"bodies.title":     {"pt": "Todas as entidades", "en": "All public bodies"},
	"bodies.sub":       {"pt": "Escolha com quem quer tratar.", "en": "Choose whom you came to see."},
	"bodies.count":     {"pt": "{n} entidades", "en": "{n} public bodies"},
	"body.count":       {"pt": "{n} serviços", "en": "{n} services"},
	"body.count.one":   {"pt": "1 serviço", "en": "1 service"},
	"services.request": {"pt": "Pedir ou renovar", "en": "Apply or renew"},
	"services.reqnote": {"pt": "pedido novo", "en": "new request"},
	"services.collect": {"pt": "Levantar", "en": "Collect"},
	"services.colnote": {"pt": "já recebeu a carta ou o aviso", "en": "you have the letter or the notice"},
	"services.none":    {"pt": "Esta entidade não tem serviços hoje.", "en": "This body has no services today."},
	"priority":         {"pt": "Atendimento prioritário", "en": "Priority service"},
	"priority.help":    {"pt": "Não tem de dizer o motivo.", "en": "You need not give a reason."},
	"priority.sub":     {"pt": "Não tem de dizer o motivo.", "en": "You need not give a reason."},
	"greet":            {"pt": "Cumprimente-me pelo cartão", "en": "Greet me by my card"},
	"greet.short":      {"pt": "Usar cartão", "en": "Use card"},
	"greet.help":       {"pt": "Lemos só o seu nome, e não o guardamos.", "en": "We read only your name, and do not keep it."},

	"card.title":          {"pt": "Introduza o seu cartão", "en": "Insert your card"},
	"card.sub":            {"pt": "Lemos só o nome, para o cumprimentar.", "en": "We read only your name, to greet you."},
	"card.reading":        {"pt": "A ler o cartão…", "en": "Reading your card…"},
	"card.reading.help":   {"pt": "Deixe-o estar no leitor.", "en": "Leave it in the reader."},
	"card.insert":         {"pt": "Com o chip para a frente, virado para cima", "en": "Chip first, facing up"},
	"card.insert.help":    {"pt": "O leitor está por baixo do ecrã.", "en": "The reader is below the screen."},
	"card.privacy":        {"pt": "Não guardamos nada", "en": "We keep nothing"},
	"card.privacy.help":   {"pt": "O nome aparece só no ecrã seguinte.", "en": "Your name is shown on the next screen only."},
	"card.forgotten":      {"pt": "Está um cartão no leitor", "en": "There is a card in the reader"},
	"card.forgotten.help": {"pt": "Se não é seu, entregue-o na receção. Depois introduza o seu.", "en": "If it is not yours, hand it to reception. Then insert your own."},
	"card.skip":           {"pt": "Continuar sem cartão", "en": "Continue without a card"},
	"card.again":          {"pt": "Tentar de novo", "en": "Try again"},
	"card.bad.title":      {"pt": "Não foi possível ler", "en": "The card was not read"},
	"card.bad.sub":        {"pt": "Pode tirar senha à mesma, sem cartão.", "en": "You can take a ticket without it."},
	"card.unreadable":     {"pt": "O cartão não respondeu", "en": "The card did not answer"},
	"card.unreadable.do":  {"pt": "Tire-o, limpe o chip com um pano seco e introduza-o outra vez.", "en": "Take it out, wipe the chip with a dry cloth and insert it again."},
	"card.foreign":        {"pt": "Este não é um Cartão de Cidadão", "en": "This is not a Portuguese citizen card"},
	"card.foreign.do":     {"pt": "Com outro documento, escolha o serviço sem cartão.", "en": "With another document, choose the service without a card."},
	"card.reverse":        {"pt": "O cartão está ao contrário", "en": "The card is the wrong way round"},
	"card.reverse.do":     {"pt": "Tire-o e introduza primeiro o lado do chip, virado para cima.", "en": "Take it out and insert the chip side first, facing up."},
	"card.noreader":       {"pt": "O leitor de cartões não responde", "en": "The card reader does not answer"},
	"card.noreader.do":    {"pt": "Escolha o serviço sem cartão.", "en": "Choose the service without a card."},
	"card.take":           {"pt": "Tire o seu cartão do leitor", "en": "Take your card out of the reader"},
	"card.take.first":     {"pt": "Tire primeiro o seu cartão do leitor", "en": "First take your card out of the reader"},
	"card.take.help":      {"pt": "Não guardámos os seus dados neste quiosque.", "en": "We kept none of your data in this kiosk."},
	"card.left":           {"pt": "Ficou um cartão no leitor", "en": "A card was left in the reader"},
	"card.left.help":      {"pt": "Se não é seu, entregue-o na receção, por favor.", "en": "If it is not yours, please hand it to reception."},
	"greeting.title":      {"pt": "Olá, {name}", "en": "Hello, {name}"},
	"greeting.leave":      {"pt": "Sair", "en": "Leave"},
	"greeting.leave.help": {"pt": "apaga o seu nome", "en": "erases your name"},
	"greeting.sub":        {"pt": "Toque no serviço que vem tratar.", "en": "Touch the service you came for."},

	"moment":         {"pt": "Um momento…", "en": "One moment…"},
	"working.title":  {"pt": "Um momento…", "en": "One moment…"},
	"working.sub":    {"pt": "Estamos a pedir a sua senha.", "en": "We are asking for your ticket."},
	"working.try":    {"pt": "A loja ainda não respondeu", "en": "The branch has not answered yet"},
	"working.tryhow": {"pt": "Continuamos a pedir a mesma senha. Não precisa de tocar outra vez.", "en": "We keep asking for the same ticket. No need to touch again."},
	"working.else":   {"pt": "Se preferir, vá à receção", "en": "You may go to reception instead"},
	"working.elsedo": {"pt": "Toque em Desistir, e peça lá a sua senha.", "en": "Touch Stop waiting, and ask for your ticket there."},
	"working.stop":   {"pt": "Desistir", "en": "Stop waiting"},

	"ticket.title":      {"pt": "A sua senha", "en": "Your ticket"},
	"ticket.valid":      {"pt": "Válida hoje", "en": "Valid today"},
	"ticket.request":    {"pt": "Pedido", "en": "Request"},
	"ticket.collect":    {"pt": "Levantamento", "en": "Collection"},
	"ticket.priority":   {"pt": "Atendimento prioritário", "en": "Priority service"},
	"ticket.place.help": {"pt": "Espere perto daqui.", "en": "Please wait nearby."},
	"ticket.about":      {"pt": "Cerca de {wait}", "en": "About {wait}"},
	"ticket.about.help": {"pt": "Estimativa das {time}. Veja o ecrã de chamada.", "en": "Estimated at {time}. Watch the call screen."},
	"ticket.nowait":     {"pt": "Espera: sem informação", "en": "Waiting time: not known"},
	"ticket.next":       {"pt": "É a seguir", "en": "You are next"},
	"ticket.nowait.do":  {"pt": "Siga o ecrã de chamada.", "en": "Follow the call screen."},
	"ticket.ahead":      {"pt": "{n} pessoas à frente", "en": "{n} people before you"},
	"ticket.ahead.one":  {"pt": "1 pessoa à frente", "en": "1 person before you"},
	"ticket.ahead.none": {"pt": "Ninguém à frente", "en": "Nobody before you"},
	"ticket.ahead.help": {"pt": "Neste serviço.", "en": "For this service."},
	"ticket.take":       {"pt": "Retire o seu talão", "en": "Take your slip"},
	"ticket.take.help":  {"pt": "Guarde-o até à sua vez.", "en": "Keep it until your turn."},
	"ticket.printing":   {"pt": "A imprimir o talão…", "en": "Printing your slip…"},
	"ticket.print.help": {"pt": "O número já é seu.", "en": "The number is already yours."},
	"ticket.keep":       {"pt": "Guarde este número", "en": "Keep this number"},
	"ticket.keep.help":  {"pt": "É a sua senha, mesmo sem talão.", "en": "It counts even without a slip."},
	"ticket.unknown":    {"pt": "O talão pode não ter saído", "en": "The slip may not have come out"},
	"ticket.unknown.do": {"pt": "A sua senha é válida. Decore ou anote o número.", "en": "Your ticket is valid. Remember or write down the number."},
	"ticket.again":      {"pt": "Outra senha", "en": "Another ticket"},
	"ticket.finish":     {"pt": "Terminar", "en": "Finish"},
	"ticket.closes":     {"pt": "Fecha em", "en": "Closes in"},
	"extend":            {"pt": "Mais tempo", "en": "More time"},
	"offline":           {"pt": "Quiosque sem ligação à loja", "en": "Kiosk not connected to the branch"},
	"offline.valid":     {"pt": "A sua senha é válida. Chamamos o seu número na sua vez, como sempre.", "en": "Your ticket is valid. Your number will be called in turn, as always."},
	"offline.home":      {"pt": "Pode demorar mais. Os tempos de espera voltam com a ligação.", "en": "It may take longer. Waiting times return with the connection."},
	"nopaper.home":      {"pt": "Sem papel: o número fica no ecrã", "en": "No paper: your number is on screen"},
	"nopaper.home.help": {"pt": "A senha é válida. Anote-o ou fotografe-o.", "en": "The ticket is valid. Write it down or photograph it."},
	"nopaper.title":     {"pt": "Guarde o seu número", "en": "Keep your number"},
	"nopaper.sub":       {"pt": "Não há papel, mas a senha é válida.", "en": "No paper, but the ticket is valid."},
	"nopaper.held":      {"pt": "Este número está reservado para si", "en": "This number is reserved for you"},
	"nopaper.held.help": {"pt": "Toque em «Fico com o número no ecrã» e entra na fila.", "en": "Touch “The number on screen is enough” to join the queue."},
	"nopaper.write":     {"pt": "Sem papel?", "en": "No paper?"},
	"nopaper.write.do":  {"pt": "Decore, anote ou fotografe: {number}.", "en": "Remember, write down or photograph: {number}."},
	"nopaper.accept":    {"pt": "Fico com o número no ecrã", "en": "The number on screen is enough"},
	"nopaper.reserved":  {"pt": "Reservado:", "en": "Reserved:"},
	"nopaper.reprint":   {"pt": "Imprimir outra vez", "en": "Try to print again"},
	"nopaper.abandon":   {"pt": "Anular", "en": "Cancel"},
	"onscreen.title":    {"pt": "Está na fila", "en": "You are in the queue"},
	"onscreen.sub":      {"pt": "Chamamos este número no ecrã.", "en": "Watch the call screen for it."},

	"refused.title":              {"pt": "Não demos senha", "en": "No ticket was given"},
	"refused.sold_out":           {"pt": "As senhas de hoje esgotaram-se", "en": "Today's tickets have run out"},
	"refused.sold_out.do":        {"pt": "Na receção dizem-lhe quando volta a haver, ou marcam-lhe uma hora.", "en": "Reception can tell you when there are more, or book a time for you."},
	"refused.closed":             {"pt": "A loja já não dá senhas hoje", "en": "The branch gives no more tickets today"},
	"refused.closed.do":          {"pt": "Volte no horário de abertura, ou pergunte na receção.", "en": "Come back during opening hours, or ask at reception."},
	"refused.unknown_service":    {"pt": "Este serviço deixou de existir aqui", "en": "This service is no longer offered here"},
	"refused.unknown_service.do": {"pt": "Escolha outro serviço, ou pergunte na receção.", "en": "Choose another service, or ask at reception."},
	"refused.invalid":            {"pt": "O pedido não foi aceite", "en": "The request was not accepted"},
	"refused.invalid.do":         {"pt": "Escolha o serviço outra vez. Se voltar a acontecer, vá à receção.", "en": "Choose the service again. If it happens again, go to reception."},
	"refused.settled":            {"pt": "Este pedido já tinha terminado", "en": "This request had already ended"},
	"refused.settled.do":         {"pt": "Escolha o serviço outra vez para tirar uma senha nova.", "en": "Choose the service again to take a new ticket."},
	"refused.unavailable":        {"pt": "A loja não respondeu", "en": "The branch did not answer"},
	"refused.unavailable.do":     {"pt": "Tente de novo: é o mesmo pedido. Ou peça a senha na receção.", "en": "Try again: it is the same request. Or ask for a ticket at reception."},
	"refused.retry":              {"pt": "Tentar de novo", "en": "Try again"},
	"refused.other":              {"pt": "Escolher outro serviço", "en": "Choose another service"},

	"sold_out":     {"pt": "Esgotado hoje", "en": "No more today"},
	"sold_out.do":  {"pt": "Na receção dizem quando volta a haver.", "en": "Reception knows when there are more."},
	"suspended":    {"pt": "Suspenso", "en": "Suspended"},
	"suspended.do": {"pt": "Na receção dizem quando reabre.", "en": "Reception knows when it reopens."},
	"closed":       {"pt": "Fechado", "en": "Closed"},
	"closed.do":    {"pt": "Este serviço não atende agora.", "en": "This service is not open now."},

	"wait.range":   {"pt": "{lo} a {hi} min", "en": "{lo} to {hi} min"},
	"wait.upto":    {"pt": "até {hi} min", "en": "up to {hi} min"},
	"wait.next":    {"pt": "a seguir", "en": "next"},
	"wait.over":    {"pt": "mais de {lo}", "en": "more than {lo}"},
	"wait.unknown": {"pt": "sem informação", "en": "not known"},
	"ahead":        {"pt": "{n} à frente", "en": "{n} waiting"},
	"ahead.none":   {"pt": "ninguém à frente", "en": "nobody waiting"},

	"back":           {"pt": "Voltar", "en": "Back"},
	"access":         {"pt": "Acessibilidade", "en": "Accessibility"},
	"access.title":   {"pt": "Acessibilidade", "en": "Accessibility"},
	"access.sub":     {"pt": "Vale até terminar; depois o quiosque volta ao normal.", "en": "Applies until you finish; then the kiosk returns to normal."},
	"mode.large":     {"pt": "Letra grande", "en": "Large print"},
	"mode.contrast":  {"pt": "Alto contraste", "en": "High contrast"},
	"mode.low":       {"pt": "Alcance baixo", "en": "Low reach"},
	"mode.time":      {"pt": "Mais tempo", "en": "More time"},
	"help":           {"pt": "Pedir ajuda", "en": "Get help"},
	"help.short":     {"pt": "Ajuda", "en": "Help"},
	"help.title":     {"pt": "Ajuda", "en": "Help"},
	"help.sub":       {"pt": "Ninguém tem de fazer isto sem ajuda.", "en": "Nobody has to do this alone."},
	"help.people":    {"pt": "Fale com a receção", "en": "Speak to reception"},
	"help.people.do": {"pt": "Também dão senhas, e ajudam no quiosque.", "en": "They give tickets too, and can come to the kiosk with you."},
	"help.how":       {"pt": "Como funciona", "en": "How it works"},
	"help.how.do":    {"pt": "Toque num serviço, leve o número, e espere que o ecrã o chame.", "en": "Touch a service, keep the number, and wait for the screen to call it."},
	"help.first":     {"pt": "Tem direito a prioridade?", "en": "Entitled to priority?"},
	"help.first.do":  {"pt": "Toque em Atendimento prioritário. Não tem de dizer o motivo.", "en": "Touch Priority service. You need not give a reason."},

	"warn.title": {"pt": "Ainda está aí?", "en": "Are you still there?"},
	"warn.text":  {"pt": "Este ecrã volta ao início em", "en": "This screen starts over in"},
	"warn.stay":  {"pt": "Preciso de mais tempo", "en": "I need more time"},
}

// Languages are what the path can be walked in, with each one's own name.
func Languages() []Language {
	return []Language{{Code: "pt", Name: "Português"}, {Code: "en", Name: "English"}}
}

// Language is one language of the kiosk.
type Language struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// say is a text in the citizen's language, with pairs of {name} and value put
// in.
func (s State) say(key string, pairs ...string) string {
	text := words[key].In(s.session.lang)
	if len(pairs) == 0 {
		return text
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
