-- Numbers that the branch has lent this kiosk, to give out while it is alone.
CREATE TABLE leases (
  day    TEXT    NOT NULL,
  div    TEXT    NOT NULL,
  prefix TEXT    NOT NULL,
  first  INTEGER NOT NULL,
  last   INTEGER NOT NULL,
  next   INTEGER NOT NULL, -- not given yet; last + 1 when all are
  PRIMARY KEY (day, div, first)
) STRICT, WITHOUT ROWID;
