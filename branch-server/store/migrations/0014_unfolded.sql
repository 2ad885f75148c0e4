-- Facts of nodes that this program could not read when they came, in that order, until a version of it can: then they are
-- folded, and their row goes in the same transaction.
CREATE TABLE unfolded (
  place INTEGER PRIMARY KEY AUTOINCREMENT,
  node  TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  seq   INTEGER NOT NULL,
  type  TEXT NOT NULL, -- empty where not even that can be read
  v     INTEGER NOT NULL,
  raw   BLOB NOT NULL, -- as it came
  UNIQUE (node, epoch, seq)
) STRICT;

-- What came before there was this table: the types that were known then.
INSERT INTO unfolded (node, epoch, seq, type, v, raw)
SELECT node, epoch, seq, t, v, raw FROM (
  SELECT node, epoch, seq, raw, CAST(raw AS TEXT) ->> '$.t' AS t, CAST(raw AS TEXT) ->> '$.v' AS v FROM mirror WHERE json_valid(CAST(raw AS TEXT))
) WHERE typeof(t) = 'text' AND typeof(v) = 'integer' AND (v > 1 OR t NOT IN (
  'ticket.requested', 'ticket.printed', 'ticket.print_failed', 'ticket.print_unknown', 'ticket.accepted', 'ticket.abandoned',
  'print.started', 'ticket.alone', 'slip.given', 'printer.state', 'device.fault', 'device.recovered', 'slip.taken', 'slip.retracted',
  'node.started', 'node.stopped', 'node.amnesia', 'node.clock_step', 'security.alert'))
ORDER BY epoch, seq;
