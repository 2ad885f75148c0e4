-- Where each branch's audit stood when this headquarters signed it.
CREATE TABLE audit_heads (
  node  TEXT    NOT NULL,
  epoch INTEGER NOT NULL, -- of the branch's file
  seq   INTEGER NOT NULL,
  day   TEXT    NOT NULL,
  head  BLOB    NOT NULL,
  at    INTEGER NOT NULL, -- Unix milliseconds
  PRIMARY KEY (node, epoch, seq)
) STRICT, WITHOUT ROWID;
