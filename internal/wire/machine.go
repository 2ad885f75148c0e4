package wire

// Parts of a machine that are in its health beside the devices that people touch.
const (
	PartDisk    = "disk"
	PartClock   = "clock"
	PartJournal = "journal" // there only while headquarters refuses to sign it
	PartProgram = "program" // there only while its protocol is not its parent's, and afterwards
)

// State codes of a program, in Health.Devices.
const (
	ProgramOK  = "ok"
	ProgramOld = "too_old" // its parent no longer speaks its protocol: replace the node's program
	ProgramNew = "too_new" // its parent does not speak its protocol yet: replace the parent's program
)

// ProgramState returns the state code of a program that was refused, or not.
func ProgramState(r Refusal) string {
	if r == "" {
		return ProgramOK
	}
	if r == RefusedNew {
		return ProgramNew
	}
	return ProgramOld
}

// State codes of a journal, in Health.Devices.
const (
	JournalOK    = "ok"
	JournalOther = "contradicted" // headquarters took in something else than the journal says
)

// State codes of a disk, in Health.Devices; any other than DiskOK wants a look. The first three say how much room there
// is, see internal/disk.
const (
	DiskOK       = "ok"
	DiskScarce   = "space_scarce"
	DiskLow      = "space_low"
	DiskFull     = "space_full" // nothing new is taken on
	DiskSlow     = "slow"
	DiskRebuilt  = "set_aside" // the file was damaged, and another was begun in its place
	DiskChecking = "checking"  // the file is read whole after an unclean end
	DiskFailing  = "failing"   // it failed to read, write or sync within the last hour: what was not safe was told to nobody
	DiskDamaged  = "damaged"   // reading it found that it does not hold together
)

// State codes of a clock, in Health.Devices.
const (
	ClockGood  = "ok"
	ClockOff   = "drift" // people would notice; the times of facts are put right by it
	ClockHeld  = "held"  // the machine's clock jumped, and the program did not follow
	ClockNever = "unset" // nobody knows the time: nothing that needs a date is given
)

// DiskHealth is how a node's disk is.
type DiskHealth struct {
	Free     uint64 `json:"free"`              // bytes, without the reserve
	Total    uint64 `json:"total"`             // bytes
	SyncMS   int64  `json:"sync_ms,omitempty"` // what a write usually takes to be durable
	WorstMS  int64  `json:"worst_ms,omitempty"`
	Database uint64 `json:"db,omitempty"` // bytes of the node's own file
}

// ClockHealth is how a node's clock is.
type ClockHealth struct {
	Quality ClockQuality `json:"cq"`
	// OffsetMS is how far the parent's clock is ahead of the node's own; Known says whether it was measured.
	OffsetMS int64 `json:"off,omitempty"`
	Known    bool  `json:"known,omitempty"`
	// SkewMS is how far the machine's clock is ahead of the one that the program goes by.
	SkewMS int64 `json:"skew,omitempty"`
}

// ClockFact is the body of node.clock_step.
type ClockFact struct {
	AheadMS int64  `json:"ahead"` // how far the clock it was compared with was ahead, in milliseconds
	State   string `json:"state"` // ClockGood after it was set, ClockHeld where it was not followed
	From    string `json:"from"`  // machine or parent
}
