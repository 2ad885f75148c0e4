package network

import (
	"slices"
	"strings"
	"time"

	"balcao/hq/alert"
	"balcao/hq/visit"
	"balcao/internal/wire"
)

// CheckAlerts looks at every branch once and returns the alerts that opened and closed since the last look. It is
// called at even steps, since alerts count looks.
func (n *Network) CheckAlerts(now time.Time) (opened, closed []alert.Alert) {
	n.mu.Lock()
	defer n.mu.Unlock()
	policy := alert.DefaultPolicy(n.opt.Target)
	var found []alert.Finding
	for _, b := range n.order {
		found = append(found, alert.Check(b.reading(now, n.opt), policy)...)
	}
	if n.opt.Own != nil {
		found = append(found, n.opt.Own()...)
	}
	opened, closed = n.book.Check(now, alert.Group(found, func(branch string) string {
		if b, known := n.branches[wire.NodeID(branch)]; known {
			return b.District
		}
		return ""
	}))
	n.alerts = n.book.Open()
	return opened, closed
}

// GoOn goes on with alerts that were open before a restart.
func (n *Network) GoOn(open []alert.Alert) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.book.Restore(open)
	n.alerts = n.book.Open()
}

// District returns the district of a branch; empty where it is not known.
func (n *Network) District(id wire.NodeID) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if b, known := n.branches[id]; known {
		return b.District
	}
	return ""
}

// Alerts returns the alerts that are open, by degree and then as they opened.
func (n *Network) Alerts() []alert.Alert {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.alerts)
}

// reading is what the rules look at. Where the log is being caught up, the rules that need single visits are left out.
func (b *branch) reading(now time.Time, opt Options) alert.Reading {
	s := b.summary(now, opt)
	r := alert.Reading{
		Branch: string(b.ID), Name: s.Name, District: s.District, Linked: s.Fresh(), Ever: s.Presence != "",
		Silence: now.Sub(s.Heard), Open: s.Open, Counters: s.Counters, Usual: -1, SinceIssued: -1, Forked: s.Log.Quarantined, Refused: string(s.Refused),
		Shut: s.Shut, Unlawful: s.Unlawful,
	}
	if r.Linked {
		r.Machines = b.machines()
	}
	if !r.Linked || !r.Open {
		return r
	}
	there := b.there(now)
	r.Kiosks, r.Boards = b.kiosks(there), b.boards(there)
	if s.Source != FromLog {
		return r
	}
	p := b.visits.Pulse(there, opt.Target)
	r.Waiting, r.Serving = marked(p.Waiting), marked(p.Serving)
	r.Calls, r.Within, r.ServiceMean, r.ServiceLong = p.Calls, p.Within, p.ServiceMean, p.ServiceLong
	r.Arrived, r.LastCalls, r.Missed, r.Usual = p.Arrived, p.LastCalls, p.Missed, p.Usual
	r.SinceIssued, r.PerHour = p.Silence, p.PerHour
	if !b.gives.IsZero() && r.SinceIssued > 0 { // nobody takes a number while it is closed
		r.SinceIssued = min(r.SinceIssued, now.Sub(b.gives))
	}
	return r
}

func marked(marks []visit.Mark) []alert.Ticket {
	all := make([]alert.Ticket, len(marks))
	for i, m := range marks {
		all[i] = alert.Ticket{Number: m.Number.String(), For: m.For}
	}
	return all
}

// machines are the branch's server and its nodes, as far as they said how disk and clock are.
func (b *branch) machines() []alert.Machine {
	own := b.health.Devices
	all := []alert.Machine{{Name: "Servidor", Gives: true, Disk: own[wire.PartDisk], Clock: own[wire.PartClock], Journal: own[wire.PartJournal]}}
	for _, k := range b.health.Kiosks {
		if !k.Online {
			continue
		}
		name := "Quiosque "
		_, gives := k.Devices["printer"]
		if !gives {
			name = "Painel "
		}
		all = append(all, alert.Machine{Name: name + short(k.Node), Gives: gives, Disk: k.Devices[wire.PartDisk], Clock: k.Devices[wire.PartClock]})
	}
	return all
}

// boards are the callboard boxes. One that is gone shows that itself, and what it shows is as old as it is gone.
func (b *branch) boards(there time.Time) []alert.Board {
	var all []alert.Board
	for _, k := range b.health.Kiosks {
		if !slices.Contains(k.Faces, "callboard") {
			continue
		}
		_, tail, _ := strings.Cut(short(k.Node), "-")
		one := alert.Board{Name: "Painel " + strings.TrimLeft(strings.TrimLeft(tail, "DK"), "0")}
		switch {
		case !k.Online && k.Since > 0:
			one.Silent = max(0, there.Sub(unixMilli(k.Since)))
		case k.Online && k.Board != nil && k.Board.StaleMS > 0:
			one.Behind = max(0, there.Sub(unixMilli(k.Board.StaleMS)))
		}
		all = append(all, one)
	}
	return all
}

// kiosks are the nodes that have a printer. One that is gone is not also said to be unable to print.
func (b *branch) kiosks(there time.Time) []alert.Kiosk {
	var all []alert.Kiosk
	for _, k := range b.health.Kiosks {
		printer, has := k.Devices["printer"]
		if !has {
			continue
		}
		state, level := Judge(printer)
		one := alert.Kiosk{Name: "Quiosque " + short(k.Node), Prints: !k.Online || level != LevelFault, State: state}
		for _, m := range k.Models {
			if m.Device == "printer" {
				one.Model = strings.Join(strings.Fields(m.Maker+" "+m.Model), " ")
			}
		}
		if since := unixMilli(k.Since); !k.Online && !since.IsZero() {
			one.Silent = max(0, there.Sub(since))
		}
		all = append(all, one)
	}
	return all
}
