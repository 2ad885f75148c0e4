package network_test

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/hq/alert"
	"balcao/hq/network"
	"balcao/internal/wire"
)

// incident is something that goes wrong and must be told.
type incident struct {
	what string
	want []alert.Rule // one of them is enough
	span

	chosen *citizen
}

// act does at its time what others do not look for.
func (i *incident) act(s *shop, at time.Time) {
	if i.holds(at) && i.chosen == nil && len(s.line) > 0 {
		i.chosen = s.line[0]
	}
}

// victim is the ticket that is never called.
func (i *incident) victim(*shop) *citizen { return i.chosen }

// incidents are those that are planted, from eleven on, and what tells of each.
var incidents = []incident{
	{what: "few clerks", want: []alert.Rule{alert.BreachAhead, alert.BreachNow, alert.Overload}, span: lasting(2 * time.Hour)},
	{what: "no clerk", want: []alert.Rule{alert.NoCounter}, span: lasting(25 * time.Minute)},
	{what: "forgotten ticket", want: []alert.Rule{alert.Stuck}, span: lasting(100 * time.Minute)},
	{what: "forgotten service", want: []alert.Rule{alert.Stuck}, span: lasting(2 * time.Hour)},
	{what: "deaf hall", want: []alert.Rule{alert.NoShows}, span: lasting(90 * time.Minute)},
	{what: "kiosk without power", want: []alert.Rule{alert.SilentKiosk}, span: lasting(20 * time.Minute)},
	{what: "nobody", want: []alert.Rule{alert.SilentKiosk}, span: lasting(90 * time.Minute)},
	{what: "old board", want: []alert.Rule{alert.StaleBoard}, span: lasting(5 * time.Minute)},
	{what: "no paper", want: []alert.Rule{alert.NoPaper}, span: lasting(30 * time.Minute)},
	{what: "one printer", want: []alert.Rule{alert.Printer, alert.NoPaper}, span: lasting(time.Hour)},
	{what: "no link", want: []alert.Rule{alert.Offline}, span: lasting(20 * time.Minute)},
}

// lasting is a span that is moved to a day later.
func lasting(d time.Duration) span { return span{time.Time{}, time.Time{}.Add(d)} }

// alarm is an alert with what was known of it later.
type alarm struct {
	shop *shop
	rule alert.Rule
	wait bool // of a ticket that waits
	at   time.Time
	harm float64 // share of the citizens called around it who waited beyond the target
}

const target = 30 * time.Minute

// wholeDay is when the last citizen of a day has gone.
const wholeDay = 18*time.Hour + 15*time.Minute

// month lets shops live the working days of a month, each until an hour, and returns every alert.
func month(t *testing.T, shops []*shop, n *network.Network, first time.Time, days int, end time.Duration, before func(date time.Time)) []alarm {
	t.Helper()
	byID := map[string]*shop{}
	for _, s := range shops {
		byID[string(s.id)] = s
	}
	var all []alarm
	for date := first; days > 0; date = date.AddDate(0, 0, 1) {
		if weekdays[date.Weekday()] == 0 {
			continue
		}
		days--
		if before != nil {
			before(date)
		}
		for _, s := range shops {
			s.morning(date)
		}
		from := len(all)
		for at := opens(date).Add(-15 * time.Minute); at.Before(date.Add(end)); at = at.Add(tick) {
			for _, s := range shops {
				s.live(at, date)
			}
			opened, _ := n.CheckAlerts(at)
			for _, a := range opened {
				all = append(all, alarm{shop: byID[a.Branch], rule: a.Rule, at: at, wait: strings.Contains(a.Words, " espera há ")})
			}
		}
		for i := from; i < len(all); i++ {
			all[i].harm = all[i].shop.harm(all[i].at)
		}
	}
	return all
}

// harm looks back: of those called from half an hour before a moment to an hour after, who waited too long.
func (s *shop) harm(at time.Time) float64 {
	late, of := 0, 0
	for _, c := range s.done {
		if c.called.Before(at.Add(-30*time.Minute)) || c.called.After(at.Add(time.Hour)) {
			continue
		}
		of++
		if c.called.Sub(c.at) > target {
			late++
		}
	}
	if of == 0 {
		return 0
	}
	return float64(late) / float64(of)
}

// false alarms are those that nobody needed. Rules of waits are right when, looking back, a fifth of the citizens around
// did wait beyond the target; of every other rule nothing was wrong in a month that is called normal.
func (a alarm) wasFalse() bool {
	switch a.rule {
	case alert.BreachAhead, alert.BreachNow, alert.Overload:
		return a.harm < .2
	default:
		return !a.wait // whoever waits for an hour and a half is real
	}
}

