package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// eventJSON is a fact of a branch as a CloudEvent (CloudEvents 1.0.2, JSON format).
type eventJSON struct {
	Version string          `json:"specversion" doc:"1.0"`
	ID      string          `json:"id" doc:"epoch and sequence in the branch's log: with source, unique for ever"`
	Source  string          `json:"source" doc:"the branch: /branches/L901"`
	Type    string          `json:"type" doc:"pt.balcao. and the fact: pt.balcao.ticket.issued"`
	Time    string          `json:"time" doc:"by the branch's clock, RFC 3339"`
	Content string          `json:"datacontenttype" doc:"application/json"`
	Seq     uint64          `json:"balcaoseq" doc:"sequence in the log"`
	Epoch   string          `json:"balcaoepoch" doc:"epoch of the log"`
	Data    json.RawMessage `json:"data" doc:"the fields of the fact that are named in x-balcao-fields"`
}

// feedFields are the fields of facts that leave headquarters; all others stay. Who did something, for whom it was, which
// class somebody has and why, what a citizen was told and in which language are not among them.
var feedFields = []string{
	"body", "count", "counter", "day", "div", "first", "kiosk", "n", "outcome", "p", "place", "planned", "quota", "reason", "svc", "tk", "visit",
}

const (
	feedType = "application/cloudevents-batch+json"
	mostFeed = 1000
)

// apiEvents is GET /api/branches/{id}/events: the facts of a branch after one that the caller knows, as a batch of
// CloudEvents. Facts of types that this program does not know are left out: nobody could say what is in them.
func (s *Server) apiEvents(w http.ResponseWriter, r *http.Request, who visitor) {
	d, known := s.known(w, r, who)
	if !known || !s.wholeLog(w, who) {
		return
	}
	limit, err := number(r, "limit")
	if err != nil {
		s.refuse(w, http.StatusBadRequest, err)
		return
	}
	if limit == 0 || limit > mostFeed {
		limit = mostFeed
	}
	from, ok := s.position(w, r, d.ID)
	if !ok {
		return
	}
	batch, last := []eventJSON{}, from.after
	for record, err := range s.opt.Store.Records(r.Context(), d.ID, from.epoch, from.after) {
		if err != nil {
			s.fault(w, r, err)
			return
		}
		last = record.Seq
		if e, is := eventOf(d.ID, from.epoch, record); is {
			batch = append(batch, e)
		}
		if uint64(len(batch)) >= limit {
			break
		}
	}
	next := url.Values{"epoch": {strconv.FormatUint(from.epoch, 10)}, "after": {strconv.FormatUint(last, 10)}, "limit": {strconv.FormatUint(limit, 10)}}
	w.Header().Set("Link", fmt.Sprintf("</api/branches/%s/events?%s>; rel=\"next\"", d.ID, next.Encode()))
	s.answerAs(w, http.StatusOK, feedType, batch)
}

// eventOf makes a CloudEvent of a record; false for what does not leave.
func eventOf(branch wire.NodeID, epoch uint64, r wire.Record) (eventJSON, bool) {
	e, err := wire.DecodeEvent(r.Raw)
	if err != nil {
		return eventJSON{}, false
	}
	fact, err := wire.DecodeFact(e.Type, e.Version, e.Data)
	if err != nil {
		return eventJSON{}, false
	}
	if _, noted := fact.(queue.Noted); noted {
		return eventJSON{}, false
	}
	data, ok := sieved(e.Data)
	return eventJSON{
		Version: "1.0", ID: strconv.FormatUint(epoch, 10) + "-" + strconv.FormatUint(r.Seq, 10), Source: "/branches/" + string(branch),
		Type: "pt.balcao." + e.Type, Time: time.UnixMilli(e.TS).UTC().Format(time.RFC3339Nano), Content: "application/json",
		Seq: r.Seq, Epoch: strconv.FormatUint(epoch, 10), Data: data,
	}, ok
}

// sieved keeps the fields that may leave, also inside the ticket's number, and of those only numbers, truths and codes.
func sieved(data []byte) ([]byte, bool) {
	var all map[string]any
	if len(data) > 0 && json.Unmarshal(data, &all) != nil {
		return nil, false
	}
	out, err := json.Marshal(sieve(all))
	return out, err == nil
}

func sieve(all map[string]any) map[string]any {
	kept := map[string]any{}
	for key, value := range all {
		if !slices.Contains(feedFields, key) {
			continue
		}
		switch v := value.(type) {
		case map[string]any:
			if key == "tk" {
				kept[key] = sieve(v)
			}
		case string:
			if code(v) {
				kept[key] = v
			}
		case float64, bool:
			kept[key] = v
		}
	}
	return kept
}

// code says whether a text is one of our codes, and not words: short, without spaces.
func code(s string) bool {
	return len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_' && r != '.'
	})
}
