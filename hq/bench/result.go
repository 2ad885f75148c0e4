package bench

// Result is what a run came to. Times are in milliseconds, memory in MiB.
type Result struct {
	Simulated bool   `json:"simulated"` // always: the branches are
	Branches  int    `json:"branches"`
	Store     string `json:"store"`     // sqlite or postgres
	Processes int    `json:"processes"` // of headquarters
	Broker    string `json:"broker"`    // embedded or mosquitto
	Ended     string `json:"ended"`     // whole, or interrupted

	Seconds float64 `json:"seconds"` // from the first connection to the last acknowledgement
	Sent    uint64  `json:"sent"`    // entries that the branches have logged
	Acked   uint64  `json:"acked"`   // of them acknowledged
	Stored  uint64  `json:"stored"`  // found in the database at the end
	Lost    uint64  `json:"lost"`    // acknowledged and not found
	Unsent  uint64  `json:"unsent"`  // neither acknowledged nor found: the run ended before
	Doubled uint64  `json:"doubled"` // ids that were found more than once
	Changed uint64  `json:"changed"` // branches whose chain of hashes is another one

	Rate  float64 `json:"events_per_second"`
	Raw   float64 `json:"raw_events_per_second,omitempty"`
	Ratio float64 `json:"ratio,omitempty"`
	// RatioCPU is the same by processor time of headquarters and of the engine alone.
	RatioCPU float64 `json:"ratio_cpu,omitempty"`
	// One is the rate with one process in place of several, and Sum that of the several against it, where both were measured.
	One float64 `json:"one_process_events_per_second,omitempty"`
	Sum float64 `json:"sum_ratio,omitempty"`
	// Limit says what held the rate: hq (the branches had more all the time) or days (they had no more).
	Limit      string  `json:"limited_by"`
	PerCommit  float64 `json:"events_per_commit"`
	EventBytes float64 `json:"bytes_per_event"`
	DiskBytes  float64 `json:"disk_bytes_per_event,omitempty"`

	AckP50    float64 `json:"ack_p50_ms"`
	AckP99    float64 `json:"ack_p99_ms"`
	AckMost   float64 `json:"ack_max_ms"`
	ScreenP50 float64 `json:"screen_p50_ms,omitempty"`
	ScreenP99 float64 `json:"screen_p99_ms,omitempty"`
	LiveAge   float64 `json:"live_age_max_ms"` // how old the oldest figures of a connected branch were, at the most
	LiveP99   float64 `json:"live_age_p99_ms"` // of the looks, one a second

	Linked   float64 `json:"linked_after_ms"` // until every branch was connected the first time
	Connects uint64  `json:"connects"`
	Kills    int     `json:"kills"`
	Back     float64 `json:"back_max_ms,omitempty"` // from a kill until every branch was connected and what it had logged was held
	Faults   []Fault `json:"faults,omitempty"`      // the kills, kind by kind

	Resident    float64 `json:"resident_mib"`       // of headquarters, all processes together, the last look
	ResidentMax float64 `json:"resident_max_mib"`   // of the largest process
	Bench       float64 `json:"bench_resident_mib"` // of this program
	Processor   float64 `json:"hq_cpu_seconds"`
}
