-- Who did what at the branch, beside the queue itself: each record is chained to the one before.
CREATE TABLE audit (
  seq  INTEGER PRIMARY KEY,
  raw  BLOB NOT NULL, -- JSON
  head BLOB NOT NULL  -- hash of the chain after it
) STRICT;

-- Heads of that chain as headquarters signed them.
CREATE TABLE audit_seals (
  epoch INTEGER NOT NULL,
  seq   INTEGER NOT NULL,
  day   TEXT    NOT NULL,
  head  BLOB    NOT NULL,
  seal  BLOB    NOT NULL,
  PRIMARY KEY (epoch, seq)
) STRICT, WITHOUT ROWID;
