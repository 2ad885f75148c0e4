package wire

// Reads reports whether this program can read a fact of a branch's journal, as one that the queue acts on or as one for
// people. A later version of a known type may mean something else, so that it counts as unknown.
func Reads(kind string, version int) bool {
	if version > 1 {
		return false
	}
	if _, known := factDecoders[kind]; known {
		return true
	}
	switch kind {
	case TypeNodeStarted, TypeNodeStopped, TypeNodeAmnesia, TypeTicketRequested, TypePrintStarted, TypeTicketPrinted, TypeTicketUnknown,
		TypeTicketAccepted, TypeTicketAbandoned, TypePrinterState, TypeDeviceFault, TypeDeviceRecovered, TypeClockStep, TypeSlipTaken,
		TypeSlipRetracted, TypeSlipGiven, TypeTicketAlone, TypeConfigPublished, TypeConfigApplied, TypeConfigRejected, TypeSecurityAlert,
		TypeCommandAccepted, TypeCommandDone, TypeCommandRefused:
		return true
	}
	return false
}
