-- Points of branches' logs with the chain's hash there: one a Day as it came in, and those that were signed for the
-- branch. From them a chain is reckoned without beginning at its first record.
CREATE TABLE journal_heads (
  node   TEXT    NOT NULL,
  epoch  INTEGER NOT NULL,
  seq    INTEGER NOT NULL,
  head   BLOB    NOT NULL,
  at     INTEGER NOT NULL,           -- when the record was made, by the branch's clock, Unix milliseconds
  day    TEXT    NOT NULL DEFAULT '', -- of what was signed
  signed INTEGER NOT NULL DEFAULT 0, -- when, Unix milliseconds; 0 is not
  PRIMARY KEY (node, epoch, seq)
) STRICT, WITHOUT ROWID;