func newShops(t *testing.T, n *network.Network, each []int, seed uint64) []*shop {
	var all []*shop
	for i, count := range each {
		for range count {
			id := wire.NodeID(fmt.Sprintf("L%03d", len(all)+1))
			all = append(all, &shop{shape: shapes[i], t: t, id: id, net: n, dice: rand.New(rand.NewPCG(seed, uint64(len(all))))})
			n.Present(id, network.Presence{Online: true}, monday)
		}
	}
	return all
}

// dice is the seed of the made-up months.
var dice = flag.Uint64("dice", 0, "seed of the made-up months, if not the usual one")

// seed is the one asked for. The rules were tuned with 20, which the few days of every run live again; the budget is counted
// with one that nobody tuned on.
func seed() uint64 {
	switch {
	case *dice > 0:
		return *dice
	case os.Getenv("BALCAO_SOAK") != "":
		return 47
	}
	return 20
}

var monday = time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)

func roomy() *network.Network {
	return network.New(network.Options{Zone: time.UTC, Target: target, Silence: 15 * time.Second, Limit: 1000})
}

// TestNormalMonthsRaiseFewerThanOneFalseAlarmABranch is the budget of decision 20: less than one false alarm for each
// branch and month of 21 working days. BALCAO_SOAK lets many more branches live three months.
func TestNormalMonthsRaiseFewerThanOneFalseAlarmABranch(t *testing.T) {
	if testing.Short() {
		t.Skip("lives through some hundred days")
	}
	each, days := []int{0, 1, 1, 1}, 5
	if os.Getenv("BALCAO_SOAK") != "" {
		each, days = []int{1, 2, 4, 4}, 21
	}
	n := roomy()
	shops := newShops(t, n, each, seed())
	all := month(t, shops, n, monday, days, wholeDay, nil)
	falses, right := map[string]int{}, map[string]int{}
	total := 0
	for _, a := range all {
		key := a.shop.kind + " " + string(a.rule)
		if a.wasFalse() {
			falses[key]++
			total++
		} else {
			right[key]++
		}
	}
	for _, key := range slices.Sorted(maps.Keys(falses)) {
		t.Logf("false: %s %d", key, falses[key])
	}
	for _, key := range slices.Sorted(maps.Keys(right)) {
		t.Logf("right: %s %d", key, right[key])
	}
	months := float64(len(shops)*days) / 21
	t.Logf("%d branches, %d days, %.1f months: %d alerts, %d false, %.2f a branch and month", len(shops), days, months, len(all), total, float64(total)/months)
	if float64(total) >= months {
		t.Errorf("%d false alarms in %.1f months of a branch, want fewer than one a month", total, months)
	}
}

// TestEveryPlantedIncidentIsTold plants each kind of trouble on days of branches of their own, and asks for the alert.
func TestEveryPlantedIncidentIsTold(t *testing.T) {
	if testing.Short() {
		t.Skip("lives through some dozen days")
	}
	each := 1
	if os.Getenv("BALCAO_SOAK") != "" {
		each = 5
	}
	n := roomy()
	counts := make([]int, len(shapes))
	counts[1] = len(incidents) * each
	shops := newShops(t, n, counts, seed()+1)
	all := month(t, shops, n, monday.AddDate(0, 0, 2), 1, 13*time.Hour+45*time.Minute, func(date time.Time) {
		for i, s := range shops {
			one := incidents[i%len(incidents)]
			from := date.Add(11 * time.Hour)
			one.span = span{from, from.Add(one.to.Sub(one.from))}
			s.plant = &one
		}
	})
	missed, late := map[string]int{}, map[string]time.Duration{}
	for _, s := range shops {
		found := slices.IndexFunc(all, func(a alarm) bool {
			return a.shop == s && slices.Contains(s.plant.want, a.rule) && !a.at.Before(s.plant.from) && a.at.Before(s.plant.to.Add(30*time.Minute))
		})
		if found < 0 {
			missed[s.plant.what]++
			continue
		}
		late[s.plant.what] = max(late[s.plant.what], all[found].at.Sub(s.plant.from))
	}
	for _, what := range slices.SortedFunc(maps.Keys(late), func(x, y string) int { return cmp.Compare(late[x], late[y]) }) {
		t.Logf("%s: told after %v at the latest, %d of %d missed", what, late[what], missed[what], each)
	}
	// Of five of a kind one may pass untold: the last services of nine counters can outlast 25 minutes without a clerk.
	maps.DeleteFunc(missed, func(_ string, n int) bool { return n*5 <= each })
	if len(missed) > 0 {
		t.Errorf("not told: %s", strings.Trim(fmt.Sprint(missed), "map[]"))
	}
}
