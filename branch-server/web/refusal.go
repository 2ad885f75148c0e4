package web

import "balcao/internal/queue"

// words is a refusal for people: what happened, and what to do next. The code is for programs.
type words struct{ code, text, next string }

// refusals says every refusal of the queue in Portuguese; a test holds it complete.
var refusals = map[queue.Refusal]words{
	queue.ErrDayNotOpen:      {"day_not_open", "O dia ainda não abriu.", "A loja abre sozinha à hora do relógio; tente daqui a um minuto."},
	queue.ErrDayOpen:         {"day_open", "Esse dia já foi aberto.", "Não é preciso fazer nada."},
	queue.ErrUnknownService:  {"unknown_service", "Esse serviço não existe nesta loja.", "Recarregue a página."},
	queue.ErrUnknownClass:    {"unknown_class", "Essa classe de senha não existe nesta loja.", "Recarregue a página."},
	queue.ErrUnknownCounter:  {"unknown_counter", "Esse balcão não existe nesta loja.", "Escolha outro balcão."},
	queue.ErrUnknownVisit:    {"unknown_visit", "Essa senha não é de hoje.", "Confirme o número com a pessoa."},
	queue.ErrUnknownRequest:  {"unknown_request", "Esse pedido de senha não é conhecido.", "Tire outra senha."},
	queue.ErrNoRequest:       {"no_request", "Ao pedido falta a sua identificação.", "Recarregue a página e repita."},
	queue.ErrRequestClosed:   {"request_closed", "Esse pedido de senha já terminou.", "Tire outra senha."},
	queue.ErrSoldOut:         {"sold_out", "As senhas deste serviço esgotaram por hoje.", "Proponha uma marcação ou outro dia."},
	queue.ErrQueueEmpty:      {"queue_empty", "Ninguém espera por este balcão.", "A próxima senha aparece aqui assim que for tirada."},
	queue.ErrCounterClosed:   {"counter_closed", "O balcão está fechado.", "Abra o balcão para chamar."},
	queue.ErrCounterOpen:     {"counter_open", "O balcão já está aberto.", "Pode chamar a seguinte."},
	queue.ErrCounterBusy:     {"counter_busy", "Este balcão ainda tem uma senha.", "Termine-a, ou diga que não compareceu."},
	queue.ErrCounterFree:     {"counter_free", "Este balcão já não tem nenhuma senha.", "Pode chamar a seguinte."},
	queue.ErrOtherVisit:      {"other_visit", "Este balcão já tem outra senha.", "Nada mudou. Veja a que está no ecrã."},
	queue.ErrNotCalled:       {"not_called", "Essa senha já não está em chamada.", "Veja o estado no ecrã."},
	queue.ErrNotServing:      {"not_serving", "Essa senha ainda não está em atendimento.", "Diga primeiro que a pessoa chegou."},
	queue.ErrNotWaiting:      {"not_waiting", "Essa senha já não espera.", "Veja no ecrã o que é feito dela."},
	queue.ErrRecallLimit:     {"recall_limit", "Já foi chamada as vezes que a loja permite.", "Se ninguém vier, diga que não compareceu."},
	queue.ErrTooSoon:         {"too_soon", "Foi chamada há instantes.", "Dê tempo à pessoa de chegar e chame de novo."},
	queue.ErrSuspended:       {"suspended", "As senhas deste serviço estão suspensas.", "Proponha uma marcação, ou pergunte ao coordenador quando reabrem."},
	queue.ErrOnBreak:         {"on_break", "O balcão está em pausa, ou vai estar.", "Termine a pausa para continuar."},
	queue.ErrNoBreak:         {"no_break", "O balcão não está em pausa.", "Pode chamar a seguinte."},
	queue.ErrNoReason:        {"no_reason", "Falta o motivo.", "Escolha um motivo da lista."},
	queue.ErrNotServed:       {"not_served", "Este balcão não atende esse serviço.", "Encaminhe a pessoa para outro balcão."},
	queue.ErrBeingServed:     {"being_served", "Essa senha está a ser atendida.", "Termine ou encaminhe o atendimento."},
	queue.ErrNotHeld:         {"not_held", "Essa senha não está suspensa.", "Veja o estado no ecrã."},
	queue.ErrNotMissed:       {"not_missed", "Essa senha não faltou à chamada nem foi anulada.", "Veja o estado no ecrã."},
	queue.ErrRevivedBefore:   {"revived_before", "Essa senha já foi reposta uma vez.", "Tire outra senha à pessoa."},
	queue.ErrLeftChanged:     {"left_changed", "Entretanto mudou o número de pessoas que ficam.", "Veja quem ainda espera e confirme de novo."},
	queue.ErrBadPad:          {"bad_pad", "Esses números não podem ser um bloco.", "Escolha até 200 números seguidos, entre 1 e 999, que não sejam de outro bloco nem de um quiosque."},
	queue.ErrNumbersUsed:     {"numbers_used", "Esse número já foi dado hoje.", "Confirme a senha no papel."},
	queue.ErrNotOnPad:        {"not_on_pad", "Esse número não é de nenhum bloco de papel.", "Confirme a letra e o número no papel."},
	queue.ErrTooLate:         {"too_late", "Passou o tempo de tolerância dessa senha.", "Tire outra senha à pessoa."},
	queue.ErrNotPostponed:    {"not_postponed", "Essa senha não ficou de voltar.", "Veja o estado no ecrã."},
	queue.ErrNotIssued:       {"not_issued", "Essa senha nunca esteve à espera.", "Não é preciso fazer nada."},
	queue.ErrUnknownPlace:    {"unknown_place", "Esse lugar na fila não existe.", "Recarregue a página e repita."},
	queue.ErrTooManyServices: {"too_many_services", "Uma visita não leva mais assuntos do que esses.", "Trate destes primeiro; para os outros, tire outra senha."},
	queue.ErrServiceTwice:    {"service_twice", "Esse assunto já está nesta visita.", "Se for mais do que um ato do mesmo assunto, conte-os em «Atos praticados»."},
	queue.ErrNoSuchThen:      {"no_such_then", "Esse assunto já não está entre os seguintes.", "Veja a lista no ecrã."},
	queue.ErrVisitOver:       {"visit_over", "Essa visita já terminou.", "Tire outra senha à pessoa."},
	queue.ErrBadQuantity:     {"bad_quantity", "As quantidades dos atos não podem ser essas.", "Corrija-as: de 1 a 999 por ato."},

	queue.ErrFull:            {"full", "A loja chegou à lotação.", "Volta a haver senhas quando sair alguém."},
	queue.ErrNotEntered:      {"not_entered", "Essa senha já seguiu: foi chamada, ou não é de um bloco de papel.", "O que aconteceu depois não se corrige aqui; procure-a pelo número."},
	queue.ErrOutOfHours:      {"out_of_hours", "Este serviço não dá senhas a esta hora.", "A coordenação vê em Horário quando abre, e pode dar uma senha com motivo."},
	queue.ErrUnknownDivision: {"unknown_division", "Essa divisão não existe nesta loja.", "Recarregue a página."},
	queue.ErrBadQuota:        {"bad_quota", "Esse número de senhas não pode ser.", "Escreva um número de 0 a 9999."},
	queue.ErrPastTime:        {"past_time", "Essa hora já passou.", "Escolha uma hora mais tarde."},
	queue.ErrNoRoom:          {"no_room", "O servidor da loja está sem espaço no disco e não dá senhas novas.", "Chame e termine as que há. Para as novas use um bloco de papel, e avise já a informática."},
	queue.ErrNoClock:         {"no_clock", "O servidor da loja não sabe as horas, e a senha sairia com a hora errada.", "Acerte a data e a hora do servidor: as senhas voltam sozinhas. Até lá use um bloco de papel."},
	queue.ErrNotLeased:       {"not_leased", "Esse número não é dos que estão emprestados.", "Confirme o número no talão."},
	queue.ErrNumberTaken:     {"number_taken", "Essa senha já foi registada.", "Confirme o número no talão."},
	queue.ErrOtherDay:        {"other_day", "Essa senha é de outro dia.", "As senhas valem só no próprio dia."},
}

// stateWord says what became of a visit, to follow «já não espera:».
func stateWord(s queue.State) string {
	switch s {
	case queue.StateReserved:
		return "o talão ainda não saiu"
	case queue.StateVoid:
		return "foi anulada"
	case queue.StateWaiting:
		return "está à espera"
	case queue.StateCalled:
		return "já foi chamada"
	case queue.StateServing:
		return "está a ser atendida"
	case queue.StateFinished:
		return "já foi atendida"
	case queue.StateNoShow:
		return "não compareceu"
	case queue.StateHeld:
		return "tem o atendimento suspenso"
	case queue.StateCancelled:
		return "foi anulada"
	case queue.StatePostponed:
		return "ficou de voltar"
	}
	return string(s)
}
