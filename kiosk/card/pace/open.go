package pace

import (
	"context"
	"fmt"
	"io"

	"balcao/kiosk/card"
)

// How EF.CardAccess is read, before anything else is known of a card: from the
// master file, by its short identifier (PaceAuthentication.cpp of the State's
// middleware; ICAO 9303-11 §4.4.4).
var readCardAccess = [...]card.Command{
	{Instruction: 0xA4, P2: 0x0C, Data: []byte{0x3F, 0x00}},
	{Instruction: 0xA4, P1: 0x02, P2: 0x0C, Data: []byte{0x01, 0x1C}},
	{Instruction: 0xB0, P1: 0x9C, Le: 256},
}

// Offered asks a contactless card which kind of PACE it wants, before anybody
// types anything, and returns one that is built. It fails with ErrUnsupported,
// also for a card that does not say, with ErrProtocol, or as the Transmitter
// does.
func Offered(ctx context.Context, t card.Transmitter) (Info, error) {
	var file []byte
	for i, c := range readCardAccess {
		answer, err := say(ctx, t, c)
		if err == nil && i == 0 && answer.SW != 0x9000 {
			answer, err = say(ctx, t, c) // the first plain word ends a channel that was left open
		}
		if err != nil {
			return Info{}, err
		}
		if answer.SW != 0x9000 && answer.SW != 0x6282 {
			return Info{}, fmt.Errorf("read EF.CardAccess: %w: %w", ErrUnsupported, card.StatusError{SW: answer.SW})
		}
		file = answer.Data
	}
	infos, err := ParseCardAccess(file)
	if err != nil {
		return Info{}, err
	}
	for _, i := range infos {
		if _, err := i.Group(); err == nil {
			return i, nil
		}
	}
	return Info{}, fmt.Errorf("curve %d: %w", infos[0].Parameter, ErrUnsupported)
}

func say(ctx context.Context, t card.Transmitter, c card.Command) (card.Response, error) {
	raw, err := t.Transmit(ctx, c.Bytes(false))
	if err != nil {
		return card.Response{}, err
	}
	return card.ParseResponse(raw)
}

// Open agrees on keys with a card by what the terminal knows of it and returns
// the channel; the caller wipes it, and the password. It fails as Establish does.
func Open(ctx context.Context, t card.Transmitter, info Info, password Password, random io.Reader) (*Channel, error) {
	group, err := info.Group()
	if err != nil {
		return nil, err
	}
	keys, err := Session{Info: info, Password: password, Group: group, Random: random}.Establish(ctx, t)
	if err != nil {
		return nil, err
	}
	defer keys.Wipe()
	return NewChannel(t, keys)
}
