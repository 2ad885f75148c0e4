package engine

import "balcao/internal/wire"

// Understands reports whether this version acts on a fact of a node, or knows that nothing follows from it. A later version
// of a known type may mean something else, so that it counts as unknown. What is not understood waits for a program that does.
func Understands(kind string, version int) bool {
	switch kind {
	case wire.TypeTicketRequested, wire.TypeTicketPrinted, wire.TypeTicketFailed, wire.TypeTicketUnknown, wire.TypeTicketAccepted, wire.TypeTicketAbandoned,
		wire.TypePrintStarted, wire.TypeTicketAlone, wire.TypeSlipGiven, wire.TypePrinterState, wire.TypeDeviceFault, wire.TypeDeviceRecovered,
		wire.TypeSlipTaken, wire.TypeSlipRetracted, wire.TypeNodeStarted, wire.TypeNodeStopped, wire.TypeNodeAmnesia, wire.TypeClockStep,
		wire.TypeSecurityAlert:
		return version <= 1
	}
	return false
}
