-- The draft of the next configuration, revision by revision: the last one counts, and taking it away undoes a change.
CREATE TABLE config_draft (
  revision BIGINT PRIMARY KEY,
  base     BIGINT NOT NULL, -- number of the publication that it began from
  at       BIGINT NOT NULL,
  by       TEXT NOT NULL,
  what     TEXT NOT NULL,
  body     BYTEA NOT NULL     -- layers
);

-- Every configuration that was ever published, whole, and how its roll-out stands.
CREATE TABLE config_publication (
  number BIGINT PRIMARY KEY,
  at     BIGINT NOT NULL,
  by     TEXT NOT NULL,
  note   TEXT NOT NULL,
  body   BYTEA NOT NULL, -- layers
  plan   TEXT NOT NULL, -- rings, as JSON
  state  TEXT NOT NULL,
  ring   BIGINT NOT NULL,
  since  BIGINT NOT NULL, -- the ring began
  why    TEXT NOT NULL
);

-- Which configuration each branch should run.
CREATE TABLE config_target (
  branch TEXT PRIMARY KEY,
  number BIGINT NOT NULL,
  ring   BIGINT NOT NULL,
  serial BIGINT NOT NULL, -- of the statement, never used again
  hash   TEXT NOT NULL,
  at     BIGINT NOT NULL,
  linked BIGINT NOT NULL  -- the branch had a link when its ring began
);

-- What each branch decides for itself, as it last said.
CREATE TABLE config_own (
  branch TEXT PRIMARY KEY,
  hash   TEXT NOT NULL,
  at     BIGINT NOT NULL,
  body   BYTEA NOT NULL
);
