package branch

import (
	"slices"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// A board tells every call of the last minutes, so that none is lost to a screen or a voice that hears of several at
// once, and of older ones as many as a screen shows.
const (
	boardYoung = 3 * time.Minute
	boardOld   = 9
)

// Board paints what callboards show. Epoch is that of the branch's journal; typed are messages of the coordination.
func (b *Branch) Board(d *queue.Day, waits Waits, typed []wire.BoardNote, epoch uint64, at time.Time) wire.Board {
	board := wire.Board{
		Epoch: epoch, Seq: d.Seq(), AtMS: at.UnixMilli(), Branch: b.Name, Day: string(d.Date()), Open: d.Open(),
		Calls: []wire.BoardCall{}, Queues: []wire.BoardLine{}, Zones: b.zones(), Notes: b.notes(typed, at),
	}
	// Who has a number is called after closing too: the board stays until the last one has left.
	if door := b.Door(d, at); board.Open && (door.State == wire.OfferClosed || door.State == wire.OfferNotOpen) && d.Inside() == 0 {
		board.Open, board.Next = false, door.Next
	}
	shown := make(map[string]int, len(board.Zones)) // older calls of each zone
	for _, c := range d.Calls() {
		call := b.boardCall(c)
		if at.Sub(c.At) < boardYoung || wanted(call, board.Zones, shown) {
			board.Calls = append(board.Calls, call)
		}
	}
	for _, body := range b.Bodies {
		board.Queues = append(board.Queues, b.boardLines(d, waits, body, at)...)
	}
	return board
}

func (b *Branch) boardCall(c queue.Call) wire.BoardCall {
	body, _ := b.Body(c.Body)
	service, _ := b.Service(c.Service)
	div, _ := b.Division(service.Division)
	if c.Slip != "" {
		service.Name = wire.Text{"pt": "Talão " + c.Slip + " · " + service.Name.In("pt")}
	}
	return wire.BoardCall{
		ID: int(c.Visit), Seq: c.Seq, Number: c.Number.String(), Counter: b.Label(c.Counter), Body: body.Short,
		Say: b.SharesLetter(c.Number.Prefix, c.Body), Service: service.Name.In("pt"), Lang: c.Lang,
		AtMS: c.At.UnixMilli(), Count: c.Count, BodyID: body.ID, Place: div.Place,
	}
}

// wanted reports whether an older call is among those that some screen still shows.
func wanted(c wire.BoardCall, zones []wire.BoardZone, shown map[string]int) bool {
	if len(zones) == 0 {
		zones = []wire.BoardZone{{}}
	}
	keep := false
	for _, z := range zones {
		if z.Shows(c.BodyID, c.Place) && shown[z.ID] < boardOld {
			shown[z.ID]++
			keep = true
		}
	}
	return keep
}

// boardLines are the queues of a body, one for each place where its citizens wait.
func (b *Branch) boardLines(d *queue.Day, waits Waits, body Body, at time.Time) []wire.BoardLine {
	var lines []wire.BoardLine
	for _, s := range b.Services {
		div, _ := b.Division(s.Division)
		if div.Body != body.ID {
			continue
		}
		i := slices.IndexFunc(lines, func(l wire.BoardLine) bool { return l.Place == div.Place })
		if i < 0 {
			i = len(lines)
			lines = append(lines, wire.BoardLine{Body: body.Short, BodyID: body.ID, Place: div.Place})
		}
		line := &lines[i]
		line.Waiting += d.WaitingCount(queue.ServiceID(s.ID))
		if r := walkIn(d, waits, s.ID, at); !line.Wait.Known() || r.Known() && r.High > line.Wait.High {
			line.Wait = r
		}
	}
	return lines
}
