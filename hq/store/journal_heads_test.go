package store_test

import (
	"errors"
	"fmt"
	"testing"

	"balcao/hq/store"
	"balcao/internal/wire"
)

// journalOf makes a journal of days with some entries each.
func journalOf(t *testing.T, days, entries int) wire.Batch {
	t.Helper()
	b := wire.Batch{Node: "L907", Epoch: 5}
	for day := range days {
		for n := range entries {
			kind := wire.TypePrinterState
			if n == 0 {
				kind = "day.opened"
			}
			seq := uint64(len(b.Records) + 1)
			raw, err := wire.EncodeEvent(wire.Event{
				Seq: seq, ID: fmt.Sprintf("01K%023d", seq), Type: kind, Version: 1, TS: 1 + int64(day)*86_400_000 + int64(n), CQ: wire.ClockOK, Data: []byte(`{}`),
			})
			if err != nil {
				t.Fatal(err)
			}
			b.Records = append(b.Records, wire.Record{Seq: seq, Raw: raw})
		}
	}
	return b
}

// TestABranchGetsItsOwnHistoryBack in parts, from a day on, with a chain that fits at both ends.
func TestABranchGetsItsOwnHistoryBack(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		s := open(t, file(t))
		whole := journalOf(t, 9, 10)
		for from := 0; from < len(whole.Records); from += 10 {
			b := wire.Batch{Node: whole.Node, Epoch: whole.Epoch, Prev: (wire.Hash{}).Chain(whole.Records[:from]), Records: whole.Records[from : from+10]}
			if _, err := s.AcceptAll(t.Context(), []wire.Batch{b}); err != nil {
				t.Fatal(err)
			}
		}
		if none, err := s.History(t.Context(), "L908", wire.HistoryAsk{}); err != nil || none.Epoch != 0 {
			t.Errorf("of a branch that never was: %+v, %v", none, err)
		}
		for since, least := range map[int64]uint64{1: 10, 1 + 4*86_400_000: 50, 0: 0} {
			ask := wire.HistoryAsk{SinceMS: since}
			part, err := s.History(t.Context(), whole.Node, ask)
			if err != nil || part.From != least || part.Epoch != whole.Epoch {
				t.Fatalf("since %d: begins after %d, want %d, %v", since, part.From, least, err)
			}
			head, seq := part.Head, part.From
			for len(part.Records) > 0 {
				for _, raw := range part.Records {
					seq++
					head = head.Next(wire.Record{Seq: seq, Raw: raw})
				}
				ask.Epoch, ask.After = part.Epoch, seq
				if part, err = s.History(t.Context(), whole.Node, ask); err != nil {
					t.Fatal(err)
				}
			}
			if seq != part.Last || head != part.End || head != (wire.Hash{}).Chain(whole.Records) {
				t.Errorf("since %d: ends at %d of %d, fits %t", since, seq, part.Last, head == part.End)
			}
		}
	})
}

// TestAJournalIsNotedAsItWasTakenIn: a branch that wrote its past anew finds out.
func TestAJournalIsNotedAsItWasTakenIn(t *testing.T) {
	onEach(t, func(t *testing.T, file place) {
		s := open(t, file(t))
		b := journalOf(t, 2, 8)
		if _, err := s.AcceptAll(t.Context(), []wire.Batch{b}); err != nil {
			t.Fatal(err)
		}
		head := func(n int) wire.AuditHead {
			return wire.AuditHead{Kind: wire.KindJournal, Day: "2026-11-23", Epoch: b.Epoch, Seq: uint64(n), Head: (wire.Hash{}).Chain(b.Records[:min(n, len(b.Records))])}
		}
		for _, n := range []int{11, 16, 3} {
			if err := s.NoteJournal(t.Context(), b.Node, head(n)); err != nil {
				t.Errorf("at %d: %v", n, err)
			}
		}
		if err := s.NoteJournal(t.Context(), b.Node, head(17)); !errors.Is(err, store.ErrJournalAhead) {
			t.Errorf("ahead of what was taken in: %v", err)
		}
		anew := head(14)
		anew.Head[3] ^= 1
		if err := s.NoteJournal(t.Context(), b.Node, anew); !errors.Is(err, store.ErrJournalOther) {
			t.Errorf("written anew: %v", err)
		}
	})
}
