package queue_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"balcao/internal/queue"
)

// adapt takes the lines "policy …" out of a story and follows them in its catalogue.
func adapt(t *testing.T, c *queue.Catalogue, wishes string) string {
	t.Helper()
	var kept []string
	for line := range strings.Lines(wishes) {
		rule, found := strings.CutPrefix(strings.TrimSpace(line), "policy ")
		if !found {
			kept = append(kept, line)
			continue
		}
		f := append(strings.Fields(rule), "", "")
		n, _ := strconv.Atoi(f[1])
		switch f[0] {
		case "auto":
			c.Policy.AutoCall = true
		case "inside":
			c.Policy.Occupancy = n
		case "giveback":
			for i := range c.Services {
				c.Services[i].GiveBack = true
			}
		case "ratio":
			c.Policy.Ratio = queue.Ratio{Others: n, Unlawful: f[2] == "unlawful"}
		case "revive":
			c.Policy.ReviveWithin, c.Policy.ReviveCalls = 0, n
		case "pause":
			c.Policy.RecallPause = time.Duration(n) * time.Second
		case "only":
			c.Counters[n-1].Only = []queue.ClassID{queue.ClassID(f[2])}
		case "closed":
			c.Counters[n-1].Closed = []queue.ClassID{queue.ClassID(f[2])}
		case "tax": // the tax authority's own list, by arrival among all it prefers
			own := queue.DefaultPolicy().Calling
			own.Classes["summons"] = queue.Class{Tier: 0, Basis: "at-prioridades"}
			own.Classes["lawyer"] = queue.Class{Tier: 1, Basis: "at-prioridades"}
			c.Policy.Bodies = map[queue.BodyID]queue.Calling{"at": own}
		default:
			t.Fatalf("unknown policy %q", rule)
		}
	}
	return strings.Join(kept, "")
}

func parseLifeWish(wish string, arg func(int) string) (queue.Command, error) {
	visit := func(i int) queue.VisitID {
		n, _ := strconv.Atoi(arg(i))
		return queue.VisitID(n)
	}
	counter := queue.CounterID(arg(1))
	switch wish {
	case "checkin":
		slot, err := time.Parse("2006-01-02 15:04", storyDay+" "+arg(3))
		return queue.Issue{Service: queue.ServiceID(arg(1)), Request: queue.RequestID(arg(2)), Class: queue.ClassBooked, Slot: slot}, err
	case "pick":
		return queue.CallVisit{Counter: counter, Visit: visit(2), Reason: arg(3)}, nil
	case "walk":
		return queue.Walk{Counter: counter, Service: queue.ServiceID(arg(2)), Request: queue.RequestID(arg(3)), Class: queue.ClassWalkIn}, nil
	case "forward":
		if arg(3) == "stay" {
			return queue.Forward{Counter: counter, Service: queue.ServiceID(arg(2)), Stay: true}, nil
		}
		minutes, _ := strconv.Atoi(arg(4))
		return queue.Forward{Counter: counter, Service: queue.ServiceID(arg(2)), Place: queue.Place(arg(3)), After: time.Duration(minutes) * time.Minute}, nil
	case "transfer":
		return queue.Transfer{Visit: visit(1), Service: queue.ServiceID(arg(2))}, nil
	case "hold":
		return queue.Hold{Counter: counter, Reason: arg(2)}, nil
	case "resume":
		return queue.Resume{Counter: counter, Visit: visit(2)}, nil
	case "cancel":
		return queue.Cancel{Visit: visit(1), Cause: arg(2)}, nil
	case "revive":
		return queue.Revive{Visit: visit(1), Undo: arg(2) == "undo"}, nil
	case "postpone":
		return queue.Postpone{Counter: counter, Service: queue.ServiceID(arg(2))}, nil
	case "return":
		return queue.Return{Visit: visit(1)}, nil
	case "done": // done 1 A 2
		n, _ := strconv.Atoi(arg(3))
		return queue.Finish{Counter: counter, Delivered: []queue.Delivered{{Service: queue.ServiceID(arg(2)), Quantity: n}}}, nil
	case "inaccurate":
		return queue.MarkInaccurate{Visit: visit(1), Inaccurate: arg(2) != "no"}, nil
	case "break":
		return queue.TakeBreak{Counter: counter, Reason: arg(2), Planned: arg(3) == "planned"}, nil
	case "back":
		return queue.EndBreak{Counter: counter}, nil
	case "suspend":
		c := queue.SuspendService{Service: queue.ServiceID(arg(1)), Cause: arg(2)}
		if arg(3) == "" {
			return c, nil
		}
		var err error
		c.Until, err = time.Parse("2006-01-02 15:04", storyDay+" "+arg(3))
		return c, err
	case "keep":
		n, _ := strconv.Atoi(arg(2))
		return queue.HoldShare{Division: queue.DivisionID(arg(1)), Numbers: n}, nil
	case "quota":
		n, err := strconv.Atoi(arg(2))
		return queue.SetQuota{Service: queue.ServiceID(arg(1)), Quota: n, By: arg(3)}, err
	case "division":
		n, err := strconv.Atoi(arg(2))
		return queue.SetQuota{Division: queue.DivisionID(arg(1)), Quota: n}, err
	case "override":
		return queue.Issue{
			Service: queue.ServiceID(arg(1)), Request: queue.RequestID(arg(2)), Class: queue.ClassWalkIn, Override: arg(3), Despite: "sold_out", By: "p-1",
		}, nil
	case "desk": // reception gives a number whose slip a kiosk prints
		return queue.Issue{Service: queue.ServiceID(arg(1)), Request: queue.RequestID(arg(2)), Class: queue.ClassWalkIn, By: "p-1", Kiosk: queue.KioskID(arg(3))}, nil
	case "reopen":
		return queue.ReopenService{Service: queue.ServiceID(arg(1))}, nil
	}
	return parseEndWish(wish, arg)
}

