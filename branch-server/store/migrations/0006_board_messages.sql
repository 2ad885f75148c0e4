-- What the coordination says on the callboards, until a moment.
CREATE TABLE board_messages (
  id    TEXT PRIMARY KEY, -- made with the form, so that one sent twice is one
  pt    TEXT NOT NULL,
  en    TEXT NOT NULL,
  zone  TEXT NOT NULL,    -- empty is every callboard
  until INTEGER NOT NULL  -- Unix milliseconds
) STRICT, WITHOUT ROWID;
