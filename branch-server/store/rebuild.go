package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"balcao/internal/rebuild"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// History is what headquarters holds of this branch's journal: the newest epoch, from some point on.
type History struct {
	Epoch   uint64
	From    rebuild.Point // what stands before the first record
	Records []wire.Record
}

// Rebuilt is what came of making a damaged journal anew.
type Rebuilt struct {
	Epoch    uint64 // of the journal that was saved; 0 if there is nothing of it
	Aside    string // where the damaged file lies now; empty where there was none
	Headed   bool   // the head of the file could be read: without it only the journal is saved
	Tables   []rebuild.Carried
	Records  int // entries of the journal that the new file holds in one run
	Here     int // of them, found in the damaged file
	Last     uint64
	LastMS   int64 // when the last of them was made, in Unix milliseconds
	Gaps     []rebuild.Gap
	Unusable int    // entries that can be read, and follow a gap of the last Day: they are kept aside
	Known    uint64 // how far the journal is known to have come; 0 is not known
	Other    bool   // headquarters holds another epoch than the file, and what it holds was not used
}

// metaAdopted holds how far each node's log is in a journal that was rebuilt; see Adopted.
const metaAdopted = "adopted"

// Rebuild makes a new file out of what can be read of a damaged one and what headquarters holds, which may be nil. The
// next start goes on in a new epoch, as after a backup was put back: the new file does not know for certain what was
// given last. The program must not be running.
func Rebuild(ctx context.Context, path string, held *History, now time.Time) (r Rebuilt, err error) {
	if err := sqlite.Free(path); err != nil {
		return r, err
	}
	src, err := rebuild.Open(path)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	r.Headed = src.Headed()
	j := salvaged(src, readGuard(path), held, &r)
	fresh := path + ".rebuild"
	db, err := src.Fresh(ctx, fresh, migrations)
	if err != nil {
		return r, err
	}
	// What nodes told is told again, so how far it was taken in begins anew; quarantines stay.
	r.Tables, err = src.Carry(ctx, db, "journal", "mirror", "bases", "draft")
	if err == nil {
		err = rebuild.Finish(ctx, db, migrations)
	}
	if err == nil {
		err = j.write(ctx, db, now)
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return r, fmt.Errorf("rebuild %s: %w", path, err)
	}
	r.Aside, err = rebuild.Replace(fresh, path, now)
	return r, err
}

// remains is a journal put together again.
type remains struct {
	epoch   uint64
	base    *wire.Base // as the damaged file had it
	main    rebuild.Island
	rest    []rebuild.Piece // kept as a former epoch's
	adopted map[string]map[uint64]uint64
}

// salvaged puts the journal together, from what is found and what headquarters holds.
func salvaged(src *rebuild.Source, g guard, held *History, r *Rebuilt) remains {
	j := remains{epoch: src.Epoch(), base: baseOf(src)}
	if j.epoch == 0 {
		j.epoch = g.Epoch
	}
	pieces := src.Pieces()
	if held != nil && (j.epoch == 0 || len(pieces) == 0) {
		j.epoch = held.Epoch
	}
	if held != nil && held.Epoch == j.epoch {
		pieces = append(pieces, rebuild.Given(held.From.Head, held.Records)...)
	} else if held != nil {
		r.Other = true
	}
	var from *rebuild.Point
	switch {
	case j.base != nil:
		from = &rebuild.Point{Seq: j.base.Seq, Head: j.base.Head}
	case src.Headed():
		from = &rebuild.Point{}
	}
	islands := rebuild.Chain(pieces, from)
	r.Gaps = rebuild.Gaps(islands)
	if g.Epoch == j.epoch {
		r.Known = g.Seq
	}
	for _, p := range pieces {
		r.Known = max(r.Known, p.Seq)
	}
	if len(islands) == 0 {
		return j
	}
	at := lastDay(islands)
	j.main = islands[at]
	for i, island := range islands {
		if i == at {
			continue
		}
		j.rest = append(j.rest, island.Pieces...)
		if i > at {
			r.Unusable += len(island.Pieces)
		}
	}
	j.adopted = adoptedUpTo(islands[:at+1])
	r.Epoch, r.Records, r.Last = j.epoch, len(j.main.Pieces), j.main.Last()
	r.LastMS = rebuild.TimeOf(j.main.Pieces[len(j.main.Pieces)-1].Raw)
	here := map[wire.Hash]bool{}
	for _, p := range pieces {
		if p.Found() {
			here[p.Head] = true
		}
	}
	for _, p := range j.main.Pieces {
		if here[p.Head] {
			r.Here++
		}
	}
	return j
}

