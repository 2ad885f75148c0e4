package voice

import "time"

// State says how far a call has come on its way to the hall's ears.
type State string

// The states of an utterance. Started is followed by one of the others.
const (
	// Started: its first sample has been handed to the sound device.
	Started State = "started"
	// Finished: its last sample has been handed to the sound device.
	Finished State = "finished"
	// Interrupted: the device was lost under it; it is spoken again from its
	// beginning if the device comes back in time.
	Interrupted State = "interrupted"
	// Replaced: a newer call of the same ticket, or a full queue, stands in its
	// place, and it will not be spoken.
	Replaced State = "replaced"
	// Unheard: it will not be spoken, because there was no device in time or its
	// turn came too Late; the board has to say it larger.
	Unheard State = "unheard"
)

// Utterance is what is being said, or was not said, for a page that shows it.
type Utterance struct {
	// ID is the phrase's.
	ID string
	// Text holds the words as a screen shows them, in Lang.
	Text string
	// Lang is the language of Text, for the page's lang attribute.
	Lang Lang
	// SecondText holds the same call in Second, empty when spoken once.
	SecondText string
	// Second is the language of SecondText.
	Second Lang
	// State says what happened.
	State State
	// At is when it happened.
	At time.Time
	// ChimeOnly is true when the voice was missing and the chime sounded alone.
	ChimeOnly bool
	// PCM is the SHA-256, in hexadecimal, of the samples that were really handed
	// to the device; only of a Finished utterance.
	PCM string
}

// Utter returns the utterance of a phrase in a state at a moment.
func (p Phrase) Utter(state State, at time.Time) Utterance {
	langs := p.Languages()
	u := Utterance{ID: p.ID, Text: p.Text(langs[0]), Lang: langs[0], State: state, At: at}
	if len(langs) > 1 {
		u.SecondText, u.Second = p.Text(langs[1]), langs[1]
	}
	return u
}
