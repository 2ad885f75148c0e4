package replica_test

import (
	"fmt"
	"testing"
	"time"

	"balcao/internal/replica"
	"balcao/internal/wire"
)

func filled(n int) *log {
	l := newLog(100)
	for i := range n {
		l.append(fmt.Sprintf("record %d", i+1))
	}
	return &l
}

func (l *log) batch(first, last uint64) wire.Batch {
	return wire.Batch{Node: node, Epoch: l.epoch, Prev: l.heads[first-1], Records: l.records[first-1 : last]}
}

func (l *log) position(n uint64) replica.Position {
	return replica.Position{Epoch: l.epoch, HWM: n, Head: l.heads[n]}
}

func TestDecide(t *testing.T) {
	l := filled(10)
	other := newLog(100)
	for i := range 10 {
		other.append(fmt.Sprintf("record %d", i+1))
		if i == 4 {
			other.append("another sixth")
		}
	}
	tests := []struct {
		name  string
		at    replica.Position
		batch wire.Batch
		want  replica.Verdict
		fresh int
		hwm   uint64
	}{
		{"the first records", l.position(0), l.batch(1, 3), replica.Accept, 3, 3},
		{"the next records", l.position(3), l.batch(4, 6), replica.Accept, 3, 6},
		{"half of it held", l.position(5), l.batch(4, 6), replica.Accept, 1, 6},
		{"all of it held", l.position(6), l.batch(4, 6), replica.Duplicate, 0, 6},
		{"long held", l.position(9), l.batch(1, 3), replica.Duplicate, 0, 9},
		{"records missing", l.position(2), l.batch(4, 6), replica.Gap, 0, 2},
		{"another log goes on", l.position(6), other.batch(7, 9), replica.Fork, 0, 6},
		{"another log overlaps", l.position(6), other.batch(5, 9), replica.Fork, 0, 6},
		{"another log ends where ours does", l.position(6), other.batch(5, 6), replica.Fork, 0, 6},
		{"a first record that is not", l.position(0), func() wire.Batch { b := l.batch(1, 3); b.Prev = wire.Hash{1}; return b }(), replica.Fork, 0, 0},
		{"another epoch", replica.Position{Epoch: 99}, l.batch(1, 3), replica.Refused, 0, 0},
		{"quarantine", replica.Position{Epoch: 100, Quarantined: true}, l.batch(1, 3), replica.Refused, 0, 0},
		{"nothing", l.position(6), wire.Batch{Node: node, Epoch: 100}, replica.Refused, 0, 6},
	}
	for _, tt := range tests {
		d := replica.Decide(tt.at, tt.batch)
		if d.Verdict != tt.want || len(d.Records) != tt.fresh || d.Position.HWM != tt.hwm {
			t.Errorf("%s: %s with %d records, then at %d; want %s, %d, %d",
				tt.name, d.Verdict, len(d.Records), d.Position.HWM, tt.want, tt.fresh, tt.hwm)
		}
		if got := d.Position.Quarantined; got != (tt.want == replica.Fork || tt.at.Quarantined) {
			t.Errorf("%s: quarantined = %t", tt.name, got)
		}
		if d.Verdict == replica.Accept && d.Position.Head != l.heads[tt.hwm] {
			t.Errorf("%s: wrong hash afterwards", tt.name)
		}
	}
}

func TestQuarantinedEpochIsAskedAboutRarely(t *testing.T) {
	s := replica.NewSender(replica.SenderConfig{})
	now := time.Unix(1_800_000_000, 0)
	s.Head(100, 1, 5)
	s.Connected()
	hellos := 0
	for range 1000 {
		a := s.Next(now, 0)
		switch a.Do {
		case replica.SayHello:
			hellos++
			s.Ack(wire.Ack{Epoch: 100, HWM: 2, Credit: 8, Incarnation: "i", Quarantined: true}, now)
		case replica.SendRecords:
			t.Fatal("a refused epoch is sent")
		case replica.Nothing:
			now = now.Add(time.Second)
		case replica.OpenEpoch:
			t.Fatal("a fork is taken for amnesia")
		}
	}
	if hellos < 2 || hellos > 60 {
		t.Errorf("%d hellos in about a thousand seconds", hellos)
	}
	if !s.Refused() {
		t.Error("the sender does not know that it is refused")
	}
}