// baseOf reads what a damaged file says that its journal begins after; nil where it says nothing that can be read.
func baseOf(src *rebuild.Source) *wire.Base {
	var b wire.Base
	if json.Unmarshal([]byte(src.Meta("base")), &b) != nil {
		return nil
	}
	return &b
}

// lastDay returns the island in which the last Day begins; the last one where none does.
func lastDay(islands []rebuild.Island) int {
	for i, island := range slices.Backward(islands) {
		if slices.ContainsFunc(island.Pieces, func(p rebuild.Piece) bool { return p.Type == "day.opened" }) {
			return i
		}
	}
	return len(islands) - 1
}

// adoptedUpTo returns how far each node's log is in the journal: what a node tells again up to there is known.
func adoptedUpTo(islands []rebuild.Island) map[string]map[uint64]uint64 {
	all := map[string]map[uint64]uint64{}
	for _, island := range islands {
		for _, p := range island.Pieces {
			e, err := wire.DecodeEvent(p.Raw)
			if err != nil || e.Via == nil || e.Via.Node == "" {
				continue
			}
			of := all[string(e.Via.Node)]
			if of == nil {
				of = map[uint64]uint64{}
				all[string(e.Via.Node)] = of
			}
			of[e.Via.Epoch] = max(of[e.Via.Epoch], e.Via.Seq)
		}
	}
	return all
}

// write fills the new file with the journal, and marks it as one that does not know what was given last.
func (j remains) write(ctx context.Context, db *sqlite.DB, now time.Time) error {
	if err := writePieces(ctx, db, `INSERT OR REPLACE INTO journal (seq, type, raw, head) VALUES (?2, ?3, ?4, ?5)`, j.epoch, j.main.Pieces); err != nil {
		return err
	}
	if err := writePieces(ctx, db, `INSERT OR IGNORE INTO former (epoch, seq, type, raw, head) VALUES (?1, ?2, ?3, ?4, ?5)`, j.epoch, j.rest); err != nil {
		return err
	}
	return db.Write(ctx, func(tx *sqlite.Tx) error {
		set := map[string]string{metaCopy: now.UTC().Format(time.RFC3339)}
		if j.epoch != 0 {
			set["epoch"] = strconv.FormatUint(j.epoch, 10)
		}
		if adopted, err := json.Marshal(j.adopted); err == nil && len(j.adopted) > 0 {
			set[metaAdopted] = string(adopted)
		}
		for _, statement := range []string{
			`DELETE FROM marks WHERE forked = 0`,
			`DELETE FROM meta WHERE key IN ('base', 'epoch', 'renew')`, // one that cannot be read would let nothing start
			// An answer to what the journal does not hold any more would be a number that nobody has.
			fmt.Sprintf(`DELETE FROM answers WHERE coalesce(json_extract(body, '$.seq'), 0) > %d`, j.main.Last()),
		} {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		if base, err := j.begins(); err != nil {
			return err
		} else if base != "" {
			set["base"] = base
		}
		for key, value := range set {
			if err := setMeta(ctx, tx, key, value); err != nil {
				return err
			}
		}
		return nil
	})
}

// begins is what the journal begins after, as its base; empty where it begins at 1.
func (j remains) begins() (string, error) {
	if j.main.Before.Seq == 0 {
		return "", nil
	}
	base := wire.Base{Seq: j.main.Before.Seq, Head: j.main.Before.Head}
	if j.base != nil && j.base.Seq == base.Seq {
		base = *j.base
	}
	body, err := json.Marshal(base)
	return string(body), err
}

// writeLot is how many records one transaction writes.
const writeLot = 4000

func writePieces(ctx context.Context, db *sqlite.DB, statement string, epoch uint64, pieces []rebuild.Piece) error {
	for lot := range slices.Chunk(pieces, writeLot) {
		err := db.Write(ctx, func(tx *sqlite.Tx) error {
			for _, p := range lot {
				if _, err := tx.ExecContext(ctx, statement, int64(epoch), int64(p.Seq), p.Type, p.Raw, p.Head[:]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Adopted returns how far a node's log is known to be in the journal although its mark says less, because the file was
// rebuilt: what the node tells again up to there has had its effect.
func (s *Store) Adopted(node string, epoch uint64) uint64 { return s.adopted[node][epoch] }

// readAdopted reads what a rebuilding left.
func (s *Store) readAdopted(ctx context.Context) error {
	text, err := s.meta(ctx, metaAdopted)
	if err != nil || text == "" {
		return err
	}
	if err := json.Unmarshal([]byte(text), &s.adopted); err != nil {
		return fmt.Errorf("read what was adopted: %w", err)
	}
	return nil
}
