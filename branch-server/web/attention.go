package web

import (
	"fmt"
	"strings"
	"time"

	"balcao/internal/queue"
)

// Bounds of what somebody should look at, from the list of alerts of headquarters where it has one.
const (
	fewestCalls   = 10              // a level of fewer calls says nothing
	nobodyComes   = 5 * time.Minute // a call that is open so long
	tooLongTimes  = 3               // usual times of a service that is too long
	tooLongAtMost = 30 * time.Minute
	nobodyServes  = 3 * time.Minute // a queue without a counter so long
)

// alertBook remembers since when each alert is there. One goroutine owns it.
type alertBook struct{ since map[string]time.Time }

// dated puts the moment of its first sight to each alert, and forgets those that are gone.
func (b *alertBook) dated(all []attentionView, at time.Time) []attentionView {
	if b == nil {
		return all
	}
	now := make(map[string]time.Time, len(all))
	for i, a := range all {
		first, known := b.since[a.key]
		switch {
		case a.Since != 0: // the thing itself says since when
			first = time.UnixMilli(a.Since)
		case !known:
			first = at
		}
		now[a.key] = first
		all[i].Since = milli(first)
	}
	b.since = now
	return all
}

// attention names what somebody should look at, and what to do first: people before machines, what is past before what
// is near.
func (p painter) attention(v managerView) []attentionView {
	found := findings{}
	p.alarms(v, &found)
	for _, wish := range p.wishes() {
		found.add(attentionView{
			Degree: stateOut, key: "wish " + wish.Kiosk, Title: wish.Kiosk + ": " + lowerFirst(wish.Text), Since: wish.Since,
			Text: "Alguém está ao quiosque à espera da equipa.", First: firstOfWish(wish.Text),
		})
	}
	p.unread(&found)
	if v.Unlawful != "" {
		found.add(attentionView{
			Degree: stateOut, key: "unlawful", Title: "Regra contra a lei", Text: v.Unlawful,
			First: "Peça a quem configura a loja que tire a regra.",
		})
	}
	for _, q := range v.Queues {
		p.queueAlerts(q, v.Place.Open, &found)
	}
	for _, k := range v.Counters {
		p.counterAlerts(k, &found)
	}
	for _, d := range v.Devices {
		if d.State == stateOut || d.State == stateWatch {
			found.add(attentionView{Degree: d.State, key: "device " + d.Name, Title: d.Name, Text: d.Text, First: firstOfDevice(d.Text)})
		}
	}
	if v.Link.State == "stale" {
		found.add(attentionView{
			Degree: "stale", key: "link", Title: "Sem ligação à sede", Text: v.Link.Text,
			First: "Nada a fazer na loja: os registos seguem quando a ligação voltar. Se durar mais de uma hora, avise a informática.",
		})
	}
	return append(append([]attentionView{}, found.out...), found.watch...)
}

// findings is alerts by degree.
type findings struct{ out, watch []attentionView }

func (f *findings) add(a attentionView) {
	if a.Degree == stateOut {
		f.out = append(f.out, a)
	} else {
		f.watch = append(f.watch, a)
	}
}

// alarms come before everything.
func (p painter) alarms(v managerView, found *findings) {
	for _, k := range v.Counters {
		if k.Alarm {
			found.add(attentionView{
				Degree: stateOut, key: "alarm " + k.ID, Title: k.Label + " pede ajuda", Text: "O alerta é silencioso: quem está ao balcão não o ouve.",
				First: "Vá lá agora, ou peça à segurança que vá consigo.", Open: "alarm:" + k.ID, Act: "Vou já",
			})
		}
	}
}

