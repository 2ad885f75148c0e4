// Package booking knows booked times: what a booking is, how files of them are read, what a file changes, and what
// becomes of somebody who arrives. It is pure: it opens no file and reads no clock. A booking holds no name, no phone
// and no document number; a number that a file brings is digested under the key of the booking's day, and dropped.
package booking

import (
	"time"

	"balcao/internal/citizen"
	"balcao/internal/queue"
)

// State is what is known of a booking apart from the visit it led to.
type State string

// The states of a booking.
const (
	Expected  State = "expected"  // it holds; its citizen may have come: see Request
	Cancelled State = "cancelled" // taken back by whoever made it
)

// Booking is one booked time.
type Booking struct {
	ID      string // of the system that made it: the same id is the same booking
	Service queue.ServiceID
	Day     queue.Date // local date of Slot
	Slot    time.Time  // the booked moment, UTC
	Length  time.Duration
	Code    Code
	Digest  []byte // of the citizen's document number, under the key of Day; nil if none was given or Day is over
	Pass    []byte // the same of the card's MultiPass token
	State   State

	// Request is that of the visit its citizen was given at arrival; empty before.
	Request queue.RequestID
}

// Row is one booking as a file states it. Document and Token are wiped once their digest is made.
type Row struct {
	Line      int // where it begins in the file, from 1
	Booking   Booking
	Document  citizen.DocumentNumber
	Documents bool // Document was given

	Token citizen.Token // of the card; zero if none was given
}

// Fault is what is wrong with one line: for the person who has the file in front of them. What may quote the line, so
// a Fault is shown and never stored or logged.
type Fault struct {
	Line int    `json:"line"` // 0 is the file as a whole
	What string `json:"what"`
	Do   string `json:"do"`
}

// Sheet is what a file holds.
type Sheet struct {
	Format  Format
	Rows    []Row
	Faults  []Fault
	Ignored []string // columns that were not read, as the file names them: names, phones
}

// Wipe zeroes the document numbers and tokens of all rows.
func (s *Sheet) Wipe() {
	for i := range s.Rows {
		s.Rows[i].Document.Wipe()
		s.Rows[i].Documents = false
		s.Rows[i].Token.Wipe()
	}
}

// Limits of a file. A Loja books some hundreds of citizens a day.
const (
	MaxBytes  = 4 << 20 // of a whole file
	MaxRows   = 20_000  // bookings in it
	MaxLine   = 4 << 10 // bytes of one line or one calendar event
	MaxAhead  = 400 * 24 * time.Hour
	maxFaults = 1_000 // named one by one; beyond that they are only counted
)
