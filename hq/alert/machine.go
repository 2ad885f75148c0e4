package alert

import (
	"strings"

	"balcao/internal/wire"
)

// The rules about machines. They hold while a branch is closed too, when it is easiest to put things right.
const (
	Disk  Rule = "disk"  // a machine has no room, or takes long to write
	Clock Rule = "clock" // a machine does not know the time
	Seal  Rule = "seal"  // the journal of a branch is not what was taken in
)

// Machine is one computer: a branch's server, a kiosk, a callboard box, or headquarters itself.
type Machine struct {
	Name        string // Servidor, Quiosque 1
	Own         bool   // headquarters' own
	Gives       bool   // citizens take numbers at it
	Disk, Clock string // state codes of its health; empty is not known
	Journal     string // of a branch's server; empty is in order
}

// machines looks at every machine of a branch.
func machines(r Reading) []Finding {
	var all []Finding
	for _, m := range r.Machines {
		for _, f := range CheckMachine(m, r.Branch) {
			f.Where = r.Name
			all = append(all, f)
		}
	}
	return all
}

// CheckMachine finds what is wrong with a machine now, of a branch or, where that is empty, of headquarters.
func CheckMachine(m Machine, branch string) []Finding {
	var all []Finding
	add := func(rule Rule, d Degree, words, first string) {
		all = append(all, Finding{Rule: rule, Branch: branch, Where: m.Name, About: m.Name, Degree: d, Words: m.Name + ": " + words, First: first})
	}
	switch code(m.Disk) {
	case wire.DiskScarce:
		add(Disk, Soon, "pouco espaço no disco.", "Apagar o que não é do Balcão, ou planear um disco maior esta semana.")
	case wire.DiskLow:
		add(Disk, Soon, "quase sem espaço no disco; já apagou o que tem cópia noutro lado.", "Fazer espaço hoje: apagar o que não é do Balcão, ou pôr um disco maior.")
	case wire.DiskFull:
		words := "sem espaço no disco. Não dá senhas novas; as que há chamam-se e terminam-se."
		switch {
		case m.Own:
			words = "sem espaço no disco. Não recebe registos; as lojas guardam-nos e enviam-nos depois."
		case !m.Gives:
			words = "sem espaço no disco."
		}
		add(Disk, Urgent, words, "Fazer espaço já: apagar o que não é do Balcão. Recupera sozinho assim que houver espaço.")
	case wire.DiskSlow:
		add(Disk, Soon, "o disco demora a gravar.", "Confirmar que há cópia de segurança de hoje; ver se o disco está a falhar ou se outro programa o ocupa.")
	case wire.DiskFailing:
		add(Disk, Urgent, "o disco falhou a ler ou a gravar na última hora. O que não ficou gravado foi recusado.",
			"Confirmar que há cópia de segurança de hoje e trocar o disco; se não abrir depois, refazer o ficheiro com rebuild.")
	case wire.DiskDamaged:
		add(Disk, Urgent, "o ficheiro de dados está danificado, e o programa ainda trabalha.",
			"Fora de horas: parar o programa, guardar uma cópia da pasta e correr rebuild. Trocar o disco: um que estraga um ficheiro estraga outros.")
	case wire.DiskRebuilt:
		add(Disk, Soon, "o ficheiro de dados estava danificado e foi refeito.", "Guardar o ficheiro que ficou ao lado e trocar o disco: um disco que estraga um ficheiro estraga outros.")
	}
	if code(m.Journal) == wire.JournalOther {
		add(Seal, Urgent, "o diário não é o que a sede recebeu, e a sede recusou selá-lo.",
			"Guardar uma cópia da pasta de dados da loja; correr «branch-server journal verify» lá e «hq journal verify» aqui: dizem desde que registo.")
	}
	switch code(m.Clock) {
	case wire.ClockOff:
		add(Clock, Soon, "o relógio está fora de acerto.", "Ver porque não acerta pela rede (NTP). Os tempos contam pela hora da loja.")
	case wire.ClockHeld:
		add(Clock, Soon, "o relógio da máquina saltou e o programa não o seguiu.", "Confirmar a data e a hora da máquina; se estiverem certas, reiniciar o programa fora de horas.")
	case wire.ClockNever:
		words := "não sabe as horas e não dá senhas com hora."
		if m.Own {
			words = "não sabe as horas; os tempos de receção ficam errados."
		}
		add(Clock, Urgent, words, "Acertar a data e a hora, ou ligar à rede; trocar a pilha do relógio.")
	}
	return all
}

func code(state string) string { return strings.ReplaceAll(strings.ToLower(state), "-", "_") }
