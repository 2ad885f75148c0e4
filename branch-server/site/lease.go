package site

import (
	"context"
	"encoding/json"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// maxHeld bounds how many ranges a node may say that it holds.
const maxHeld = 1024

// lease lends a kiosk numbers of today and tomorrow wherever it has fewer left than half a range, and answers with all
// that it may give out.
func (s *Site) lease(ctx context.Context, node wire.NodeID, r wire.Request) json.RawMessage {
	var q wire.LeaseRequest
	if err := json.Unmarshal(r.Data, &q); err != nil || len(q.Hold) > maxHeld {
		s.cfg.Log.Warn("unreadable question for numbers", "node", string(node))
		return nil
	}
	holder := queue.KioskID(node)
	var days []queue.Date
	if err := s.cfg.Commands.Read(ctx, func(d *queue.Day, _ time.Time) {
		if today, err := time.Parse(time.DateOnly, string(d.Date())); err == nil {
			days = []queue.Date{d.Date(), queue.DateOf(today.AddDate(0, 0, 1), time.UTC)}
		}
	}); err != nil {
		return nil
	}
	for _, wish := range s.scarce(q, holder, days) {
		answer, err := s.cfg.Commands.Do(ctx, "", wish)
		if err != nil {
			s.cfg.Log.Error("lend numbers", "node", string(node), "err", err)
			return nil
		}
		if answer.Refused != "" {
			s.cfg.Log.Warn("numbers not lent", "node", string(node), "division", string(wish.Division), "why", string(answer.Refused))
		}
	}
	reply := wire.LeaseReply{Ranges: []wire.LeasedRange{}}
	if err := s.cfg.Commands.Read(ctx, func(d *queue.Day, _ time.Time) {
		for _, l := range d.Leases(holder, q.Epoch) {
			reply.Ranges = append(reply.Ranges, wire.LeasedRange{
				Day: string(l.Day), Division: string(l.Division), Prefix: l.Prefix, From: l.From, To: l.To,
			})
		}
	}); err != nil {
		return nil
	}
	data, err := json.Marshal(reply)
	if err != nil || s.cfg.Seal == nil {
		return data
	}
	if reply.Seal, err = s.cfg.Seal(wire.KindLease, string(node), r.ID, data); err != nil {
		s.cfg.Log.Warn("numbers lent without a signature; the kiosk will not take them", "node", string(node), "err", err)
		return data
	}
	if data, err = json.Marshal(reply); err != nil {
		return nil
	}
	return data
}

// scarce is what has to be lent.
func (s *Site) scarce(q wire.LeaseRequest, holder queue.KioskID, days []queue.Date) []queue.Lease {
	size := s.cfg.Branch().Lend.Size()
	if size == 0 {
		return nil
	}
	var wishes []queue.Lease
	for _, day := range days {
		for _, div := range s.cfg.Branch().Divisions {
			left, have := 0, 0
			for _, held := range q.Hold {
				if held.Day == string(day) && held.Division == div.ID {
					left, have = left+max(0, held.Left), max(have, held.To)
				}
			}
			if left < (size+1)/2 {
				wishes = append(wishes, queue.Lease{
					Holder: holder, Epoch: q.Epoch, Day: day, Division: queue.DivisionID(div.ID), Have: have,
				})
			}
		}
	}
	return wishes
}
