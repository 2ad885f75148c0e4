package queue

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// BodyID names the organisation that a service belongs to, such as "irn".
type BodyID string

// ServiceID names what a citizen comes for, such as "cc-renew".
type ServiceID string

// DivisionID names what a ticket letter stands for in this branch.
type DivisionID string

// CounterID names the place where one clerk serves, such as "3".
type CounterID string

// KioskID names the node that took a request, such as "L901-K01".
type KioskID string

// RequestID is the one name of a wish for a ticket, made where the citizen touched. Asking twice gets one number.
type RequestID string

// VisitID counts the visits of a Day from 1.
type VisitID int

// ClassID names a calling class: who goes before whom. The ground of priority is never part of it.
type ClassID string

// The classes every branch knows.
const (
	// ClassLaw is priority by law (DL 58/2016): before everyone else, among themselves by arrival.
	ClassLaw ClassID = "law"
	// ClassBooked is who has a booked time and is here: due together with those who waited long.
	ClassBooked ClassID = "booked"
	// ClassWalkIn is everyone who came without a booking.
	ClassWalkIn ClassID = "walkin"
)

// Date is a local day of a branch, written 2006-01-02.
type Date string

// DateOf returns the Date of a moment in a zone.
func DateOf(at time.Time, zone *time.Location) Date { return Date(at.In(zone).Format(time.DateOnly)) }

// Number is what a ticket says: the letters of its division and a count, shown as one word such as A023.
type Number struct {
	Prefix string `json:"p"`
	N      int    `json:"n"`
}

// ParseNumber reads a number as String writes it.
func ParseNumber(text string) (Number, bool) {
	digits := strings.TrimLeft(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	n, err := strconv.Atoi(digits)
	number := Number{Prefix: strings.TrimSuffix(text, digits), N: n}
	return number, err == nil && validPrefix(number.Prefix) && number.String() == text
}

// String writes the number with at least three digits.
func (n Number) String() string { return fmt.Sprintf("%s%03d", n.Prefix, n.N) }
