package web

import (
	"encoding/json"
	"fmt"
	"html/template"
	"sync"

	"balcao/hq/network"
)

// memo remembers parts of pages by what they say. A template costs some ten microseconds; every branch has three in its
// row, and nearly all of them say what they said a second ago. It is safe for several goroutines.
type memo[K comparable] struct {
	mu   sync.Mutex
	made map[K]template.HTML
}

// mostParts bounds a memo: beyond it everything is forgotten.
const mostParts = 1 << 15

// get returns the part of a key, made where it is not remembered.
func (m *memo[K]) get(key K, draw func() template.HTML) template.HTML {
	m.mu.Lock()
	part, known := m.made[key]
	m.mu.Unlock()
	if known {
		return part
	}
	part = draw()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.made == nil || len(m.made) >= mostParts {
		m.made = map[K]template.HTML{}
	}
	m.made[key] = part
	return part
}

// nameCell and stateCell are what the first two cells of a row say; fleetCell is the third that is made by a template.
type nameCell struct {
	Sign                 sign
	ID, Called, District string
	Simulated            bool
}

type stateCell struct {
	Sign     sign
	Cause    string
	Unlawful bool
}

// cells are the parts of rows that are remembered.
type cells struct {
	names  memo[nameCell]
	states memo[stateCell]
	fleets memo[fleetCell]
}

func (s *Server) nameCell(g sign, b network.Summary) template.HTML {
	key := nameCell{g, string(b.ID), b.Name, b.District, b.Simulated}
	return s.cells.names.get(key, func() template.HTML { return s.html("name", map[string]any{"Sign": g, "B": b}) })
}

func (s *Server) stateCell(g sign, b network.Summary) template.HTML {
	key := stateCell{g, shortCause(b), b.Unlawful != 0}
	return s.cells.states.get(key, func() template.HTML { return s.html("state", map[string]any{"Sign": g, "B": b, "Cause": key.Cause}) })
}

func (s *Server) fleetCell(b network.Summary) template.HTML {
	key := fleetWords(b)
	return s.cells.fleets.get(key, func() template.HTML { return s.html("devices", key) })
}

// leap leads from one picture of the whole network to another; from 0 it is the whole picture.
type leap struct{ from, to uint64 }

// leaps are what was last told of pictures of the whole network, encoded once for everybody who looks.
type leaps struct {
	mu   sync.Mutex
	last map[leap][]byte
}

// mostLeaps is how many are kept: pages that look at the same time go from the same picture to the same one.
const mostLeaps = 4

// encode returns what a page is told that was told a picture before and shall show another one, or whole; nil is nothing.
func (s *Server) encode(old, now view, whole bool) ([]byte, error) {
	if whole {
		old = view{}
	}
	key := leap{old.id, now.id}
	if now.id == 0 || old.id == 0 && !whole {
		return encoded(old, now, whole) // not shared
	}
	s.leaps.mu.Lock()
	defer s.leaps.mu.Unlock() // also over encoding: the others want the same
	if data, known := s.leaps.last[key]; known {
		return data, nil
	}
	data, err := encoded(old, now, whole)
	if err != nil {
		return nil, err
	}
	if s.leaps.last == nil || len(s.leaps.last) >= mostLeaps {
		s.leaps.last = map[leap][]byte{}
	}
	s.leaps.last[key] = data
	return data, nil
}

func encoded(old, now view, whole bool) ([]byte, error) {
	c := change{Now: now.Now.UnixMilli(), HTML: now.HTML, Rows: now.Rows}
	if !whole {
		c = difference(old, now)
		if len(c.HTML)+len(c.Rows)+len(c.Ages)+len(c.Gone) == 0 {
			return nil, nil
		}
	}
	data, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encode a picture: %w", err)
	}
	return data, nil
}
