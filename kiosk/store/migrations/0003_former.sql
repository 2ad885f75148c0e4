-- Epochs of this node's own log that ended because its parent holds other records under the same numbers.
CREATE TABLE former (
  epoch INTEGER NOT NULL,
  seq   INTEGER NOT NULL,
  type  TEXT    NOT NULL,
  raw   BLOB    NOT NULL,
  head  BLOB    NOT NULL,
  PRIMARY KEY (epoch, seq)
) STRICT, WITHOUT ROWID;
