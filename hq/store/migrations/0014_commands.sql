-- What headquarters asked of its branches. A row is there before anything is sent; it is sent again until the branch has
-- said what became of it.
CREATE TABLE command (
  id      TEXT PRIMARY KEY,
  branch  TEXT NOT NULL,
  name    TEXT NOT NULL,
  node    TEXT NOT NULL,
  words   TEXT NOT NULL, -- of a message
  by      TEXT NOT NULL, -- sign-in name
  given   INTEGER NOT NULL,
  until   INTEGER NOT NULL, -- not begun afterwards
  state   TEXT NOT NULL,
  why     TEXT NOT NULL,
  result  TEXT NOT NULL, -- what the branch says, in words
  report  TEXT NOT NULL,
  number  INTEGER NOT NULL, -- of the statement sent last; grows over all of one branch
  sent    INTEGER NOT NULL, -- first; 0 while it was not
  came    INTEGER NOT NULL, -- the branch had it; 0 while that is not known
  ended   INTEGER NOT NULL  -- 0 while it is not
) STRICT;
CREATE INDEX command_branch ON command (branch, given);
