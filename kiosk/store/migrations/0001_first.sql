-- The node's own log: what is stored, hashed and sent are the same bytes.
CREATE TABLE journal (
  seq  INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  raw  BLOB NOT NULL,
  head BLOB NOT NULL -- hash chain after this entry
) STRICT;

-- What became of each request for a ticket, so that a restart knows what was under way.
CREATE TABLE requests (
  request TEXT PRIMARY KEY,
  at      INTEGER NOT NULL,
  state   TEXT NOT NULL,
  fact    TEXT NOT NULL, -- what was asked
  ticket  TEXT           -- the number given, once printing began
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_open ON requests (at) WHERE state IN ('requested', 'printing', 'failed');

-- The last of what the branch told all its nodes, for the time it is away.
CREATE TABLE kept (
  name    TEXT PRIMARY KEY,
  payload BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
