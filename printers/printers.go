// Package printers says what a ticket on paper is and what a printer can tell
// about it, independent of make, cable and language of the printer.
//
// A [Slip] is what the paper says. [Layout] turns it into plain blocks; a
// [Dialect] such as printers/escpos turns the blocks into bytes and the
// printer's answers into [Event]s. printers/device adds the time, the cable
// and the retries; printers/printertest is a printer made of software.
//
// The contract that everything rests on: a job carries an id and ends by
// asking the printer to repeat that id once the paper is out. Only that
// answer, or one for a later id, means printed. That bytes were accepted by
// a cable means nothing.
package printers

import "time"

// Slip is what one ticket says. Texts come as they shall be read, already in
// the words of the branch; the number, names and places are not translated.
// It never carries a citizen's name, a document number or the ground for
// priority.
type Slip struct {
	// TicketID is the short id printed small at the foot, for support; it
	// also names the slip in reports about it.
	TicketID string
	// Number is what will be called, such as "A023".
	Number string

	// Branch is the name of the place, such as "Loja de Cidadão Vila
	// Serena".
	Branch string
	// Body is the organisation the service belongs to.
	Body string
	// Service is what the citizen came for.
	Service string
	// Then is what the citizen goes on to with the same number, in order; each
	// prints "Depois:" and its name.
	Then []string
	// Place says where to wait, such as "Piso 0 · Balcões 1 a 6". Empty
	// leaves the black bar out.
	Place string
	// Issued is day and time, already localised: "22-11-2026 10:24".
	Issued string
	// Validity is the sentence at the foot, such as "Válida só hoje. Se
	// perder a vez, fale com a receção."
	Validity string
	// QR is what the code holds, an address of at most 40 bytes of ASCII;
	// empty leaves it out.
	QR string
	// QRFor says what the code is for, in the line above it; its zero value is to follow the turn.
	QRFor QRUse

	// Priority prints "Atendimento prioritário", without any reason.
	Priority bool
	// Class prints what a class is called that a branch or body made, such as
	// "Profissionais"; empty for the usual ones.
	Class string
	// Booked prints "Marcação 10:45": the hour that was booked; empty for a
	// walk-in.
	Booked string
	// Ahead is how many wait before; -1 if not known.
	Ahead int
	// Wait is the estimate; its zero value prints "sem informação".
	Wait Wait
	// Copy is 0 or 1 for the first print of the number, 2 for "2.ª via".
	Copy int
	// Language is that of the second line below each label, as PaperLanguage
	// has it; "pt" and nothing are Portuguese alone.
	Language string
	// Form says what stands on this slip, in place of the media's form; nil is
	// that one.
	Form *Form
	// Kept are the pictures that the printer is known to keep, by key, with the
	// number of each; others are sent with the slip.
	Kept map[string]int
	// Large asks for large print: fewer words, bigger letters, no QR.
	Large bool
}

// Wait is an estimate of the time until the call, in minutes. It is never a
// single number: we are not that certain.
type Wait struct {
	// From and To bound the range; To is 0 when nothing is known.
	From, To int
	// Next says that nobody stands between this ticket and the next free counter.
	Next bool
	// Over says that the wait may be longer than is told: more than From.
	Over bool
}

// Known tells whether there is an estimate.
func (w Wait) Known() bool {
	return w.Next || w.To > 0 && w.From >= 0 && w.From <= w.To
}

// QRUse is what the code on a slip is for.
type QRUse int

// What a code may be for.
const (
	QRTurn     QRUse = iota // to follow the turn on a telephone
	QRFeedback              // to complain, praise or suggest
)

// MaxQR is how many bytes a QR text may have: version 3 at level M holds 42,
// which a worn print head still prints readably at this size.
const MaxQR = 40

// JobID names a job towards the printer. It goes round after IDs; whoever
// makes ids counts upwards, since a printer that has several to report sends
// only the newest.
type JobID uint32

// IDs is how many different job ids there are: four characters of 36.
const IDs = 36 * 36 * 36 * 36

// Next returns the id after this one.
func (id JobID) Next() JobID { return (id + 1) % IDs }

// Covers tells whether an answer for id also answers for an earlier job: it
// does when that job is the same or at most half the ids older.
func (id JobID) Covers(earlier JobID) bool {
	return (id+IDs-earlier)%IDs < IDs/2
}

// Job is a slip made ready for one printer.
type Job struct {
	// Bytes is all that is sent, the request to confirm included.
	Bytes []byte
	// Whole is how many of them a printer may have obeyed without a whole slip
	// having come out: behind it stand the last line and the cut.
	Whole int
	// Unprintable holds the letters this printer has no sign for; a "?"
	// stands in their place. Whoever sends the job reports them.
	Unprintable []rune
}

// Confirmation says how far a printer's word can be trusted.
type Confirmation int

