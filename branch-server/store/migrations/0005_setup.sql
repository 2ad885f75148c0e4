-- Every description of the branch that was ever in force, whole. Version 1 is the file that the program first started
-- with. Rows are only ever added.
CREATE TABLE descriptions (
  version INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  author  TEXT NOT NULL, -- sign-in name; empty is the file
  note    TEXT NOT NULL,
  hash    TEXT NOT NULL, -- SHA-256 of the document
  body    BLOB NOT NULL
) STRICT;

-- The draft of the next one: there is one, shared by all who set the branch up.
CREATE TABLE draft (
  one      INTEGER PRIMARY KEY CHECK (one = 1),
  revision INTEGER NOT NULL,
  base     INTEGER NOT NULL, -- the version that it began from
  at       INTEGER NOT NULL,
  author   TEXT NOT NULL,
  body     BLOB NOT NULL
) STRICT;

-- People who may sign in. The file of people is read once, into an empty table.
CREATE TABLE users (
  id     TEXT PRIMARY KEY, -- sign-in name
  name   TEXT NOT NULL,
  role   TEXT NOT NULL,
  hash   TEXT NOT NULL,    -- argon2id
  active INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who changed whose row, and how; never what a PIN was.
CREATE TABLE user_changes (
  n      INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  author TEXT NOT NULL,
  id     TEXT NOT NULL,
  what   TEXT NOT NULL
) STRICT;