func (p painter) queueAlerts(q divisionView, open bool, found *findings) {
	name := q.Letter + " · " + q.Name
	at := "queue:" + q.ID
	longest := span(time.Duration(q.Longest) * time.Minute)
	guard := minutes(p.w.names().guard)
	ago := func(minutes int) int64 { return milli(p.at.Add(-time.Duration(max(0, minutes)) * time.Minute)) }
	switch {
	case q.Waiting > 0 && q.Open == 0 && q.Longest >= minutes(nobodyServes):
		found.add(attentionView{
			Degree: stateOut, key: "nobody " + q.ID, Title: name + ": ninguém atende", Open: at, Act: "Ver a fila", Since: ago(q.Longest),
			Text: tickets(q.Waiting) + " à espera, a mais antiga há " + longest + ". Nenhum balcão aberto serve esta fila.", First: firstWithoutCounter(q),
		})
	case q.Waiting > 0 && q.Open == 0:
		found.add(attentionView{
			Degree: stateWatch, key: "nobody " + q.ID, Title: name + ": ninguém atende", Open: at, Act: "Ver a fila", Since: ago(q.Longest),
			Text: tickets(q.Waiting) + " à espera. Nenhum balcão aberto serve esta fila.", First: firstWithoutCounter(q),
		})
	case guard > 0 && 2*q.Longest > 3*guard:
		found.add(attentionView{
			Degree: stateOut, key: "stuck " + q.ID, Title: name + ": senha parada", Open: at, Act: "Ver a fila", Since: ago(q.Longest - guard*3/2),
			Text:  "A mais antiga espera há " + longest + ", mais de uma vez e meia o tempo em que devia passar à frente.",
			First: "Veja se a pessoa ainda está na sala. Se está, peça a um balcão que a chame; se não, anule a senha.",
		})
	case q.Target > 0 && q.Longest > q.Target && q.State == stateOut:
		found.add(attentionView{
			Degree: stateOut, key: "breach " + q.ID, Title: name + ": fora do objetivo", Open: at, Act: "Ver a fila",
			Since: ago(q.Longest - q.Target),
			Text:  fmt.Sprintf("A mais longa espera há %s; o objetivo é %d min. %s", longest, q.Target, moreCounters(q)), First: firstWhenLate(q),
		})
	case q.Called >= fewestCalls && q.Level >= 0 && q.Level < levelGoal-10:
		found.add(attentionView{
			Degree: stateOut, key: "breach " + q.ID, Title: name + ": fora do objetivo", Open: at, Act: "Ver a fila",
			Text:  fmt.Sprintf("Na última meia hora, %d %% das %d chamadas vieram a tempo; o objetivo é %d %%. %s", q.Level, q.Called, levelGoal, moreCounters(q)),
			First: firstWhenLate(q),
		})
	case q.Target > 0 && q.Longest > q.Target:
		found.add(attentionView{
			Degree: stateWatch, key: "breach " + q.ID, Title: name + ": passou o objetivo", Open: at, Act: "Ver a fila",
			Since: ago(q.Longest - q.Target),
			Text:  fmt.Sprintf("A mais longa espera há %s; o objetivo é %d min. %s", longest, q.Target, moreCounters(q)), First: firstWhenLate(q),
		})
	case q.Ahead > 0:
		found.add(attentionView{
			Degree: stateWatch, key: "ahead " + q.ID, Title: name + ": vai passar o objetivo", Open: at, Act: "Ver a fila",
			Text: fmt.Sprintf("Com os balcões de agora, %d %% das que esperam passam os %d min.", q.Ahead, q.Target), First: firstWhenLate(q),
		})
	}
	if q.Left == 0 && open {
		found.add(attentionView{
			Degree: stateWatch, key: "sold out " + q.ID, Title: name + ": senhas esgotadas", Text: "Não há mais números hoje. Os quiosques já o dizem.",
			First: "Se houver capacidade, aumente o contingente de hoje; senão, proponha marcações.",
		})
	}
}

func firstWithoutCounter(q divisionView) string {
	if q.Serving == 1 {
		return "Abra o balcão que a serve, ou dê este serviço a um balcão aberto."
	}
	if q.Serving > 0 {
		return "Abra um dos " + fmt.Sprint(q.Serving) + " balcões que a servem, ou dê este serviço a um balcão aberto."
	}
	return "Dê este serviço a um balcão, ou passe a fila para outro serviço."
}

func firstWhenLate(q divisionView) string {
	if q.Open < q.Serving {
		return "Abra mais um balcão desta fila."
	}
	return "Dê este serviço a um balcão de uma fila mais calma."
}

func (p painter) counterAlerts(k counterTile, found *findings) {
	at := "counter:" + k.ID
	since := p.at.Sub(time.UnixMilli(k.Since))
	switch {
	case k.State == "call" && since >= nobodyComes:
		found.add(attentionView{
			Degree: stateWatch, key: "called " + k.ID, Since: k.Since, Title: k.Label + ": chamada sem resposta", Open: at, Act: "Ver o balcão",
			Text: "A " + k.Number + " foi chamada há " + span(since) + " e ninguém disse se chegou.", First: "Peça ao balcão que diga se a pessoa chegou ou faltou.",
		})
	case k.State == "long":
		found.add(attentionView{
			Degree: stateWatch, key: "long " + k.ID, Since: k.Since, Title: k.Label + ": atendimento longo", Open: at, Act: "Ver o balcão",
			Text:  "A " + k.Number + " está a ser atendida há " + span(since) + ", bem mais do que é costume neste serviço.",
			First: "Passe pelo balcão. Se já não está lá ninguém, termine a senha; os tempos dela ficam fora dos números.",
		})
	case k.State == "free" && k.Who == "" && since >= nobodyComes:
		found.add(attentionView{
			Degree: stateWatch, key: "left " + k.ID, Since: k.Since, Title: k.Label + ": aberto sem ninguém", Open: at, Act: "Ver o balcão",
			Text: "Está aberto há " + span(since) + " sem ninguém com sessão.", First: "Feche-o: enquanto parece aberto, a espera prometida é curta demais.",
		})
	}
}

