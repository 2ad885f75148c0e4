package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"balcao/hq/network/report"
	"balcao/hq/store"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// each is how many records of each branch came in a month.
const each = 250

// archived is a headquarters of four months, of which two are in the archive.
func archived(t *testing.T) (path string, logs map[wire.NodeID][]wire.Record) {
	t.Helper()
	path = file(t)
	logs = months(t, path, each)
	s, err := store.Open(t.Context(), path, clock)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.ArchiveBefore(t.Context(), september()); err != nil || n != 2 {
		t.Fatalf("%d months, %v", n, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path, logs
}

// change changes a closed file by SQL.
func change(t *testing.T, path, statement string, args ...any) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(t.Context(), statement, args...)
		return err
	})
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// spoilPage clears the page on which something first stands.
func spoilPage(t *testing.T, path, marker string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	if marker != "" {
		if at = bytes.Index(raw, []byte(marker)); at < 0 {
			t.Fatalf("%s is nowhere in the file", marker)
		}
	}
	at -= at % 4096
	clear(raw[at : at+4096])
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestADamagedHeadquartersGoesOnFromItsArchive: what lies in the archive is never asked of the branches again, whatever
// broke; what they send afterwards makes every log whole.
func TestADamagedHeadquartersGoesOnFromItsArchive(t *testing.T) {
	const last = 4 * each
	drop := func(t *testing.T, path string) {
		change(t, path, `DELETE FROM archive_log`)
		change(t, path, `DELETE FROM archive_month`)
	}
	for name, c := range map[string]struct {
		spoil       func(t *testing.T, path string, logs map[wire.NodeID][]wire.Record)
		found, gone int
		torn, all   int // how many logs end with the archive, and how many are held to their end
	}{
		"a page of live records": {
			spoil: func(t *testing.T, path string, _ map[wire.NodeID][]wire.Record) { spoilPage(t, path, `{"s":700,`) }, torn: 1, all: 2,
		},
		"the first page": {
			spoil: func(t *testing.T, path string, _ map[wire.NodeID][]wire.Record) { spoilPage(t, path, "") }, found: 2, torn: 3,
		},
		"a page of live records and a file of the archive": {
			spoil: func(t *testing.T, path string, _ map[wire.NodeID][]wire.Record) {
				spoilPage(t, path, `{"s":700,`)
				if err := os.Rename(filepath.Join(archiveOf(path), "hq-2026-07.db"), filepath.Join(archiveOf(path), "safe")); err != nil {
					t.Fatal(err)
				}
			}, gone: 1, torn: 1, all: 2,
		},
		"what was noted of the archive": {
			spoil: func(t *testing.T, path string, _ map[wire.NodeID][]wire.Record) { drop(t, path) }, found: 2, all: 3,
		},
		"a deletion that was not at its end": {
			spoil: func(t *testing.T, path string, logs map[wire.NodeID][]wire.Record) {
				change(t, path, `UPDATE archive_month SET cleared = 0`)
				for _, seq := range []int{1, 2, 3, 300, 500} {
					change(t, path, `INSERT INTO event SELECT id, ?1, 'x', 'x', 1, 1, 1, ?2 FROM log WHERE node = 'L018'`, seq, logs["L018"][seq-1].Raw)
				}
			}, all: 3,
		},
	} {
		t.Run(name, func(t *testing.T) {
			path, logs := archived(t)
			c.spoil(t, path, logs)
			r, err := store.Rebuild(t.Context(), path, archiveOf(path), time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Found) != c.found || len(r.Gone) != c.gone || len(r.Logs) != 3 {
				t.Errorf("found %v, gone %v, logs %v", r.Found, r.Gone, r.Logs)
			}
			torn, all := 0, 0
			for _, l := range r.Logs {
				switch l.Held {
				case 2 * each:
					torn++
				case last:
					all++
				}
			}
			if torn != c.torn || all != c.all {
				t.Errorf("logs are held to %+v", r.Logs)
			}
			if c.gone > 0 { // the reports go on behind it, and then it is put back
				s := open(t, path)
				marks, err := s.Marks(t.Context())
				if err != nil || len(marks) != 3 || marks["L017"].Seq != 2*each {
					t.Errorf("reports go on from %+v, %v", marks, err)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				if err := os.Rename(filepath.Join(archiveOf(path), "safe"), filepath.Join(archiveOf(path), "hq-2026-07.db")); err != nil {
					t.Fatal(err)
				}
			}
			s := open(t, path)
			for node, log := range logs {
				p, err := s.Position(t.Context(), node, epoch)
				if err != nil || p.Head != (wire.Hash{}).Chain(log[:p.HWM]) {
					t.Fatalf("%s is held to %d, %v", node, p.HWM, err)
				}
				for from := p.HWM + 1; from <= last; from += wire.MaxBatchEvents {
					accept(t, s, batch(node, log, from, min(from+wire.MaxBatchEvents-1, last)))
				}
				if !same(held(t, s, node), log) {
					t.Errorf("%s does not read as it was logged", node)
				}
			}
			if events, faults, err := store.VerifyArchive(t.Context(), path, archiveOf(path)); err != nil || len(faults) > 0 || events != 3*last {
				t.Errorf("%d events, faults %v, %v", events, faults, err)
			}
		})
	}
}

// TestAFileOfAnotherHeadquartersIsNotTakenIn: a folder may hold what somebody copied there.
func TestAFileOfAnotherHeadquartersIsNotTakenIn(t *testing.T) {
	path, _ := archived(t)
	other, _ := archived(t)
	strange := filepath.Join(archiveOf(path), "hq-2026-05.db")
	raw, err := os.ReadFile(filepath.Join(archiveOf(other), "hq-2026-07.db"))
	if err == nil {
		err = os.WriteFile(strange, raw, 0o400)
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := store.Rebuild(t.Context(), path, archiveOf(path), time.Now())
	if err != nil || len(r.Found) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := os.Stat(strange); err != nil {
		t.Error(err)
	}
}

// TestAHistoryAndAJournalAreReadThroughTheArchive: a branch that lost its file gets old months back as well, and a past
// that was written anew is found where it lies in the archive.
func TestAHistoryAndAJournalAreReadThroughTheArchive(t *testing.T) {
	month := time.Date(2026, 7, 20, 12, 0, 0, 0, time.UTC)
	path := file(t)
	s, err := store.Open(t.Context(), path, func() time.Time { return month })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	whole := journalOf(t, 9, 150)
	for from := 0; from < len(whole.Records); from += 150 {
		b := wire.Batch{Node: whole.Node, Epoch: whole.Epoch, Prev: (wire.Hash{}).Chain(whole.Records[:from]), Records: whole.Records[from : from+150]}
		if _, err := s.AcceptAll(t.Context(), []wire.Batch{b}); err != nil {
			t.Fatal(err)
		}
		month = month.AddDate(0, 0, 10)
	}
	last := uint64(len(whole.Records))
	if err := s.KeepDays(t.Context(), report.Mark{Branch: whole.Node, Epoch: whole.Epoch, Seq: last, UptoEpoch: whole.Epoch, UptoSeq: last, At: month}, nil); err != nil {
		t.Fatal(err)
	}
	if n, err := s.ArchiveBefore(t.Context(), september()); err != nil || n != 2 {
		t.Fatalf("%d months, %v", n, err)
	}
	for _, since := range []int64{0, 1 + 86_400_000, 1 + 7*86_400_000} {
		ask := wire.HistoryAsk{SinceMS: since}
		part, err := s.History(t.Context(), whole.Node, ask)
		if err != nil {
			t.Fatal(err)
		}
		head, seq := part.Head, part.From
		if head != (wire.Hash{}).Chain(whole.Records[:seq]) {
			t.Errorf("since %d: the chain does not fit at %d", since, seq)
		}
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
		if seq != last || head != (wire.Hash{}).Chain(whole.Records) {
			t.Errorf("since %d: ends at %d of %d", since, seq, last)
		}
	}
	for _, seq := range []uint64{3, 149, 150, 299, 301, 760, last} {
		h := wire.AuditHead{Kind: wire.KindJournal, Day: "2026-11-23", Epoch: whole.Epoch, Seq: seq, Head: (wire.Hash{}).Chain(whole.Records[:seq])}
		anew := h
		anew.Head[3] ^= 1
		if err := s.NoteJournal(t.Context(), whole.Node, anew); !errors.Is(err, store.ErrJournalOther) {
			t.Errorf("written anew at %d: %v", seq, err)
		}
		if err := s.NoteJournal(t.Context(), whole.Node, h); err != nil {
			t.Errorf("at %d: %v", seq, err)
		}
	}
}
