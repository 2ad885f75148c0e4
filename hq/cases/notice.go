package cases

import "time"

// Notice is one step of a case to be told outside, by one way.
type Notice struct {
	ID    int64
	Case  Case
	Kind  Kind // Opened, Escalated or Closed
	At    time.Time
	Way   string // such as email
	Tries int
	Told  time.Time // zero while it was not
	Next  time.Time // when it is tried next; zero once it was told or given up
	Fault string    // why the last try failed
}
