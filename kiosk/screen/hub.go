package screen

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"maps"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limits of a stream.
const (
	keptDeltas     = 64 // changes a page that was away may catch up with
	waitingDeltas  = 16 // changes a slow page may lag behind before it is cut off
	maxSubscribers = 16
	beatEvery      = 2 * time.Second
	writeWithin    = 10 * time.Second
)

// hub holds one face's state and streams it: the whole state first, then the
// keys that change. It is an http.Handler for the stream.
type hub struct {
	boot  string                           // of this hub: ids of another one mean nothing here
	stamp func(map[string]json.RawMessage) // finishes a snapshot; may be nil
	names *name                            // what the marks in it stand for; nil where there are none

	streams sync.WaitGroup

	mu    sync.Mutex
	state map[string]json.RawMessage
	last  uint64 // id of the last change
	kept  []delta
	pages map[chan delta]struct{}
}

type delta struct {
	id   uint64
	data []byte
}

func newHub() *hub {
	return &hub{boot: rand.Text()[:10], pages: map[chan delta]struct{}{}, state: map[string]json.RawMessage{}}
}

// set replaces the state, a struct, and sends what changed.
func (h *hub) set(state any) {
	b, err := json.Marshal(state)
	if err != nil {
		panic("state of a face cannot be written as JSON: " + err.Error())
	}
	var next map[string]json.RawMessage
	if err := json.Unmarshal(b, &next); err != nil {
		panic("state of a face is not an object: " + err.Error())
	}

	h.mu.Lock()
	defer h.mu.Unlock()
	changed := map[string]json.RawMessage{}
	for k, v := range next {
		if !bytes.Equal(v, h.state[k]) {
			changed[k] = v
		}
	}
	for k := range h.state {
		if _, ok := next[k]; !ok {
			changed[k] = json.RawMessage("null")
		}
	}
	if len(changed) == 0 {
		return
	}
	data, err := json.Marshal(changed)
	if err != nil {
		panic("change of a face cannot be written as JSON: " + err.Error())
	}
	h.state = next
	h.last++
	d := delta{id: h.last, data: data}
	h.kept = append(h.kept, d)
	if len(h.kept) > keptDeltas {
		h.kept = append([]delta(nil), h.kept[len(h.kept)-keptDeltas:]...)
	}
	for page := range h.pages {
		select {
		case page <- d:
		default: // too slow: it comes back and catches up
			delete(h.pages, page)
			close(page)
		}
	}
}

// join adds a page: what it missed since the id it names, or a snapshot.
func (h *hub) join(lastID string) (page chan delta, first []byte, ok bool) {
	h.mu.Lock()
	if len(h.pages) >= maxSubscribers {
		h.mu.Unlock()
		return nil, nil, false
	}
	page = make(chan delta, waitingDeltas)
	h.pages[page] = struct{}{}
	missed, resumed := h.since(lastID)
	state := maps.Clone(h.state)
	id := h.last
	h.mu.Unlock()

	var b bytes.Buffer
	b.WriteString("retry: 500\n\n")
	if resumed {
		for _, d := range missed {
			h.write(&b, "delta", d.id, d.data)
		}
		return page, b.Bytes(), true
	}
	if h.stamp != nil {
		h.stamp(state)
	}
	data, err := json.Marshal(state)
	if err != nil {
		panic("state of a face cannot be written as JSON: " + err.Error())
	}
	h.write(&b, "snapshot", id, data)
	return page, b.Bytes(), true
}

// since is what happened after the change a page saw last, if that is known
// here.
func (h *hub) since(lastID string) ([]delta, bool) {
	boot, n, found := strings.Cut(lastID, "-")
	id, err := strconv.ParseUint(n, 10, 64)
	if !found || boot != h.boot || err != nil || id > h.last {
		return nil, false
	}
	missed := h.last - id
	if missed > uint64(len(h.kept)) {
		return nil, false
	}
	return h.kept[uint64(len(h.kept))-missed:], true
}

func (h *hub) watched() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.pages) > 0
}

// forget drops the changes kept for pages that were away; they get a snapshot.
func (h *hub) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.kept = nil
}

func (h *hub) leave(page chan delta) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.pages, page)
}
