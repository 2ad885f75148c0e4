package queue_test

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"balcao/internal/queue"
)

// parseEndWish reads the wishes of a Day's end and of paper: "end 2", "openagain", "block a 5 [950]", "release a 950",
// "paper a 950 A served 1 [08:20]".
func parseEndWish(wish string, arg func(int) string) (queue.Command, error) {
	number := func(i int) int {
		n, _ := strconv.Atoi(arg(i))
		return n
	}
	division := queue.DivisionID(arg(1))
	switch wish {
	case "end":
		return queue.EndDay{Left: number(1)}, nil
	case "openagain":
		return queue.ReopenDay{}, nil
	case "block":
		return queue.BlockNumbers{Division: division, Count: number(2), First: number(3)}, nil
	case "release":
		return queue.ReleaseNumbers{Division: division, First: number(2)}, nil
	case "paper":
		c := queue.EnterPaper{
			Request: queue.RequestID("paper-" + arg(2)), Division: division, N: number(2), Service: queue.ServiceID(arg(3)), Class: queue.ClassWalkIn,
			Outcome: map[string]queue.State{"served": queue.StateFinished, "missed": queue.StateNoShow, "waits": queue.StateWaiting}[arg(4)],
			Counter: queue.CounterID(strings.TrimPrefix(arg(5), "-")),
		}
		if arg(6) == "" {
			return c, nil
		}
		var err error
		c.Came, err = time.Parse("2006-01-02 15:04", storyDay+" "+arg(6))
		return c, err
	case "correct": // correct 3 missed 1 B
		return queue.CorrectPaper{
			Visit: queue.VisitID(number(1)), Counter: queue.CounterID(strings.TrimPrefix(arg(3), "-")), Service: queue.ServiceID(arg(4)),
			Outcome: map[string]queue.State{
				"served": queue.StateFinished, "missed": queue.StateNoShow, "waits": queue.StateWaiting, "unused": queue.StateVoid,
			}[arg(2)],
		}, nil
	}
	return parseThenWish(wish, arg)
}

func tellEnd(e queue.Event, number func(queue.VisitID) string) string {
	switch e := e.(type) {
	case queue.DayReopened:
		return "day " + string(e.Day) + " reopened"
	case queue.NumbersBlocked:
		return fmt.Sprintf("numbers %d to %d of %s are a pad's", e.First, e.Last, e.Division)
	case queue.NumbersReleased:
		return fmt.Sprintf("pad from %d of %s is gone", e.First, e.Division)
	case queue.PaperEntered:
		return fmt.Sprintf("entered %s from paper: %s at counter %q", e.Number, e.Outcome, e.Counter)
	case queue.PaperCorrected:
		return fmt.Sprintf("corrected %s from %s to %s for %s at counter %q", e.Number, e.Was, e.Outcome, e.Service, e.Counter)
	default:
		return tellThen(e, number)
	}
}
