package network

import (
	"time"

	"balcao/internal/replica"
	"balcao/internal/wire"
)

// Held is how far one epoch of one node's log is held.
type Held struct {
	Node wire.NodeID
	replica.Position
	At time.Time // the last record came in
}

// Seen is a branch that spoke. An empty name leaves the one that is known.
type Seen struct {
	Node wire.NodeID
	Name string
	At   time.Time
}

// Registered is a branch that was seen at some time.
type Registered struct {
	Node        wire.NodeID
	Name        string
	First, Last time.Time
}

// LinkChange is a connection made or lost.
type LinkChange struct {
	Node  wire.NodeID
	At    time.Time
	State wire.Presence
}

// Alarm is something that somebody has to look into.
type Alarm struct {
	Node  wire.NodeID
	Epoch uint64
	Seq   uint64
	Kind  string
	At    time.Time
}

// AlarmFork is the kind of alarm that a log with two contents raises.
const AlarmFork = "fork"

// AlarmBase is the kind of a log that was taken over from its middle on: older records are gone for ever. AlarmClone is
// that of a branch under whose name two programs live.
const (
	AlarmBase  = "base"
	AlarmClone = "clone"
)
