-- Facts of branches that this program could not read when they came. They lie among the events, verbatim; what follows from
-- them is made up for by a version that reads them, and their row goes in the same transaction.
CREATE TABLE unfolded (
  log  INTEGER NOT NULL,
  seq  INTEGER NOT NULL,
  type TEXT NOT NULL, -- empty where not even that can be read
  v    INTEGER NOT NULL,
  at   INTEGER NOT NULL, -- when it came in, Unix milliseconds
  PRIMARY KEY (log, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX unfolded_type ON unfolded (type, v);
