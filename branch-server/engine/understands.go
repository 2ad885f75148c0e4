package engine

import (
	"slices"

	"balcao/internal/wire"
)

// Understands reports whether this version acts on a type of a node's facts, or knows that nothing follows from it. The
// others wait in the copy of the node's log for a version that does.
func Understands(kind string) bool {
	return slices.Contains([]string{
		wire.TypeTicketRequested, wire.TypeTicketPrinted, wire.TypeTicketFailed, wire.TypeTicketUnknown, wire.TypeTicketAccepted, wire.TypeTicketAbandoned,
		wire.TypePrintStarted, wire.TypeTicketAlone, wire.TypeSlipGiven, wire.TypePrinterState, wire.TypeDeviceFault, wire.TypeDeviceRecovered,
		wire.TypeSlipTaken, wire.TypeSlipRetracted, wire.TypeNodeStarted, wire.TypeNodeStopped, wire.TypeNodeAmnesia, wire.TypeClockStep,
		wire.TypeSecurityAlert,
	}, kind)
}
