package screen

import (
	"slices"

	"balcao/kiosk/flow"
)

// earSteps lead to the screens of the spoken guide.
func earSteps() map[string][]flow.Input {
	press := func(keys ...flow.Key) []flow.Input {
		var list []flow.Input
		for _, k := range keys {
			list = append(list, flow.Tap{Key: "k", Action: flow.ActPress, Arg: string(k)})
		}
		return list
	}
	in, out := flow.JackChanged{In: true}, flow.JackChanged{}
	listen := flow.Tap{Key: "k", Action: flow.ActListen}
	ticket := flow.TicketReply{Request: "k", Ticket: flow.Ticket{
		Number: "A023", Service: "cc", Place: "Piso 0 · Balcões 1 a 6", Ahead: 7, Wait: flow.Range{Low: 20, High: 35}, AtMS: 1795429440000,
	}}
	return map[string][]flow.Input{
		"ear":           append([]flow.Input{in}, press(flow.KeyNext, flow.KeyNext)...),
		"ear-listen":    {in, listen},
		"ear-nothing":   {in, out, listen},
		"ear-booking":   append([]flow.Input{in}, press(flow.KeyNext, flow.KeyOK, flow.KeyNext, flow.KeyNext, flow.KeyOK)...),
		"ear-ticket":    slices.Concat([]flow.Input{in}, press(flow.KeyNext, flow.KeyNext, flow.KeyOK), []flow.Input{ticket, flow.PrintOutcome{Request: "k", Result: flow.PrintDone}}, press(flow.KeyNext, flow.KeyNext)),
		"ear-unplugged": append(append([]flow.Input{in}, press(flow.KeyNext, flow.KeyOK)...), out),
	}
}
