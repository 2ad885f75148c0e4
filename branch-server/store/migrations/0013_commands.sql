-- What headquarters asked of this branch, and what became of it. A row is there before anything is done; the names and
-- texts in it are for people here, and never enter the journal.
CREATE TABLE commands (
  id     TEXT PRIMARY KEY,
  name   TEXT NOT NULL, -- backup, check, …
  node   TEXT NOT NULL,
  words  TEXT NOT NULL, -- of a message
  by     TEXT NOT NULL, -- who gave it, at headquarters
  given  INTEGER NOT NULL,
  came   INTEGER NOT NULL,
  state  TEXT NOT NULL, -- received, done, refused or failed
  why    TEXT NOT NULL,
  result TEXT NOT NULL, -- what became of it, in words
  report TEXT NOT NULL,
  ended  INTEGER NOT NULL -- 0 while it is not
) STRICT;
CREATE INDEX commands_came ON commands (came);
