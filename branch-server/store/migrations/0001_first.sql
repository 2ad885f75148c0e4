-- The branch's own journal: what is stored, hashed and sent are the same bytes.
CREATE TABLE journal (
  seq  INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  raw  BLOB NOT NULL,
  head BLOB NOT NULL -- hash chain after this entry
) STRICT;
CREATE INDEX journal_days ON journal (seq) WHERE type = 'day.opened';

-- How far each kiosk's and box's log was taken in, in the same file and transaction as what followed from it.
CREATE TABLE marks (
  node  TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  seq   INTEGER NOT NULL,
  head  BLOB NOT NULL,
  forked INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (node, epoch)
) STRICT, WITHOUT ROWID;

-- Their records verbatim, types this version does not know among them.
CREATE TABLE mirror (
  node  TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  seq   INTEGER NOT NULL,
  raw   BLOB NOT NULL,
  PRIMARY KEY (node, epoch, seq)
) STRICT, WITHOUT ROWID;

-- What was answered to a command under an idempotency key.
CREATE TABLE answers (
  key  TEXT PRIMARY KEY,
  at   INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_at ON answers (at);

CREATE TABLE sessions (
  token   BLOB PRIMARY KEY, -- SHA-256 of the cookie
  expires INTEGER NOT NULL,
  body    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
