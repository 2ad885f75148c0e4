package wire

// KindAudit marks an AuditHead among the questions of a branch.
const KindAudit = "audit"

// KindJournal marks an AuditHead that tells where a branch's journal stands: hq answers as for the audit, unless what it
// took in is something else.
const KindJournal = "journal"

// AuditHead is where a branch's audit stands (up/req): hq answers with the same, signed, unless what it signed before
// cannot have led here. It holds no person and no deed.
type AuditHead struct {
	Kind  string `json:"kind"`  // KindAudit or KindJournal
	Day   string `json:"day"`   // the branch's date
	Epoch uint64 `json:"epoch"` // of the branch's file: a copy put back begins a new one
	Seq   uint64 `json:"seq"`   // the last record
	Head  Hash   `json:"head"`  // the chain's hash after it
}

// AuditReply answers an AuditHead (dn/rsp).
type AuditReply struct {
	Seal    []byte `json:"seal,omitempty"`    // hq's signature over the head, see package seal
	Refused string `json:"refused,omitempty"` // why there is none
}

// AuditBehind refuses a head that contradicts one signed before: records went or changed.
const AuditBehind = "behind"
