package app

import (
	"context"
	"errors"
	"fmt"

	"balcao/internal/citizen"
	"balcao/internal/wire"
	"balcao/kiosk/card"
)

// errUnverified says that a card is not known to be what it says, so that it stands for no booking: whoever holds it
// types the code of the booking instead.
var errUnverified = errors.New("the card is not verified")

// dayKey is the secret of one Day under which bookings are digested, as the branch hands it over.
type dayKey struct {
	day string
	key citizen.DayKey
}

// claimByCard reads a card for check-in and makes of its document number the digest by which the branch knows a booking;
// the number is wiped before this returns. The verdict tells why a card that is not verified is refused with
// errUnverified. trusted holds the certificates to check the card with.
func claimByCard(ctx context.Context, t card.Transmitter, atr []byte, k dayKey, q card.Query) (wire.CheckIn, card.Verdict, error) {
	q.Purpose = card.ForCheckIn
	r, err := card.Read(ctx, t, atr, q)
	if err != nil {
		return wire.CheckIn{}, card.Verdict{}, err
	}
	defer r.Wipe()
	verdict := r.Verdict()
	if !verdict.Verified() {
		return wire.CheckIn{}, verdict, fmt.Errorf("claim a booking: %w: %s", errUnverified, verdict)
	}
	text := r.Append(make([]byte, 0, 64), card.DocumentNumber)
	defer clear(text[:cap(text)])
	number, err := citizen.ParseDocumentNumber(text)
	if err != nil {
		return wire.CheckIn{}, verdict, fmt.Errorf("claim a booking: %w", err)
	}
	defer number.Wipe()
	digest, err := k.key.Digest(number)
	if err != nil {
		return wire.CheckIn{}, verdict, fmt.Errorf("claim a booking: %w", err)
	}
	return wire.CheckIn{Day: k.day, By: wire.ByCard, Digest: digest[:]}, verdict, nil
}
