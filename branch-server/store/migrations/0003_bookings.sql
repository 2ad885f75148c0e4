-- Booked times: no name, no phone, no document number. The digest is made under the key of the day, which is a file
-- apart and is destroyed when the day is over.
CREATE TABLE bookings (
  id      TEXT PRIMARY KEY, -- of the system that made it
  day     TEXT NOT NULL,
  slot    INTEGER NOT NULL, -- Unix milliseconds
  length  INTEGER NOT NULL, -- seconds
  service TEXT NOT NULL,
  code    TEXT NOT NULL,
  digest  BLOB,
  state   TEXT NOT NULL,    -- expected or cancelled
  request TEXT NOT NULL DEFAULT '' -- by which its citizen came
) STRICT, WITHOUT ROWID;
CREATE INDEX bookings_day ON bookings (day, slot);

-- What was taken in: counts, never what a file said.
CREATE TABLE booking_imports (
  id     INTEGER PRIMARY KEY,
  key    TEXT NOT NULL, -- idempotency key; empty for none
  at     INTEGER NOT NULL,
  person TEXT NOT NULL,
  body   TEXT NOT NULL,
  undone INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX booking_imports_key ON booking_imports (key) WHERE key <> '';

-- Each booking an import changed as it was before, so that it can be undone; empty was not there.
CREATE TABLE booking_changes (
  import INTEGER NOT NULL,
  n      INTEGER NOT NULL,
  id     TEXT NOT NULL,
  day    TEXT NOT NULL, -- after which nobody undoes it
  before TEXT NOT NULL,
  PRIMARY KEY (import, n)
) STRICT, WITHOUT ROWID;
