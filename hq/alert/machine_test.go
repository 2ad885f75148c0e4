package alert_test

import (
	"strings"
	"testing"
	"time"

	"balcao/hq/alert"
	"balcao/internal/wire"
)

func TestDisksAndClocksOfABranchAreToldAlsoWhileItIsClosed(t *testing.T) {
	r := alert.Reading{Branch: "L901", Name: "Loja de ensaio", Linked: true, Ever: true, Machines: []alert.Machine{
		{Name: "Servidor", Gives: true, Disk: wire.DiskFull, Clock: wire.ClockGood},
		{Name: "Quiosque L901-K01", Gives: true, Disk: wire.DiskOK, Clock: wire.ClockNever},
		{Name: "Painel L901-D01", Disk: "space-low", Clock: wire.ClockOff},
		{Name: "Quiosque L901-K02", Gives: true}, // an older one says nothing of either
	}}
	got := map[string]alert.Degree{}
	for _, f := range alert.Check(r, alert.DefaultPolicy(30*time.Minute)) {
		if f.Where != "Loja de ensaio" || f.Words == "" || f.First == "" {
			t.Errorf("%+v", f)
		}
		got[string(f.Rule)+" "+f.About] = f.Degree
	}
	want := map[string]alert.Degree{
		"disk Servidor": alert.Urgent, "clock Quiosque L901-K01": alert.Urgent, "disk Painel L901-D01": alert.Soon, "clock Painel L901-D01": alert.Soon,
	}
	for key, degree := range want {
		if got[key] != degree {
			t.Errorf("%s is %d, want %d", key, got[key], degree)
		}
	}
	if len(got) != len(want) {
		t.Errorf("found %v", got)
	}
}

func TestAJournalThatHeadquartersDoesNotSignIsUrgent(t *testing.T) {
	found := alert.CheckMachine(alert.Machine{Name: "Servidor", Journal: wire.JournalOther}, "L901")
	if len(found) != 1 || found[0].Rule != alert.Seal || found[0].Degree != alert.Urgent || !strings.Contains(found[0].First, "journal verify") {
		t.Errorf("%+v", found)
	}
}

func TestHeadquartersTellsOfItsOwnDisk(t *testing.T) {
	for state, words := range map[string]string{
		wire.DiskFull: "as lojas guardam-nos", wire.DiskSlow: "demora a gravar", wire.DiskRebuilt: "refeito", wire.DiskFailing: "falhou a ler ou a gravar", wire.DiskDamaged: "está danificado", wire.DiskScarce: "pouco espaço",
	} {
		found := alert.CheckMachine(alert.Machine{Name: "Sede", Own: true, Disk: state}, "")
		if len(found) != 1 || !strings.Contains(found[0].Words, words) || found[0].Where != "Sede" {
			t.Errorf("%s: %+v", state, found)
		}
	}
	if found := alert.CheckMachine(alert.Machine{Name: "Sede", Own: true, Disk: wire.DiskOK, Clock: wire.ClockGood}, ""); found != nil {
		t.Errorf("all is well, and it says %+v", found)
	}
}
