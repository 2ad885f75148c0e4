package app

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"balcao/hq/store"
	"balcao/internal/wire"
)

// auditSealLife is how long a signature over an audit's head may be on its way; it is looked at for ever.
const auditSealLife = 24 * time.Hour

// handle answers the questions of branches: to sign where audit and journal stand, for the journal's own records, and to
// keep what a branch decides for itself.
func (a *App) handle(ctx context.Context, node wire.NodeID, r wire.Request) json.RawMessage {
	if isOwnConfig(r) {
		return a.ownConfig(ctx, node, r)
	}
	var q wire.AuditHead
	if err := json.Unmarshal(r.Data, &q); err != nil || len(q.Day) > 10 {
		return nil
	}
	switch q.Kind {
	case wire.KindHistory:
		return a.history(ctx, node, r.Data)
	case wire.KindAudit, wire.KindJournal:
		if q.Seq == 0 {
			return nil
		}
	default:
		return nil
	}
	own := a.trust.Own()
	if own == nil {
		return nil
	}
	var reply wire.AuditReply
	note := a.store.NoteAudit
	if q.Kind == wire.KindJournal {
		note = a.store.NoteJournal
	}
	err := note(ctx, node, q)
	switch {
	case errors.Is(err, store.ErrAuditBehind), errors.Is(err, store.ErrJournalOther):
		a.log.Error("a branch's past contradicts what headquarters knows of it", "branch", string(node), "what", q.Kind, "seq", q.Seq)
		reply.Refused = wire.AuditBehind
	case errors.Is(err, store.ErrJournalAhead):
		return nil // its records are on their way; it asks again
	case err == nil:
		reply.Seal, err = a.countersign(node, r.ID, q)
	}
	if err != nil && reply.Refused == "" {
		a.log.Warn("head not countersigned", "what", q.Kind, "branch", string(node), "err", err)
		return nil
	}
	data, err := json.Marshal(reply)
	if err != nil {
		return nil
	}
	return data
}

func (a *App) countersign(node wire.NodeID, id string, q wire.AuditHead) ([]byte, error) {
	body, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	return a.trust.Own().Sign(q.Kind, string(node), id, auditSealLife, body)
}

// history answers a branch whose disk was lost or damaged with what is held of its own journal.
func (a *App) history(ctx context.Context, node wire.NodeID, data []byte) json.RawMessage {
	var ask wire.HistoryAsk
	if err := json.Unmarshal(data, &ask); err != nil {
		return nil
	}
	part, err := a.store.History(ctx, node, ask)
	if err != nil {
		a.log.Warn("history not told", "branch", string(node), "err", err)
		return nil
	}
	if ask.Epoch == 0 {
		a.log.Warn("a branch asks for its own history: its disk was lost or damaged", "branch", string(node), "epoch", part.Epoch, "records", part.Last)
	}
	reply, err := json.Marshal(part)
	if err != nil {
		return nil
	}
	return reply
}
