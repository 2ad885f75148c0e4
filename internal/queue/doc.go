// Package queue is the heart of Balcão: the rules of one branch's Day, and nothing else.
//
// A Day hears a Command (a wish, which may be refused) and the moment it was made, and answers with Entries
// (numbered facts). It opens no file, reads no clock, starts no goroutine and draws no random number, so living a day
// and replaying it are one path: Handle records what it decided through Apply, and Apply alone changes the Day.
//
// The life of a visit:
//
//	reserved ──▶ waiting ──▶ called ──▶ serving ──▶ finished
//	   │  ▲         │           └──────▶ no-show
//	   ▼  │         ▼
//	  void ◀── (print known to have failed)
//
// A number is reserved before any paper moves. Paper known to have come out, or accepted otherwise by the citizen,
// makes the visit wait; paper known to have failed keeps it uncallable for two minutes and then makes it void; paper
// nobody knows about makes it wait, marked. A late "printed" revives a void; a late "failed" voids unless the visit
// was already called. A number is never used again on its Day.
//
// A visit that is being served may be held and resumed, forwarded to another service, or told to come back; one that
// waits or was called may be transferred to the right service or cancelled; a no-show may be revived once.
//
// Calling order: a free counter takes, of the visits it can serve, the smallest (tier, penalty, key). Which class stands
// in which tier is data of the branch, or of a body in it. By default tier 0 is priority by law in order of arrival;
// tier 1 is bookings that are due, by their slot, and whoever has waited the guard time; tier 2 is everyone else. The
// penalty is 1 for a secondary skill until the overflow time has passed. Every call stores why it was made.
package queue
