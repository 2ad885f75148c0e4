package fleet

import (
	"testing"
	"time"

	"balcao/internal/wire"
)

func TestPastDaysAreOneLogThatTheBranchForgets(t *testing.T) {
	f := alone(t, 2, 0)
	var all []wire.Record
	for d := range 3 {
		past, err := f.Live(1, time.Date(2026, 11, 16+d, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		if len(past.Records) != len(past.Entries) || len(past.Records) < 50 {
			t.Fatalf("day %d: %d records, %d facts", d, len(past.Records), len(past.Entries))
		}
		all = append(all, past.Records...)
		if past.Head != (wire.Hash{}).Chain(all) {
			t.Errorf("day %d: the chain does not end where the records do", d)
		}
		if n := len(f.branches[1].log.pieces); n != 0 {
			t.Errorf("day %d: the branch keeps %d pieces of its log", d, n)
		}
	}
	for i, r := range all {
		if r.Seq != uint64(i)+1 { //nolint:gosec // far below
			t.Fatalf("record %d has the sequence %d", i+1, r.Seq)
		}
	}
	if about := f.About(1); about.Node != "S002" || about.Epoch == 0 || about.Name == "" {
		t.Errorf("about the second branch: %+v", about)
	}
	if _, err := f.Live(2, today); err == nil {
		t.Error("a branch that there is not lives")
	}
}
