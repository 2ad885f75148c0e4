package alert

import (
	"fmt"
	"time"
)

// Model is the rule of one fault that many devices of one make have at the same time, all over the country.
const Model Rule = "model"

const (
	together     = 3 // branches of a district that are gone, for one cause to be likelier than several
	districtHold = 2 * time.Minute
	sameMake     = 5 // branches whose devices of one make fail alike, for a fault of the make to be likelier
)

// Group puts findings of one root cause together: branches of a district that are offline at the same time, and devices
// of one make that fail alike in several branches. What was put together is told once, as a finding of no branch.
func Group(all []Finding, district func(branch string) string) []Finding {
	gone, alike := map[string]int{}, map[string]map[string]bool{}
	for _, f := range all {
		if d := district(f.Branch); f.Rule == Offline && d != "" {
			gone[d]++
		}
		if k := f.make(); k != "" {
			if alike[k] == nil {
				alike[k] = map[string]bool{}
			}
			alike[k][f.Branch] = true
		}
	}
	kept, told := make([]Finding, 0, len(all)), map[string]bool{}
	once := func(f Finding) {
		if key := string(f.Rule) + " " + f.Where + " " + f.About; !told[key] {
			told[key] = true
			kept = append(kept, f)
		}
	}
	for _, f := range all {
		d := district(f.Branch)
		switch branches := len(alike[f.make()]); {
		case f.Rule == Offline && d != "" && gone[d] >= together:
			once(Finding{
				Rule: District, Where: d, Degree: Blind, Hold: districtHold, Words: fmt.Sprintf("%d locais sem ligação. Continuam a atender.", gone[d]),
				First: "Uma só causa é provável: avisar o operador da rede antes de ligar a cada local.",
			})
		case branches >= sameMake:
			once(Finding{
				Rule: Model, Where: f.Model, About: f.State, Degree: Soon, Hold: printerHold, Model: f.Model, State: f.State,
				Words: fmt.Sprintf("%s: a mesma avaria em %d locais.", f.Model, branches),
				First: "Uma só causa é provável: ver em Equipamento que firmware têm e avisar o fabricante antes de ligar a cada local.",
			})
		default:
			kept = append(kept, f)
		}
	}
	return kept
}

// usual are the states of devices that have nothing to do with their make: paper ends everywhere.
var usual = map[string]bool{"paper_out": true, "cover_open": true}

// make names what fails and how; empty where a fault says nothing of the device's make.
func (f Finding) make() string {
	if f.Rule != Printer && f.Rule != NoPaper || f.Model == "" || usual[f.State] {
		return ""
	}
	return f.Model + " " + f.State
}
