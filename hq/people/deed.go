package people

import "time"

// Deed is one thing that somebody did at headquarters, for the audit. It names no citizen and holds no secret.
type Deed struct {
	ID    int64
	At    time.Time
	By    string // sign-in name
	Act   string // a code, such as sign_in
	About string // what it was done to: a case, a branch, a person; empty for nothing
	Words string
}
