package app

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// alarms writes into the journal what headquarters, or somebody in its name, sent and this branch did not believe.
type alarms struct {
	app *App

	mu   sync.Mutex
	told map[alarmKind]*alarmCount
}

type alarmKind struct{ what, why string }

// alarmCount is how often one reason was given since it was told last.
type alarmCount struct {
	n    int
	last time.Time // told; zero is never
}

func newAlarms(a *App) *alarms { return &alarms{app: a, told: map[alarmKind]*alarmCount{}} }

// alarmEvery is how often one reason is told: who floods a branch shall not flood its journal.
const alarmEvery = time.Hour

// raise tells a reason, or counts it where it was told a short while ago. It counts as told only once it is on disk: one
// that could not be written is told the next time.
func (s *alarms) raise(ctx context.Context, what, why string) error {
	s.app.log.Error("what came in the name of headquarters was refused", "what", what, "why", why)
	s.mu.Lock()
	defer s.mu.Unlock()
	key, now := alarmKind{what, why}, s.app.clock.Now()
	c := s.told[key]
	if c == nil {
		c = &alarmCount{}
		s.told[key] = c
	}
	c.n++
	if !c.last.IsZero() && now.Sub(c.last) < alarmEvery {
		return nil
	}
	fact := wire.SecurityFact{What: what, Why: why}
	if c.n > 1 {
		fact.N = c.n
	}
	if err := s.app.note(ctx, "", wire.TypeSecurityAlert, fact); err != nil {
		return err
	}
	c.n, c.last = 0, now
	return nil
}

// note writes a fact of the branch server itself into the journal, once for a key.
func (a *App) note(ctx context.Context, key, kind string, fact any) error {
	data, err := json.Marshal(fact)
	if err != nil {
		return err
	}
	_, err = a.engine.Do(ctx, key, queue.Note{Fact: queue.Noted{Type: kind, Version: 1, Data: data}})
	return err
}