func tellLife(e queue.Event, number func(queue.VisitID) string) string {
	switch e := e.(type) {
	case queue.ShareHeld:
		return fmt.Sprintf("%d numbers of %s kept for bookings", e.Numbers, e.Division)
	case queue.Forwarded:
		s := fmt.Sprintf("forwarded %s from counter %s to %s as %s", e.Number, e.Counter, e.Service, e.Class)
		if e.Planned {
			s += ", as planned"
		}
		if e.Stays {
			s += ", and stays"
		}
		if e.Place != queue.PlaceArrival {
			s += " " + string(e.Place)
		}
		if !e.NotBefore.IsZero() {
			s += " not before " + e.NotBefore.Format("15:04")
		}
		return s
	case queue.Transferred:
		return fmt.Sprintf("transferred %s from %s to %s", e.Number, e.From, e.Service)
	case queue.Held:
		return "held " + number(e.Visit)
	case queue.Resumed:
		return "resumed " + number(e.Visit) + " at counter " + string(e.Counter)
	case queue.Cancelled:
		return "cancelled " + e.Number.String()
	case queue.Revived:
		s := "put back " + e.Number.String()
		if e.Undo {
			s += ", undone"
		}
		return strings.TrimSpace(s + " " + string(e.State))
	case queue.Postponed:
		return "postponed " + number(e.Visit) + " for " + string(e.Service)
	case queue.Returned:
		return "returned " + e.Number.String()
	case queue.Walked:
		return "serving " + e.Number.String() + " at counter " + string(e.Counter) + " without a ticket"
	case queue.InaccurateSet:
		return fmt.Sprintf("inaccurate %s: %v", number(e.Visit), e.Inaccurate)
	case queue.BreakDue:
		return "break due at counter " + string(e.Counter) + ": " + e.Reason
	case queue.BreakStarted:
		return "break at counter " + string(e.Counter) + ": " + e.Reason
	case queue.BreakEnded:
		return "break over at counter " + string(e.Counter)
	case queue.ServiceSuspended:
		return "suspended " + string(e.Service)
	case queue.ServiceReopened:
		if e.Cause != "" {
			return "reopened " + string(e.Service) + ": " + e.Cause
		}
		return "reopened " + string(e.Service)
	case queue.QuotaSet:
		return fmt.Sprintf("quota of %s%s is %d", e.Service, e.Division, e.Quota)
	default:
		return tellEnd(e, number)
	}
}

func delivered(all []queue.Delivered) string {
	var b strings.Builder
	for _, x := range all {
		fmt.Fprintf(&b, " %s x%d", x.Service, x.Quantity)
	}
	return b.String()
}

func TestACatalogueThatContradictsItselfIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*queue.Catalogue)
		want  string
	}{
		"a ratio without its mark": {func(c *queue.Catalogue) { c.Policy.Ratio.Others = 2 }, "must be marked unlawful"},
		"priority behind others": {func(c *queue.Catalogue) {
			c.Policy.Classes[queue.ClassLaw] = queue.Class{Tier: 1}
		}, "priority by law must be in tier 0"},
		"nobody for priority": {func(c *queue.Catalogue) {
			for i := range c.Counters {
				c.Counters[i].Closed = []queue.ClassID{queue.ClassLaw}
			}
		}, "no counter that serves it takes the class law"},
		"no walk-ins":     {func(c *queue.Catalogue) { delete(c.Policy.Classes, queue.ClassWalkIn) }, "no class for those who walk in"},
		"a body without":  {func(c *queue.Catalogue) { c.Policy.Bodies = map[queue.BodyID]queue.Calling{"at": {}} }, "body at has no classes"},
		"an order of own": {func(c *queue.Catalogue) { c.Policy.Classes["x"] = queue.Class{Order: "luck"} }, "unknown order"},
	} {
		catalogue := storyCatalogue()
		if faults := catalogue.Faults(); len(faults) > 0 {
			t.Fatalf("the story's own catalogue: %q", faults)
		}
		c.spoil(&catalogue)
		if faults := catalogue.Faults(); !slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, c.want) }) {
			t.Errorf("%s: faults %q, want one that says %q", name, faults, c.want)
		}
	}
}
