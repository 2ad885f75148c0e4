// Package card reads a Portuguese Citizen Card.
//
// It holds the dialogue and nothing else: which commands to send, what the
// answers mean, and what may be kept of them. How bytes reach a card is the
// business of whoever gives a Transmitter: kiosk/pcsc with a real reader,
// cardtest with a card made of memory.
//
// A plain ticket reads no card. What is read for anything else stands in one
// table, Uses: only the bytes a purpose needs, in the order it needs them, the
// first field handed over before the rest is read. Where the table says so,
// the State's signature is checked offline against a folder of certificates
// (passive authentication, ICAO 9303-11 §5.1), and the Verdict says what came
// of it and why. Nothing is cached; what was read is wiped.
//
// Layout of both generations (CC1 and CC2) follows the public middleware of
// the Portuguese State, amagovpt/autenticacao.gov: CardPteidDef.h,
// asn1_idfile.cpp, CardFactory.cpp, CardPteid.cpp.
package card

import (
	"context"
	"fmt"
)

// Transmitter sends one command APDU to one card and returns its answer, data
// and status word together. A Transmitter stands for one insertion of one
// card: after the card is gone every call fails with ErrRemoved, whatever else
// is put into the reader. It fails with ErrMute when the card stays silent.
// The caller owns, and may overwrite, the returned slice.
type Transmitter interface {
	Transmit(ctx context.Context, command []byte) ([]byte, error)
}

// ReadGreeting tells the generation of the card apart, reads the name and
// nothing else, and returns the greeting; atr is the card's answer to reset,
// empty for a card that gave none.
//
// It fails with ErrNotCitizenCard, ErrMute, ErrRemoved, ErrGarbled, with a
// StatusError when the card refuses, with the context's error, or with what
// the Transmitter says. It is not verified who made the card: fit for a
// greeting, not for a decision.
func ReadGreeting(ctx context.Context, t Transmitter, atr []byte) (Greeting, error) {
	r, err := read(ctx, t, atr, Query{Purpose: ForGreeting})
	if err != nil {
		return Greeting{}, fmt.Errorf("greet: %w", err)
	}
	defer r.Wipe()
	g, err := r.Greeting()
	if err != nil {
		return Greeting{}, fmt.Errorf("greet: %w", err)
	}
	return g, nil
}
