-- Facts of branches that this program could not read when they came. They lie among the events, verbatim; what follows from
-- them is made up for by a version that reads them, and their row goes in the same transaction.
CREATE TABLE unfolded (
  log  BIGINT NOT NULL,
  seq  BIGINT NOT NULL,
  type TEXT NOT NULL, -- empty where not even that can be read
  v    BIGINT NOT NULL,
  at   BIGINT NOT NULL, -- when it came in, Unix milliseconds
  PRIMARY KEY (log, seq)
);
CREATE INDEX unfolded_type ON unfolded (type, v);
