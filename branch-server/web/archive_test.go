package web

import (
	"context"
	"fmt"
	"time"

	"balcao/branch-server/report"
	"balcao/internal/queue"
)

var _ Archive = (*memory)(nil)

// days splits the journal at its openings.
func (m *memory) days() (dates []queue.Date, all map[queue.Date][]queue.Entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	all = map[queue.Date][]queue.Entry{}
	for _, e := range m.entries {
		if opened, ok := e.Event.(queue.DayOpened); ok {
			dates = append(dates, opened.Day)
		}
		if len(dates) > 0 {
			last := dates[len(dates)-1]
			all[last] = append(all[last], e)
		}
	}
	return dates, all
}

func (m *memory) Days(context.Context) ([]queue.Date, error) {
	dates, _ := m.days()
	return dates, nil
}

func (m *memory) Entries(_ context.Context, day queue.Date, hear func(queue.Entry) bool) (bool, error) {
	dates, all := m.days()
	entries, known := all[day]
	if !known {
		return false, fmt.Errorf("no day %s", day)
	}
	for _, e := range entries {
		if !hear(e) {
			break
		}
	}
	return dates[len(dates)-1] != day, nil
}

func (m *memory) Record(ctx context.Context, day queue.Date, now time.Time) (report.Record, error) {
	fold := report.NewCollector(day)
	ended, err := m.Entries(ctx, day, func(e queue.Entry) bool { fold.Add(e); return true })
	return fold.Record(now, ended), err
}
