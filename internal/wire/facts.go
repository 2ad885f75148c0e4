package wire

import (
	"bytes"
	"encoding/json"
	"fmt"

	"balcao/internal/queue"
)

// Types of the branch's own facts, and their present versions. A change of meaning is a new version; samples under
// testdata/v1 are never edited.
const (
	TypeDayOpened     = "day.opened"
	TypeDayClosed     = "day.closed"
	TypeReserved      = "ticket.reserved"
	TypeIssued        = "ticket.issued"
	TypePrintKnown    = "ticket.print_known"
	TypePrintFailure  = "ticket.print_failed"
	TypeVoided        = "ticket.voided"
	TypeRequestClosed = "ticket.closed"
	TypeCalled        = "ticket.called"
	TypeRecalled      = "ticket.recalled"
	TypeStarted       = "ticket.started"
	TypeFinished      = "ticket.ended"
	TypeNotShown      = "ticket.no_show"
	TypePrioritySet   = "ticket.priority"
	TypeCounterOpened = "counter.opened"
	TypeCounterClosed = "counter.closed"
	TypeTakenBack     = "ticket.taken_back"
	TypeAlarmRaised   = "counter.alarm"
	TypeAlarmAnswered = "counter.alarm_answered"

	TypeForwarded        = "ticket.forwarded"
	TypeTransferred      = "ticket.transferred"
	TypeHeld             = "ticket.held"
	TypeResumed          = "ticket.resumed"
	TypeCancelled        = "ticket.cancelled"
	TypeRevived          = "ticket.revived"
	TypePostponed        = "ticket.postponed"
	TypeReturned         = "ticket.returned"
	TypeWalked           = "ticket.walked"
	TypeInaccurateSet    = "ticket.inaccurate"
	TypeBreakDue         = "counter.break_due"
	TypeBreakStarted     = "counter.break_started"
	TypeBreakEnded       = "counter.break_ended"
	TypeServiceSuspended = "service.suspended"
	TypeServiceReopened  = "service.reopened"
	TypeSkillsSet        = "counter.skills"
	TypeSupervised       = "branch.supervised"
	TypeShareHeld        = "division.held"
	TypeLeased           = "division.leased"
	TypeRecovered        = "numbers.recovered"
	TypeQuotaSet         = "service.quota"
	TypeDayReopened      = "day.reopened"
	TypeNumbersBlocked   = "numbers.blocked"
	TypeNumbersReleased  = "numbers.released"
	TypePaperEntered     = "ticket.paper"
	TypePaperCorrected   = "ticket.paper_corrected"
	TypeThenSet          = "ticket.then"
)

// EncodeFact returns the type, version and JSON body under which a branch's fact is stored and sent.
func EncodeFact(e queue.Event) (kind string, version int, data []byte, err error) {
	if n, ok := e.(queue.Noted); ok {
		return n.Type, n.Version, n.Data, nil
	}
	kind = factType(e)
	data, err = json.Marshal(e)
	if err != nil {
		return "", 0, nil, fmt.Errorf("encode fact %s: %w", kind, err)
	}
	return kind, 1, data, nil
}

func factType(e queue.Event) string {
	switch e := e.(type) {
	case queue.DayOpened:
		return TypeDayOpened
	case queue.DayClosed:
		return TypeDayClosed
	case queue.Reserved:
		return TypeReserved
	case queue.Issued:
		return TypeIssued
	case queue.PrintKnown:
		return TypePrintKnown
	case queue.PrintFailure:
		return TypePrintFailure
	case queue.Voided:
		return TypeVoided
	case queue.RequestClosed:
		return TypeRequestClosed
	case queue.Called:
		return TypeCalled
	case queue.Recalled:
		return TypeRecalled
	case queue.Started:
		return TypeStarted
	case queue.Finished:
		return TypeFinished
	case queue.NotShown:
		return TypeNotShown
	case queue.PrioritySet:
		return TypePrioritySet
	case queue.CounterOpened:
		return TypeCounterOpened
	case queue.CounterClosed:
		return TypeCounterClosed
	case queue.TakenBack:
		return TypeTakenBack
	case queue.AlarmRaised:
		return TypeAlarmRaised
	case queue.AlarmAnswered:
		return TypeAlarmAnswered
	case queue.Forwarded:
		return TypeForwarded
	case queue.Transferred:
		return TypeTransferred
	case queue.Held:
		return TypeHeld
	case queue.Resumed:
		return TypeResumed
	case queue.Cancelled:
		return TypeCancelled
	case queue.Revived:
		return TypeRevived
	case queue.Postponed:
		return TypePostponed
	case queue.Returned:
		return TypeReturned
	case queue.Walked:
		return TypeWalked
	case queue.InaccurateSet:
		return TypeInaccurateSet
	case queue.BreakDue:
		return TypeBreakDue
	case queue.BreakStarted:
		return TypeBreakStarted
	case queue.BreakEnded:
		return TypeBreakEnded
	case queue.ServiceSuspended:
		return TypeServiceSuspended
	case queue.ServiceReopened:
		return TypeServiceReopened
	case queue.SkillsSet:
		return TypeSkillsSet
	case queue.Supervised:
		return TypeSupervised
	case queue.ShareHeld:
		return TypeShareHeld
	case queue.Leased:
		return TypeLeased
	case queue.Recovered:
		return TypeRecovered
	case queue.QuotaSet:
		return TypeQuotaSet
	case queue.DayReopened:
		return TypeDayReopened
	case queue.NumbersBlocked:
		return TypeNumbersBlocked
	case queue.NumbersReleased:
		return TypeNumbersReleased
	case queue.PaperEntered:
		return TypePaperEntered
	case queue.PaperCorrected:
		return TypePaperCorrected
	case queue.ThenSet:
		return TypeThenSet
	case queue.Noted:
		return e.Type
	}
	panic("wire: a fact without a type")
}

