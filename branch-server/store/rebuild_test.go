package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/store"
	"balcao/internal/queue"
	"balcao/internal/rebuild"
	"balcao/internal/wire"
)

// tickets is how many numbers are given on the long day.
const tickets = 200

// longDay writes a day of many pages and returns its path, and everything that headquarters would hold of it. With open
// set, the program was cut off: the end of the journal stands in the write-ahead log alone.
func longDay(t *testing.T, cutOff bool) (path string, all *store.History) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "branch.db")
	b := open(t, path)
	b.do(t, "", queue.OpenCounter{Counter: "1"})
	for i := range tickets {
		r := queue.RequestID(fmt.Sprint("request-", i))
		b.do(t, "", queue.Issue{Request: r, Service: "cc", Class: queue.ClassWalkIn})
	}
	b.do(t, "", queue.CallNext{Counter: "1"})
	if err := b.store.Watch(t.Context()); err != nil {
		t.Fatal(err)
	}
	records, _, err := b.store.After(t.Context(), 0, 1<<20, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	all = &store.History{Epoch: b.store.Epoch(), Records: records}
	copied := filepath.Join(t.TempDir(), "branch.db")
	if cutOff {
		for _, end := range []string{"", "-wal", ".guard"} {
			copyFile(t, path+end, copied+end, -1)
		}
		return copied, all
	}
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	return path, all
}

func spoil(t *testing.T, path string, how func([]byte) []byte) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, how(raw), 0o600); err != nil {
		t.Fatal(err)
	}
}

// zeroed clears pages, counted from the end.
func zeroed(back ...int) func([]byte) []byte {
	return func(b []byte) []byte {
		for _, n := range back {
			at := len(b) - n*4096
			clear(b[at : at+4096])
		}
		return b
	}
}

