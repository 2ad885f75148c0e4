-- Each ended Day folded for reports: made from the journal, and made again when its form changes.
CREATE TABLE day_records (
  day     TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  body    BLOB NOT NULL
) STRICT, WITHOUT ROWID;
