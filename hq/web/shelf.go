package web

import (
	"sync"
	"time"

	"balcao/hq/rollout"
	"balcao/internal/branch/above"
	"balcao/internal/wire"
)

// shelf remembers which services branches describe: reading one description takes milliseconds, and those of a country seconds.
// The zero value is empty. It is safe for several goroutines.
type shelf struct {
	mu sync.Mutex
	of map[wire.NodeID]shelved
}

type shelved struct {
	hash     string // of the description
	services []above.Named
}

// shelfPatience is how long a page may read descriptions; those that are left are read when it asks again.
const shelfPatience = time.Second

// each yields the services of every description that is known or can be read in time, and returns how many are left.
func (s *shelf) each(owns []rollout.Own, now func() time.Time, yield func(above.Named)) (left int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil {
		s.of = map[wire.NodeID]shelved{}
	}
	until := now().Add(shelfPatience)
	for _, o := range owns {
		one, known := s.of[o.Branch]
		if !known || one.hash != o.Hash {
			if now().After(until) {
				left++
				continue
			}
			one = shelved{o.Hash, above.Services(o.Document)}
			s.of[o.Branch] = one
		}
		for _, named := range one.services {
			yield(named)
		}
	}
	return left
}

// ownsOf leaves of the branches' descriptions those that a layer is for.
func ownsOf(layer string, owns []rollout.Own) []rollout.Own {
	if !wire.NodeID(layer).Valid() {
		return owns
	}
	for _, o := range owns {
		if string(o.Branch) == layer {
			return []rollout.Own{o}
		}
	}
	return nil
}
