// Package alert says what of the network somebody should look at, and what to do first. Rules look at one reading of a
// branch and find what is wrong with it now; a book remembers findings from check to check, so that an alert opens only
// when a finding stays and closes only when it stays away.
//
// One root cause hides its symptoms: of a branch without a link nothing else is told, and several branches of a
// district that are gone together are one alert.
package alert

import (
	"time"
)

// Rule names what was found.
type Rule string

// The rules, those of queueing theory first, then the root causes that hide others.
const (
	BreachAhead Rule = "breach_ahead" // over 20 % of those waiting will pass the target
	BreachNow   Rule = "breach_now"   // the service level of the last half hour is 10 points under the target
	Stuck       Rule = "stuck"        // a ticket waits, or is served, far beyond what happens
	NoCounter   Rule = "no_counter"   // tickets wait and no counter is open
	Overload    Rule = "overload"     // more comes in than the open counters can serve
	NoShows     Rule = "no_shows"     // far more no-shows than usual
	SilentKiosk Rule = "silent_kiosk" // a kiosk says nothing, or no ticket is issued although some should be
	StaleBoard  Rule = "stale_board"  // a callboard shows an old call
	Unlawful    Rule = "unlawful"     // the branch is set to delay priority by law

	Printer  Rule = "printer"  // one kiosk of several cannot print
	NoPaper  Rule = "no_paper" // no kiosk of the branch can print
	Fork     Rule = "fork"     // the log of the branch was seen with two contents
	Version  Rule = "version"  // the branch's program has no protocol version in common with headquarters
	Offline  Rule = "offline"  // the branch has no link
	District Rule = "district" // several branches of a district have no link
)

// Degree is how urgent an alert is.
type Degree int

// The degrees, the most urgent first.
const (
	Urgent Degree = iota + 1 // citizens are harmed now
	Soon                     // they will be
	Blind                    // nothing is known
)

// Finding is what a rule found at one check.
type Finding struct {
	Rule   Rule
	Branch string // id; empty for District
	Where  string // name of the branch, or the district
	About  string // what the finding is about where a branch can have several of the rule: a kiosk, a board
	Degree Degree
	Words  string // what is wrong, a Portuguese sentence
	First  string // what to do first, a Portuguese sentence
	// Hold is how long it must stay before the alert opens, beyond the two checks that every alert needs.
	Hold time.Duration
	// Rest is how long it must be gone before the alert closes: what is counted over a while comes and goes at its bound.
	Rest time.Duration
	// Model and State are those of the device it is about, where one of a known make does not work.
	Model, State string
}

// Key tells one alert from another.
type Key struct {
	Rule          Rule
	Branch, About string
}

func (f Finding) key() Key {
	k := Key{Rule: f.Rule, Branch: f.Branch, About: f.About}
	if f.Branch == "" {
		k.Branch = f.Where
	}
	return k
}
