package web

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// definition says what a figure means. The meanings are those of the field, and the same for every page that shows
// the figure.
type definition struct{ Key, Name, Means string }

var definitions = []definition{
	{"emitidas", "Senhas emitidas", "visitas que receberam senha, ou foram atendidas sem ela; nunca se somam aos atos"},
	{"recebidas", "Recebidas", "visitas que chegaram a este serviço vindas de outro, ou que voltaram"},
	{"atendidas", "Atendidas", "visitas atendidas até ao fim"},
	{"encaminhadas", "Encaminhadas", "atendidas aqui, e seguiram para outro serviço ou voltam hoje"},
	{"desistencia", "Taxa de desistência", "senhas que acabaram como não comparência ou anuladas, a dividir pelas emitidas"},
	{"aberto", "Em aberto", "à espera, chamadas, em atendimento, suspensas ou a voltar; num dia acabado, ficaram por atender"},
	{"espera", "Tempo de espera (TME é a média)", "da emissão à primeira chamada; numa marcação, da confirmação de chegada ou da hora marcada, a que for mais tarde; por serviço, cada etapa conta à parte"},
	{"deslocacao", "Tempo de deslocação", "da chamada ao início do atendimento"},
	{"atendimento", "Tempo de atendimento (TMA é a média)", "do início ao fim, sem o tempo suspenso"},
	{"permanencia", "Tempo de permanência", "da emissão ao fim do último atendimento"},
	{"nivel", "Nível de serviço", "parte das chamadas feitas dentro do objetivo da sua fila; contam as filas com objetivo, e vale o objetivo de hoje"},
	{"inatividade", "Tempo de inatividade", "balcão aberto, sem ninguém chamado e fora de pausa; a pausa tem motivo e não conta"},
	{"ocupacao", "Taxa de ocupação", "tempo de atendimento a dividir pelo tempo aberto"},
	{"atos", "Atos praticados", "serviços prestados, com a sua quantidade; uma visita pode ter vários"},
	{"estimativa", "Estimativa cumprida", "quem esperou o que lhe foi dito ao tirar a senha, entre os que foram chamados e a quem se disse um intervalo"},
	{"suspensas", "Suspensas", "atendimentos interrompidos para continuar depois"},
	{"ultrapassagens", "Ultrapassagens", "senhas do mesmo serviço emitidas depois e chamadas antes; cada par conta uma vez"},
	{"explicadas", "Explicadas", "ultrapassagens feitas por prioridade por lei ou por marcação"},
	{"pior", "A mais ultrapassada", "a senha que mais vezes viu passar à frente quem chegou depois"},
	{"escolhidas", "Escolhidas à mão", "chamadas de uma senha escolhida por quem atende, com motivo"},
	{"mediana", "Mediana e p90", "metade esteve até à mediana; nove em dez até ao p90"},
}

func meaning(key string) string {
	for _, d := range definitions {
		if d.Key == key {
			return d.Means
		}
	}
	return ""
}

// thousands writes a count with a thin space between thousands: 14 207.
func thousands(n int) string {
	s := strconv.Itoa(n)
	if len(s) <= 4 {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteString("\u202f")
		}
		b.WriteRune(r)
	}
	return b.String()
}

// decimal writes a number with a comma and so many digits behind it.
func decimal(x float64, digits int) string {
	return strings.Replace(strconv.FormatFloat(x, 'f', digits, 64), ".", ",", 1)
}

// share writes a share in per cent without its sign: 81,5; a dash if there is none.
func share(x float64, ok bool) string {
	switch {
	case !ok:
		return "–"
	case x == 0 || x == 1:
		return decimal(100*x, 0)
	}
	return decimal(100*x, 1)
}

// mins writes minutes: one digit behind the comma below ten, none above.
func mins(d time.Duration) string {
	m := d.Minutes()
	if math.Round(m*10) < 100 {
		return decimal(m, 1)
	}
	return strconv.Itoa(int(math.Round(m)))
}

// longSpan says a time in a sentence: 8,5 min, 1 h 34 min.
func longSpan(d time.Duration) string {
	if d < 10*time.Minute {
		return mins(d) + " min"
	}
	return span(d.Round(time.Minute))
}

// hours writes a long time as hours and minutes: 7:45.
func hours(d time.Duration) string {
	m := int(d.Round(time.Minute) / time.Minute)
	return fmt.Sprintf("%d:%02d", m/60, m%60)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	if strings.Contains(many, "%d") {
		return fmt.Sprintf(many, n)
	}
	return many
}
