-- The branch's own description underneath what headquarters decides; empty where headquarters decides nothing.
ALTER TABLE descriptions ADD COLUMN own BLOB;

-- The last configuration of headquarters that was believed, and the one in force. The serial never goes back: an older
-- statement is refused, whoever brings it.
CREATE TABLE above (
  one      INTEGER PRIMARY KEY CHECK (one = 1),
  serial   INTEGER NOT NULL,
  number   INTEGER NOT NULL,
  hash     TEXT NOT NULL,
  document BLOB NOT NULL,
  state    TEXT NOT NULL, -- applied, staged or rejected
  why      TEXT NOT NULL,
  path     TEXT NOT NULL,
  words    TEXT NOT NULL,
  at       INTEGER NOT NULL,
  force    INTEGER NOT NULL, -- number of the one in force; 0 is none
  runs     TEXT NOT NULL,    -- its hash
  body     BLOB NOT NULL     -- its document
) STRICT;