// DecodeFact reads a branch's fact. A type or version that this program does not know becomes queue.Noted, kept as it
// is (invariant I12); a known type with a broken body is an error.
func DecodeFact(kind string, version int, data []byte) (queue.Event, error) {
	if decode, known := factDecoders[kind]; known && version == 1 {
		if e, ok := scanFact(kind, data); ok {
			return e, nil
		}
		e, err := decode(data)
		if err != nil {
			return nil, fmt.Errorf("decode fact %s: %w: %w", kind, ErrMalformed, err)
		}
		return e, nil
	}
	// It may be kept for a whole Day, and data may be a small part of a large batch.
	return queue.Noted{Type: kind, Version: version, Data: bytes.Clone(data)}, nil
}

var factDecoders = map[string]func([]byte) (queue.Event, error){
	TypeDayOpened:     decodeAs[queue.DayOpened],
	TypeDayClosed:     decodeAs[queue.DayClosed],
	TypeReserved:      decodeAs[queue.Reserved],
	TypeIssued:        decodeAs[queue.Issued],
	TypePrintKnown:    decodeAs[queue.PrintKnown],
	TypePrintFailure:  decodeAs[queue.PrintFailure],
	TypeVoided:        decodeAs[queue.Voided],
	TypeRequestClosed: decodeAs[queue.RequestClosed],
	TypeCalled:        decodeAs[queue.Called],
	TypeRecalled:      decodeAs[queue.Recalled],
	TypeStarted:       decodeAs[queue.Started],
	TypeFinished:      decodeAs[queue.Finished],
	TypeNotShown:      decodeAs[queue.NotShown],
	TypePrioritySet:   decodeAs[queue.PrioritySet],
	TypeCounterOpened: decodeAs[queue.CounterOpened],
	TypeCounterClosed: decodeAs[queue.CounterClosed],
	TypeTakenBack:     decodeAs[queue.TakenBack],
	TypeAlarmRaised:   decodeAs[queue.AlarmRaised],
	TypeAlarmAnswered: decodeAs[queue.AlarmAnswered],

	TypeForwarded:        decodeAs[queue.Forwarded],
	TypeTransferred:      decodeAs[queue.Transferred],
	TypeHeld:             decodeAs[queue.Held],
	TypeResumed:          decodeAs[queue.Resumed],
	TypeCancelled:        decodeAs[queue.Cancelled],
	TypeRevived:          decodeAs[queue.Revived],
	TypePostponed:        decodeAs[queue.Postponed],
	TypeReturned:         decodeAs[queue.Returned],
	TypeWalked:           decodeAs[queue.Walked],
	TypeInaccurateSet:    decodeAs[queue.InaccurateSet],
	TypeBreakDue:         decodeAs[queue.BreakDue],
	TypeBreakStarted:     decodeAs[queue.BreakStarted],
	TypeBreakEnded:       decodeAs[queue.BreakEnded],
	TypeServiceSuspended: decodeAs[queue.ServiceSuspended],
	TypeServiceReopened:  decodeAs[queue.ServiceReopened],
	TypeSkillsSet:        decodeAs[queue.SkillsSet],
	TypeSupervised:       decodeAs[queue.Supervised],
	TypeShareHeld:        decodeAs[queue.ShareHeld],
	TypeLeased:           decodeAs[queue.Leased],
	TypeRecovered:        decodeAs[queue.Recovered],
	TypeQuotaSet:         decodeAs[queue.QuotaSet],
	TypeDayReopened:      decodeAs[queue.DayReopened],
	TypeNumbersBlocked:   decodeAs[queue.NumbersBlocked],
	TypeNumbersReleased:  decodeAs[queue.NumbersReleased],
	TypePaperEntered:     decodeAs[queue.PaperEntered],
	TypePaperCorrected:   decodeAs[queue.PaperCorrected],
	TypeThenSet:          decodeAs[queue.ThenSet],
}

func decodeAs[E queue.Event](data []byte) (queue.Event, error) {
	var e E
	err := json.Unmarshal(data, &e)
	return e, err
}