// TestADamagedJournalIsRebuilt breaks a branch's file as disks do, with and without what headquarters holds of it: the
// program starts again, knows everybody whom the saved entries know, and gives numbers that nobody has.
func TestADamagedJournalIsRebuilt(t *testing.T) {
	for name, c := range map[string]struct {
		open    bool
		spoil   func(t *testing.T, path string)
		hq      int // entries that headquarters lacks; -1 is no headquarters
		whole   bool
		nothing bool
	}{
		"zeroed pages, headquarters has it":       {spoil: func(t *testing.T, p string) { spoil(t, p, zeroed(9, 10, 20)) }, whole: true},
		"zeroed pages, alone":                     {spoil: func(t *testing.T, p string) { spoil(t, p, zeroed(9, 10, 20)) }, hq: -1},
		"the head of the file, alone":             {spoil: func(t *testing.T, p string) { spoil(t, p, func(b []byte) []byte { clear(b[:4096]); return b }) }, hq: -1, whole: true},
		"a file cut short, headquarters lacks 20": {spoil: func(t *testing.T, p string) { spoil(t, p, func(b []byte) []byte { return b[:len(b)/2] }) }, hq: 20},
		"cut off, its log deleted, with headquarters": {open: true, spoil: func(t *testing.T, p string) {
			if err := os.Remove(p + "-wal"); err != nil {
				t.Fatal(err)
			}
		}, whole: true},
		"cut off, alone": {open: true, spoil: func(*testing.T, string) {}, hq: -1, whole: true},
		"the file is gone, with headquarters": {spoil: func(t *testing.T, p string) {
			if err := os.Remove(p); err != nil {
				t.Fatal(err)
			}
		}, whole: true},
		"the folder is empty, with headquarters": {spoil: func(t *testing.T, p string) {
			if err := os.RemoveAll(filepath.Dir(p)); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(filepath.Dir(p), 0o750); err != nil {
				t.Fatal(err)
			}
		}, whole: true},
		"nothing is left of it, alone": {spoil: func(t *testing.T, p string) { spoil(t, p, func(b []byte) []byte { clear(b); return b }) }, hq: -1, nothing: true},
	} {
		t.Run(name, func(t *testing.T) {
			path, all := longDay(t, c.open)
			total := len(all.Records)
			c.spoil(t, path)
			held := all
			if c.hq < 0 {
				held = nil
			} else {
				held.Records = held.Records[:total-c.hq]
			}
			r, err := store.Rebuild(t.Context(), path, held, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			saved := r.Records
			switch {
			case c.nothing && saved != 0, c.whole && (saved != total || len(r.Gaps) > 0), !c.whole && !c.nothing && (saved == total || saved == 0):
				t.Errorf("%d entries of %d, %+v", saved, total, r)
			case !c.whole && !c.nothing && r.Known <= r.Last:
				t.Errorf("nothing is said to be lost: %+v", r)
			}
			if v := verify(t, path); v.TornAt() != 0 || int(v.Rows) != saved {
				t.Errorf("the new file holds %d, torn at %d", v.Rows, v.TornAt())
			}
			s, e, err := start(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			due, err := s.Recovery(t.Context())
			if err != nil || !due || s.Epoch() == all.Epoch {
				t.Fatalf("recovery due %t in epoch %d after %d, %v", due, s.Epoch(), all.Epoch, err)
			}
			if err := e.Today(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := e.Do(t.Context(), "", queue.Recover{Epoch: s.Epoch()}); err != nil {
				t.Fatal(err)
			}
			known := 0
			if err := e.Read(t.Context(), func(d *queue.Day, _ time.Time) {
				for i := range tickets {
					if _, there := d.Requested(queue.RequestID(fmt.Sprint("request-", i))); there {
						known++
					}
				}
			}); err != nil {
				t.Fatal(err)
			}
			if c.whole != (known == tickets) {
				t.Errorf("%d tickets of %d are known", known, tickets)
			}
			a, err := e.Do(t.Context(), "", queue.Issue{Request: "new", Service: "cc", Class: queue.ClassWalkIn})
			if err != nil || a.Number != "A6000" {
				t.Errorf("the next number is %s, %v: want one that nobody has", a.Number, err)
			}
		})
	}
}

// TestADayThatGoesOnBehindALostOneIsWhole: what is lost of an old Day takes nothing from the present one.
func TestADayThatGoesOnBehindALostOneIsWhole(t *testing.T) {
	path := aDay(t)
	b := open(t, path)
	b.do(t, "", queue.OpenDay{Day: queue.DateOf(time.Now().AddDate(0, 0, 1), time.UTC)})
	b.do(t, "", queue.Issue{Request: "tomorrow", Service: "cc", Class: queue.ClassWalkIn})
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	damage(t, path, `UPDATE journal SET raw = x'00' WHERE seq = 7`)
	r, err := store.Rebuild(t.Context(), path, nil, time.Now())
	if err != nil || len(r.Gaps) != 1 || r.Gaps[0] != (rebuild.Gap{From: 7, To: 8, AfterMS: r.Gaps[0].AfterMS, UntilMS: r.Gaps[0].UntilMS}) || r.Unusable != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	s, e, err := start(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := e.Read(t.Context(), func(d *queue.Day, _ time.Time) {
		if _, there := d.Requested("tomorrow"); !there {
			t.Error("the present Day lost its ticket")
		}
	}); err != nil {
		t.Fatal(err)
	}
}

// TestAnEpochThatCannotBeReadIsNotUsed: a damaged file's own words about itself may be damaged too. Without anybody who
// knows the epoch the journal is saved all the same, and the program starts.
func TestAnEpochThatCannotBeReadIsNotUsed(t *testing.T) {
	for name, garbled := range map[string]string{"not a number": "17x9", "more than any number": "99999999999999999999999", "more than any epoch": "9007199254740993", "empty": ""} {
		for _, alone := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, alone %t", name, alone), func(t *testing.T) {
				path, all := longDay(t, false)
				damage(t, path, `UPDATE meta SET value = '`+garbled+`' WHERE key = 'epoch'`)
				want := all.Epoch
				if alone {
					want = 0
					if err := os.Remove(path + ".guard"); err != nil {
						t.Fatal(err)
					}
				}
				r, err := store.Rebuild(t.Context(), path, nil, time.Now())
				if err != nil || r.Epoch != want || r.Records != len(all.Records) {
					t.Fatalf("epoch %d of %d, %d entries of %d, %v", r.Epoch, want, r.Records, len(all.Records), err)
				}
				s, _, err := start(t.Context(), path)
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				if s.Epoch() == 0 || s.Epoch() == all.Epoch || s.Epoch() > 1<<53 {
					t.Errorf("goes on in epoch %d after %d", s.Epoch(), all.Epoch)
				}
			})
		}
	}
}

// states is what a kiosk tells of its printer.
func states(t *testing.T, n int) engine.Delivery {
	t.Helper()
	d := engine.Delivery{Node: "L901-K01", Epoch: 7}
	for range n {
		d.Last++
		raw, err := wire.EncodeEvent(wire.Event{
			Seq: d.Last, ID: fmt.Sprintf("01K%023d", d.Last), Type: wire.TypePrinterState, Version: 1, TS: 1795305600123, CQ: wire.ClockOK,
			Data: []byte(`{"dev":"printer","state":"ok"}`),
		})
		if err != nil {
			t.Fatal(err)
		}
		r := wire.Record{Seq: d.Last, Raw: raw}
		d.Records, d.Head = append(d.Records, r), d.Head.Next(r)
	}
	return d
}

// TestARebuiltBranchDoesNotHearTwice: nodes tell a week again, and notes of theirs that the journal holds are not written
// a second time.
func TestARebuiltBranchDoesNotHearTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "branch.db")
	b := open(t, path)
	told := states(t, 40)
	if err := b.engine.Adopt(t.Context(), []engine.Delivery{told}); err != nil {
		t.Fatal(err)
	}
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Rebuild(t.Context(), path, nil, time.Now()); err != nil {
		t.Fatal(err)
	}
	b = open(t, path)
	count := func() (n int) {
		records, _, err := b.store.After(t.Context(), 0, 1<<20, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if e, err := wire.DecodeEvent(r.Raw); err == nil && e.Type == wire.TypePrinterState {
				n++
			}
		}
		return n
	}
	before := count()
	if p, err := b.store.Mark(t.Context(), told.Node, told.Epoch); err != nil || p.HWM != 0 {
		t.Fatalf("the node's mark is %+v, %v: it must tell again", p, err)
	}
	if err := b.engine.Adopt(t.Context(), []engine.Delivery{told}); err != nil {
		t.Fatal(err)
	}
	if after := count(); before == 0 || after != before {
		t.Errorf("%d notes, %d after they were told again", before, after)
	}
}
