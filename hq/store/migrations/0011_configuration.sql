-- The draft of the next configuration, revision by revision: the last one counts, and taking it away undoes a change.
CREATE TABLE config_draft (
  revision INTEGER PRIMARY KEY,
  base     INTEGER NOT NULL, -- number of the publication that it began from
  at       INTEGER NOT NULL,
  by       TEXT NOT NULL,
  what     TEXT NOT NULL,
  body     BLOB NOT NULL     -- layers
) STRICT;

-- Every configuration that was ever published, whole, and how its roll-out stands.
CREATE TABLE config_publication (
  number INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  by     TEXT NOT NULL,
  note   TEXT NOT NULL,
  body   BLOB NOT NULL, -- layers
  plan   TEXT NOT NULL, -- rings, as JSON
  state  TEXT NOT NULL,
  ring   INTEGER NOT NULL,
  since  INTEGER NOT NULL, -- the ring began
  why    TEXT NOT NULL
) STRICT;

-- Which configuration each branch should run.
CREATE TABLE config_target (
  branch TEXT PRIMARY KEY,
  number INTEGER NOT NULL,
  ring   INTEGER NOT NULL,
  serial INTEGER NOT NULL, -- of the statement, never used again
  hash   TEXT NOT NULL,
  at     INTEGER NOT NULL,
  linked INTEGER NOT NULL  -- the branch had a link when its ring began
) STRICT;

-- What each branch decides for itself, as it last said.
CREATE TABLE config_own (
  branch TEXT PRIMARY KEY,
  hash   TEXT NOT NULL,
  at     INTEGER NOT NULL,
  body   BLOB NOT NULL
) STRICT;
