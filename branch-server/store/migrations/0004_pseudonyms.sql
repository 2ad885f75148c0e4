-- Who a pseudonym in the journal stands for: one a person and month. The row goes after the time of retention; then
-- nobody can tell any more.
CREATE TABLE pseudonyms (
  person TEXT NOT NULL, -- sign-in name
  month  TEXT NOT NULL, -- 2026-11
  name   TEXT NOT NULL UNIQUE,
  PRIMARY KEY (person, month)
) STRICT, WITHOUT ROWID;
