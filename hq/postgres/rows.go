package postgres

import "encoding/binary"

// The binary form of COPY: a signature, then each row as its number of fields and each field behind its length, then an
// end (PostgreSQL manual, COPY, "Binary Format"). Written by hand it costs one buffer a commit, where pgx makes a value
// of each field of each row and asks the server for the columns' types first.
const (
	copySignature = "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	copyEnd       = "\xff\xff"
)

// copyEvents is the statement that the rows of encode belong to.
const copyEvents = `COPY event (log, seq, id, type, v, ts, rx, raw) FROM STDIN BINARY`

// encode writes the rows for copyEvents, all received at rx.
func (a *events) encode(rx int64) []byte {
	size := len(copySignature) + len(copyEnd)
	for i, raw := range a.raw {
		size += 2 + 8*4 + 5*8 + len(a.id[i]) + len(a.kind[i]) + len(raw)
	}
	b := append(make([]byte, 0, size), copySignature...)
	number := func(b []byte, n int64) []byte {
		return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, 8), uint64(n)) //nolint:gosec // the same bits
	}
	words := func(b []byte, s string) []byte {
		return append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...) //nolint:gosec // a field of a record, far below 2^32
	}
	for i, raw := range a.raw {
		b = binary.BigEndian.AppendUint16(b, 8)
		b = number(number(b, a.log[i]), a.seq[i])
		b = words(words(b, a.id[i]), a.kind[i])
		b = number(number(number(b, a.version[i]), a.ts[i]), rx)
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(raw))), raw...) //nolint:gosec // bounded by the size of a batch
	}
	return append(b, copyEnd...)
}

// keepAnchors writes the heads of logs that opened a Day, all by one statement.
func keepAnchors(s *shelf) error {
	if len(s.anchors) == 0 {
		return nil
	}
	var nodes []string
	var epochs, seqs, ats []int64
	var heads [][]byte
	for i := range s.anchors {
		a := &s.anchors[i]
		nodes, epochs = append(nodes, string(a.of.node)), append(epochs, int64(a.of.epoch))        //nolint:gosec // below 2^53
		seqs, heads, ats = append(seqs, int64(a.seq)), append(heads, a.head[:]), append(ats, a.at) //nolint:gosec // below 2^53
	}
	_, err := s.tx.Exec(s.ctx, `INSERT INTO journal_heads (node, epoch, seq, head, at)
		SELECT node, epoch, seq, head, at FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bigint[]) AS a (node, epoch, seq, head, at)
		ON CONFLICT DO NOTHING`, nodes, epochs, seqs, heads, ats)
	return err
}
