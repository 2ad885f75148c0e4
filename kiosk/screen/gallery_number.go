package screen

import (
	"slices"

	"balcao/kiosk/flow"
)

// numberSteps lead to every screen of a card that lies on the reader and wants its number, and of one whose chip is not
// the original.
func numberSteps() map[string][]flow.Input {
	tap := func(a flow.Action, arg string) flow.Input { return flow.Tap{Key: "k", Action: a, Arg: arg} }
	asked := []flow.Input{tap(flow.ActGreet, ""), flow.CardInserted{}, flow.CardWantsNumber{}}
	whole := slices.Concat(asked, typed("314159"))
	booked := []flow.Input{tap(flow.ActBooking, ""), tap(flow.ActBookCard, ""), flow.CardInserted{}}
	return map[string][]flow.Input{
		"card-number":         asked,
		"card-number-typing":  slices.Concat(asked, typed("314")),
		"card-number-whole":   whole,
		"card-number-wrong":   slices.Concat(whole, []flow.Input{tap(flow.ActOpen, ""), flow.CardWantsNumber{Wrong: true}}),
		"card-number-booking": slices.Concat(booked, []flow.Input{flow.CardWantsNumber{}}),
		"card-copied":         slices.Concat(booked, []flow.Input{flow.CardFailed{Code: flow.CardUnverified, Reason: "chip-copied"}}),
	}
}
