package app

import (
	"balcao/internal/carrier"
	"balcao/internal/wire"
)

// heardAgreement notes whether the branch and this kiosk speak a version of the protocol. Where they do not, the kiosk is
// alone as it is without a branch: it gives the numbers that it was lent, and keeps what it writes until one of the
// programs is replaced.
func (a *App) heardAgreement(g carrier.Agreement) {
	_, told := a.devices.now()[wire.PartProgram]
	if g.Refused == "" && !told {
		return
	}
	a.devices.report(wire.PartProgram, wire.ProgramState(g.Refused))
}
