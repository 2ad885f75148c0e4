-- Where the journal stood when headquarters signed it, the last of each Day.
CREATE TABLE journal_seals (
  epoch INTEGER NOT NULL,
  day   TEXT    NOT NULL,
  seq   INTEGER NOT NULL,
  head  BLOB    NOT NULL, -- hash of the chain after it
  ended INTEGER NOT NULL, -- the last record of the journal when the signature came
  at    INTEGER NOT NULL, -- when it came, by the branch's clock, Unix milliseconds
  seal  BLOB    NOT NULL,
  PRIMARY KEY (epoch, day)
) STRICT, WITHOUT ROWID;