// The kinds of confirmation, from best to worst.
const (
	// ByID means the printer repeats the job's id once the paper is out.
	ByID Confirmation = iota
	// ByCounter means the printer counts finished slips and tells the count.
	ByCounter
	// ByPresenter means a sensor sees the slip arrive in the mouth.
	ByPresenter
	// ByOrder means the printer answers a question sent behind the slip: the
	// slip was processed, not necessarily printed.
	ByOrder
	// NoConfirmation means the printer says nothing: whatever is sent has
	// an unknown outcome.
	NoConfirmation
)

// String returns the name used in profiles: "process-id", "end-counter",
// "presenter-edge", "weak" or "none".
func (c Confirmation) String() string {
	switch c {
	case ByID:
		return "process-id"
	case ByCounter:
		return "end-counter"
	case ByPresenter:
		return "presenter-edge"
	case ByOrder:
		return "weak"
	case NoConfirmation:
		return "none"
	}
	return "invalid"
}

// Dialect is the language of one model of printer. Its methods only compute;
// a value may be used by several goroutines.
type Dialect interface {
	// Encode makes the job that prints s and then asks for the
	// confirmation of id. The error is about the slip, such as a QR text
	// that is too long.
	Encode(s Slip, id JobID) (Job, error)
	// Greeting is sent after opening and after a clear: it makes the printer
	// report changes of its status by itself.
	Greeting() []byte
	// Question asks for a part of the status, even of a printer that is out
	// of paper; turn counts upwards so that all parts come in turn. It is
	// nil if the printer cannot be asked.
	Question(turn int) []byte
	// Clear makes the printer forget everything it has not printed and
	// answer with [Cleared]. It is nil if the printer cannot.
	Clear() []byte
	// Separate ends a slip that was cut short, so that its remains do not
	// stick to the next one.
	Separate() []byte
	// Confirms says what kind of confirmation Encode asks for.
	Confirms() Confirmation
	// NewParser returns a reader of this printer's answers.
	NewParser() Parser
}

// Parser turns a printer's bytes into events. It is a state machine without a
// clock: the moment comes with the bytes, and a block that takes too long is
// noise. It belongs to one goroutine.
type Parser interface {
	// Asked tells that Question(turn) was sent at that moment; some answers
	// can only be read knowing the question.
	Asked(turn int, at time.Time)
	// Feed reads what arrived at that moment.
	Feed(b []byte, at time.Time) []Event
}

// Mindful is a parser of a printer that does not repeat ids: to know what a
// count or a sensor speaks of, it must be told what is sent. Ask for it by
// assertion. Its methods belong to the parser's goroutine, or to whoever holds
// the same lock.
type Mindful interface {
	// Sending tells that the bytes of a job go out now.
	Sending(id JobID)
	// Torn tells that not all bytes of a job went out: no proof for it can
	// come.
	Torn(id JobID)
	// Clearing tells that [Dialect.Clear] goes out now.
	Clearing()
}

// Event is what a printer told: one of [Printed], [Processed], [Cleared],
// [StatusChanged], [Presented], [Left], [Taken], [Retracted], [Answered],
// [LogosKept] or [Noise].
type Event interface{ printerEvent() }

// Printed says that the job ID and all before it are on paper.
type Printed struct{ ID JobID }

// Processed is the answer to the question behind a slip of a printer that
// confirms [ByOrder].
type Processed struct{}

// Cleared says that the printer has forgotten what it had not printed.
type Cleared struct{}

// StatusChanged carries what the printer now says of itself. Parsers send it
// for each complete report, also when nothing changed.
type StatusChanged struct{ Status Status }

// Presented says that a slip stands in the mouth of the printer.
type Presented struct{}

// Left says that no slip stands in the mouth any more; whether it was taken
// is another question, see [Presenter].
type Left struct{}

// Taken says that somebody has taken the slip.
type Taken struct{}

// Retracted says that the printer has drawn an untaken slip back.
type Retracted struct {
	// Count is how many it has drawn back in its life.
	Count int
}

// Answered carries a text the printer gave about itself, such as its model.
type Answered struct{ Text string }

// LogosKept says under which numbers the printer keeps pictures.
type LogosKept struct {
	// Numbers are those of [LogoMemory].
	Numbers []int
	// More says that there are further ones, which come once this answer is
	// heard.
	More bool
}

// Noise counts bytes that mean nothing: a bad cable, a wrong speed, or an
// answer that took too long.
type Noise struct{ Bytes int }

func (Printed) printerEvent()       {}
func (Processed) printerEvent()     {}
func (Cleared) printerEvent()       {}
func (StatusChanged) printerEvent() {}
func (Answered) printerEvent()      {}
func (Presented) printerEvent()     {}
func (Left) printerEvent()          {}
func (Taken) printerEvent()         {}
func (Retracted) printerEvent()     {}
func (LogosKept) printerEvent()     {}
func (Noise) printerEvent()         {}
