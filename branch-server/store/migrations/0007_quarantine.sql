-- When a node's epoch was found with two contents, and an operator's decision that the node may begin a new one.
ALTER TABLE marks ADD COLUMN forked_at INTEGER NOT NULL DEFAULT 0; -- Unix milliseconds
ALTER TABLE marks ADD COLUMN lifted    INTEGER NOT NULL DEFAULT 0; -- Unix milliseconds, 0 while nobody has decided
ALTER TABLE marks ADD COLUMN reason    TEXT    NOT NULL DEFAULT '';

-- Logs that were taken over from their middle on: what came before is nowhere any more, but for its sum.
CREATE TABLE bases (
  node     TEXT    NOT NULL,
  epoch    INTEGER NOT NULL,
  seq      INTEGER NOT NULL, -- the last record that is gone
  held     INTEGER NOT NULL, -- how far the log was held before
  snapshot TEXT    NOT NULL, -- JSON
  PRIMARY KEY (node, epoch, seq)
) STRICT, WITHOUT ROWID;

-- Epochs of this branch's own journal that ended because the file was put back from an old copy or had forked.
CREATE TABLE former (
  epoch INTEGER NOT NULL,
  seq   INTEGER NOT NULL,
  type  TEXT    NOT NULL,
  raw   BLOB    NOT NULL,
  head  BLOB    NOT NULL,
  PRIMARY KEY (epoch, seq)
) STRICT, WITHOUT ROWID;
