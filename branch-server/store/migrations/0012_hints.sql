-- Which hints of the pages a person has understood.
CREATE TABLE hints_seen (
  person TEXT NOT NULL,
  hint   TEXT NOT NULL,
  PRIMARY KEY (person, hint)
) STRICT, WITHOUT ROWID;
