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

// handle answers the questions of branches: the only one there is asks to sign where the branch's audit stands.
func (a *App) handle(ctx context.Context, node wire.NodeID, r wire.Request) json.RawMessage {
	var q wire.AuditHead
	if err := json.Unmarshal(r.Data, &q); err != nil || q.Kind != wire.KindAudit || q.Seq == 0 || len(q.Day) > 10 {
		return nil
	}
	own := a.trust.Own()
	if own == nil {
		return nil
	}
	var reply wire.AuditReply
	err := a.store.NoteAudit(ctx, node, q)
	if errors.Is(err, store.ErrAuditBehind) {
		a.log.Error("a branch's audit contradicts what was signed before", "branch", string(node), "seq", q.Seq)
		reply.Refused = wire.AuditBehind
	} else if err == nil {
		reply.Seal, err = a.countersign(node, r.ID, q)
	}
	if err != nil && reply.Refused == "" {
		a.log.Warn("audit not countersigned", "branch", string(node), "err", err)
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
	return a.trust.Own().Sign(wire.KindAudit, string(node), id, auditSealLife, body)
}
