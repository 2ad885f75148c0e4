package replica

// epochRandBits is the part of an epoch that is random (sync-protocol §3).
const epochRandBits = 16

// MintEpoch returns the identity of a log that is created or restored now. It
// grows with time, so a later epoch of a node is the larger number, and stays
// below 2⁵³, so that every JSON reader keeps it whole.
func MintEpoch(unixSeconds int64, rand16 uint16) uint64 {
	seconds := min(max(unixSeconds, 1), 1<<(53-epochRandBits)-1)
	return uint64(seconds)<<epochRandBits | uint64(rand16)
}
