package wire

// KindHistory marks a HistoryAsk among the questions of a branch.
const KindHistory = "history"

// HistoryAsk asks headquarters for what it holds of the branch's own journal (up/req), after its disk was lost or damaged.
type HistoryAsk struct {
	Kind string `json:"kind"` // KindHistory
	// Epoch is 0 in the first question: the newest that is held. SinceMS, in Unix milliseconds, is how far back it may
	// begin; it may begin earlier.
	Epoch   uint64 `json:"epoch,omitempty"`
	SinceMS int64  `json:"since,omitempty"`
	// After is the last record that the branch has got by these questions.
	After uint64 `json:"after,omitempty"`
}

// HistoryPart answers a HistoryAsk (dn/rsp) with the next records, as many as fit a batch.
type HistoryPart struct {
	Epoch uint64 `json:"epoch"` // 0: nothing is held of this branch
	// From and Head are where the first part begins: the record before it, and the chain's hash there.
	From uint64 `json:"from,omitempty"`
	Head Hash   `json:"hh"`
	// Last and End are the last record that is held, and the chain's hash after it.
	Last uint64 `json:"last"`
	End  Hash   `json:"end"`
	// Records are the stored bytes, verbatim, of the records after From or After.
	Records [][]byte `json:"records,omitempty"`
}
