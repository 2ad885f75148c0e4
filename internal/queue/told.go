package queue

import "time"

// Told is what a citizen was told of the wait when the number was given. It is recorded so that it can be held to what
// came true; no rule looks at it.
type Told struct {
	Service ServiceID     `json:"svc"`            // for which; a visit may be sent elsewhere afterwards
	Low     int           `json:"lo"`             // minutes; the range that was shown
	High    int           `json:"hi"`             // minutes; 0 if nothing was known
	Next    bool          `json:"next,omitempty"` // «a seguir»
	Mid     time.Duration `json:"mid_ns"`         // the estimate before it was rounded
}
