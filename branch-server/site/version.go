package site

import (
	"maps"

	"balcao/internal/wire"
)

// Version notes which protocol version is spoken with a node, or why none is.
func (s *Site) Version(id wire.NodeID, version int, refused wire.Refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.node(id)
	n.Protocol, n.Refused = version, refused
}

// refusedMark says among a node's devices that its program has no protocol version in common with this branch, so that
// whoever shows devices shows that too.
func refusedMark(n wire.KioskHealth) wire.KioskHealth {
	if n.Refused == "" {
		return n
	}
	marked := map[string]string{}
	maps.Copy(marked, n.Devices)
	marked[wire.PartProgram] = wire.ProgramState(n.Refused)
	n.Devices = marked
	return n
}
