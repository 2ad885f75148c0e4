package queue

// Refusal is the Day's answer to a wish it does not grant. It is not a fault: the asker is told in plain words.
type Refusal string

// Error returns the refusal's code in words.
func (r Refusal) Error() string { return string(r) }

// Every refusal.
const (
	ErrDayNotOpen     Refusal = "the day is not open"
	ErrDayOpen        Refusal = "that day was opened already"
	ErrUnknownService Refusal = "unknown service"
	ErrUnknownClass   Refusal = "unknown class"
	ErrUnknownCounter Refusal = "unknown counter"
	ErrUnknownVisit   Refusal = "unknown visit"
	ErrUnknownRequest Refusal = "unknown request"
	ErrNoRequest      Refusal = "a request needs an id"
	ErrRequestClosed  Refusal = "the request ended before"
	ErrSoldOut        Refusal = "no numbers left today"
	ErrQueueEmpty     Refusal = "nobody is waiting"
	ErrCounterClosed  Refusal = "the counter is closed"
	ErrCounterOpen    Refusal = "the counter is open already"
	ErrCounterBusy    Refusal = "the counter has a visit"
	ErrCounterFree    Refusal = "the counter has no visit"
	ErrOtherVisit     Refusal = "the counter has another visit"
	ErrNotCalled      Refusal = "the visit is not called"
	ErrNotServing     Refusal = "the visit is not being served"
	ErrNotWaiting     Refusal = "the visit is not waiting"
	ErrRecallLimit    Refusal = "recalled often enough"
	ErrTooSoon        Refusal = "called a moment ago"
	ErrSuspended      Refusal = "the service is suspended"
	ErrOnBreak        Refusal = "the counter is on a break"
	ErrNoBreak        Refusal = "the counter is not on a break"
	ErrNoReason       Refusal = "a reason is needed"
	ErrNotServed      Refusal = "the counter does not serve that"
	ErrBeingServed    Refusal = "the visit is being served"
	ErrNotHeld        Refusal = "the visit is not held"
	ErrNotMissed      Refusal = "the visit did not miss its call"
	ErrRevivedBefore  Refusal = "put back once already"
	ErrTooLate        Refusal = "too late to put back"
	ErrNotPostponed   Refusal = "the visit is not to come back"
	ErrNotIssued      Refusal = "the visit never waited"
	ErrLeftChanged    Refusal = "not as many are left as was said"
	ErrBadPad         Refusal = "those numbers cannot be a pad"
	ErrNumbersUsed    Refusal = "those numbers were used today"
	ErrNotOnPad       Refusal = "no pad holds that number"
	ErrNotEntered     Refusal = "that was not entered from paper"
	ErrUnknownPlace   Refusal = "unknown place"
	ErrBadQuantity    Refusal = "what was delivered cannot be"

	ErrFull            Refusal = "the branch is full"
	ErrOutOfHours      Refusal = "no numbers at this hour"
	ErrUnknownDivision Refusal = "unknown division"
	ErrBadQuota        Refusal = "that quota cannot be"
	ErrPastTime        Refusal = "that moment is past"

	ErrTooManyServices Refusal = "too many services for one visit"
	ErrServiceTwice    Refusal = "the visit has that service already"
	ErrNoSuchThen      Refusal = "the visit does not go on to that service"
	ErrVisitOver       Refusal = "the visit is over"

	// Of the branch's machine, not of its Day.
	ErrNoRoom  Refusal = "no room on the disk"
	ErrNoClock Refusal = "the clock is not set"

	ErrNotLeased   Refusal = "that number is not leased"
	ErrNumberTaken Refusal = "that number was given before"
	ErrOtherDay    Refusal = "that is of another day"
)