// tooLong says whether a service has lasted far longer than is usual for it.
func tooLong(v queue.Visit, mean time.Duration, at time.Time) bool {
	lasted := v.ServiceTime(at)
	return mean > 0 && lasted > tooLongTimes*mean && lasted > min(tooLongAtMost, tooLongTimes*mean)
}

// firstOfDevice says what to do first about a device, by what ails it.
func firstOfDevice(trouble string) string {
	t := strings.ToLower(trouble)
	for _, one := range []struct{ ails, first string }{
		{"diário que não é", "Avise já a informática: alguém alterou o diário, ou o disco estragou-o. «branch-server journal verify» diz onde; guarde uma cópia da pasta antes de mexer."},
		{"disco quase sem espaço", "Avise já a informática: apagar ficheiros que não são do Balcão, ou pôr um disco maior. As cópias antigas já foram apagadas."},
		{"disco sem espaço", "Avise já a informática. Não saem senhas novas: use um bloco de papel. As que há chamam-se e terminam-se."},
		{"disco com pouco espaço", "Avise a informática esta semana: é preciso apagar ficheiros ou pôr um disco maior."},
		{"disco a falhar", "Chame já a informática: o disco está a avariar-se. Confirme que há cópia de segurança de hoje. Nada do que foi dado se perdeu; o que não ficou gravado foi recusado e pede-se outra vez."},
		{"disco com o ficheiro danificado", "Chame a informática: fora de horas, parar o servidor e refazer o ficheiro (branch-server rebuild). Até lá a loja atende."},
		{"disco lento", "Avise a informática: o disco demora a gravar e pode estar a falhar. Confirme que há cópia de segurança de hoje."},
		{"disco com o ficheiro refeito", "Avise a informática: o ficheiro danificado ficou guardado ao lado, para ser visto."},
		{"relógio por acertar", "Acerte a data e a hora dessa máquina, ou ligue-a à rede: até lá não dá senhas com hora."},
		{"relógio", "Avise a informática: a hora dessa máquina não está certa. As senhas contam pela hora da loja."},
		{"sem ligação", "Veja se está ligado à corrente e à rede. Até voltar, mande as pessoas a outro quiosque ou à receção."},
		{"sem papel", "Ponha um rolo novo. Entretanto as pessoas levam o número no ecrã."},
		{"pouco papel", "Tenha um rolo novo à mão e troque-o antes da próxima enchente."},
		{"tampa aberta", "Feche a tampa da impressora até ouvir o estalido."},
		{"guilhotina", "Abra a tampa, tire o papel preso e feche-a."},
		{"a arrefecer", "Espere uns minutos; volta sozinha."},
		{"leitor de cartões", "Tire e ponha o cabo do leitor. As senhas saem na mesma, sem cartão."},
		{"som", "Veja se a coluna está ligada. As chamadas continuam no ecrã."},
		{"voz", "As chamadas têm só o toque. Avise a informática."},
		{"encravada", "Abra a impressora e tire o papel preso; depois desligue-a e ligue-a. Se não passar, avise a assistência."},
		{"impressora não se encontra", "Veja se a impressora tem corrente e o cabo posto. Entretanto as pessoas levam o número no ecrã."},
		{"impressora", "Desligue e ligue a impressora. Se não passar, avise a assistência."},
	} {
		if strings.Contains(t, one.ails) {
			return one.first
		}
	}
	return "Passe por lá e veja o que mostra. Se não passar, avise a assistência."
}

// firstOfWish says what to do first for somebody who waits at a kiosk.
func firstOfWish(text string) string {
	if strings.Contains(text, "intérprete") {
		return "Vá ter com a pessoa, de frente e à vista, e ligue ao serviço de interpretação da loja."
	}
	return "Vá ter com a pessoa e tirem a senha juntos."
}

func moreCounters(q divisionView) string {
	if q.Open < q.Serving {
		return fmt.Sprintf("Há %d de %d balcões abertos.", q.Open, q.Serving)
	}
	return "Todos os balcões desta fila estão abertos."
}
