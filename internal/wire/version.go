package wire

import "fmt"

// ProtocolMin and ProtocolMax are the protocol versions this code speaks under
// Root. What each version is, and when one may be dropped, stands in
// docs/sync-protocol.md, "Versions".
const (
	ProtocolMin = 1
	ProtocolMax = 2
)

// ProtocolSealed is the version from which everything on dn/cmd is signed.
const ProtocolSealed = 2

// Versions is a range of protocol versions. The zero Versions stands for a
// program of the first days, which said nothing: it is version 1 alone.
type Versions struct {
	Min, Max int
}

// Spoken returns the versions that this code speaks.
func Spoken() Versions { return Versions{Min: ProtocolMin, Max: ProtocolMax} }

// Refusal tells a node why its parent takes nothing in: they have no version in
// common. Empty is no refusal.
type Refusal string

// The refusals there are. A receiver that does not know one takes it as one:
// any text refuses.
const (
	// RefusedOld means that the node's program is older than its parent understands.
	RefusedOld Refusal = "old"
	// RefusedNew means that the node's program is newer than its parent understands.
	RefusedNew Refusal = "new"
)

// Meet returns the highest version that a parent, whose versions these are, and a node have in common; or
// why there is none, as the parent tells the node.
func (v Versions) Meet(node Versions) (int, Refusal) {
	p, n := v.known(), node.known()
	switch {
	case n.Max < p.Min:
		return 0, RefusedOld
	case n.Min > p.Max:
		return 0, RefusedNew
	}
	return min(p.Max, n.Max), ""
}

func (v Versions) known() Versions {
	if v == (Versions{}) {
		return Versions{Min: 1, Max: 1}
	}
	return v
}

// maxVersion bounds what a hello may say of versions.
const maxVersion = 1 << 20

func (v Versions) check() error {
	if v != (Versions{}) && (v.Min < 1 || v.Max < v.Min || v.Max > maxVersion) {
		return fmt.Errorf("%w: protocol versions", ErrMalformed)
	}
	return nil
}