func TestEpochGrowsAndFitsIntoJSON(t *testing.T) {
	a, b := replica.MintEpoch(1795305600, 0xffff), replica.MintEpoch(1795305601, 0)
	if a >= b {
		t.Errorf("epoch %d is not before %d", a, b)
	}
	for _, seconds := range []int64{-5, 0, 1, 1795305600, 1 << 40, 1<<63 - 1} {
		if e := replica.MintEpoch(seconds, 0xffff); e == 0 || e >= 1<<53 {
			t.Errorf("epoch of second %d is %d", seconds, e)
		}
	}
}

func TestUnansweredHelloIsRepeatedMoreAndMoreSlowly(t *testing.T) {
	s := replica.NewSender(replica.SenderConfig{})
	now := time.Unix(1_800_000_000, 0)
	s.Head(100, 1, 5)
	s.Connected()
	var pauses []time.Duration
	for last := now; len(pauses) < 12; {
		a := s.Next(now, 0)
		if a.Do == replica.SayHello {
			pauses = append(pauses, now.Sub(last))
			last = now
			continue
		}
		now = a.Wake
	}
	if pauses[1] > time.Second || pauses[11] < 29*time.Second || pauses[11] > 30*time.Second {
		t.Errorf("pauses between hellos: %v", pauses)
	}
}

func TestGapIsAnsweredAtOnceAndOnlyOnce(t *testing.T) {
	s := replica.NewSender(replica.SenderConfig{})
	now := time.Unix(1_800_000_000, 0)
	ack := func(hwm uint64, gap bool) {
		s.Ack(wire.Ack{Epoch: 100, HWM: hwm, Credit: 8, Incarnation: "i", Gap: gap}, now)
	}
	// send lets the sender fill its window with batches of one record.
	send := func() (after []uint64) {
		for {
			switch a := s.Next(now, 0); a.Do {
			case replica.SendRecords:
				after = append(after, a.After)
				s.Sent(a.After+1, now)
			case replica.Nothing:
				return after
			case replica.SayHello, replica.OpenEpoch:
			}
		}
	}
	s.Head(100, 1, 100)
	s.Connected()
	send()
	for hwm := range uint64(5) {
		ack(hwm, false)
		send()
	}
	// Records up to 4 are there, some are on their way; the next one is lost.
	ack(4, true)
	if after := send(); len(after) != 1 || after[0] != 4 {
		t.Errorf("after a gap it sends from %v, want one batch after 4", after)
	}
	ack(4, true)
	if after := send(); len(after) != 0 {
		t.Errorf("the same gap made it send again from %v", after)
	}
	ack(5, false)
	if after := send(); len(after) != 2 || after[0] != 5 {
		t.Errorf("after progress it sends from %v, want two batches after 5", after)
	}
}

func TestRecordsHeardOfLateAreNoAmnesia(t *testing.T) {
	s := replica.NewSender(replica.SenderConfig{})
	now := time.Unix(1_800_000_000, 0)
	s.Head(100, 1, 5)
	s.Connected()
	s.Next(now, 0)
	s.Ack(wire.Ack{Epoch: 100, HWM: 9, Credit: 8, Incarnation: "i"}, now)
	if a := s.Next(now, 0); a.Do != replica.OpenEpoch {
		t.Fatalf("wishes %v, want a new epoch", a.Do)
	}
	s.Head(100, 1, 9)
	if a := s.Next(now, 0); a.Do != replica.SayHello || s.Amnesia() != (replica.Loss{}) {
		t.Errorf("wishes %v after the log was read again, want a hello", a.Do)
	}
}
