package queue_test

import (
	"fmt"
	"strconv"
	"strings"

	"balcao/internal/queue"
)

// parseThenWish reads the wishes about several services of one visit: "add 3 B", "drop 3 B", "takeback 1 3".
func parseThenWish(wish string, arg func(int) string) (queue.Command, error) {
	visit := func(i int) queue.VisitID {
		n, _ := strconv.Atoi(arg(i))
		return queue.VisitID(n)
	}
	switch wish {
	case "add":
		return queue.AddService{Visit: visit(1), Service: queue.ServiceID(arg(2))}, nil
	case "drop":
		return queue.DropService{Visit: visit(1), Service: queue.ServiceID(arg(2))}, nil
	case "takeback":
		return queue.TakeBack{Counter: queue.CounterID(arg(1)), Visit: visit(2)}, nil
	}
	return nil, fmt.Errorf("unknown wish %q", wish)
}

// parseThen reads "then=B,L" out of a wish.
func parseThen(fields []string) []queue.ServiceID {
	var all []queue.ServiceID
	for _, f := range fields {
		list, is := strings.CutPrefix(f, "then=")
		if !is {
			continue
		}
		for s := range strings.SplitSeq(list, ",") {
			all = append(all, queue.ServiceID(s))
		}
	}
	return all
}

func tellThen(e queue.Event, number func(queue.VisitID) string) string {
	switch e := e.(type) {
	case queue.ThenSet:
		return number(e.Visit) + " goes on to" + listed(e.Then)
	case queue.TakenBack:
		return fmt.Sprintf("taken back %s to counter %s for %s", number(e.Visit), e.Counter, e.Service)
	default:
		return "unknown"
	}
}

func listed(all []queue.ServiceID) string {
	if len(all) == 0 {
		return " nothing more"
	}
	var b strings.Builder
	for _, s := range all {
		b.WriteString(" " + string(s))
	}
	return b.String()
}

func then(all []queue.ServiceID) string {
	if len(all) == 0 {
		return ""
	}
	return ", then" + listed(all)
}

func left(all []queue.ServiceID) string {
	if len(all) == 0 {
		return ""
	}
	return ", left" + listed(all)
}
