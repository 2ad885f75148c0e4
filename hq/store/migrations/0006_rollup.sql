-- What Days came to, by service, as hq/visit/rollup writes it: made of the events and made again from them at any time. The
-- line without a service is of the counters. A Day that was opened twice has lines of both openings.
CREATE TABLE rollup_day (
	branch  TEXT    NOT NULL,
	day     TEXT    NOT NULL, -- YYYY-MM-DD, the branch's own
	epoch   INTEGER NOT NULL, -- of the fact that opened it, with its sequence
	opened  INTEGER NOT NULL,
	service TEXT    NOT NULL,
	body    TEXT    NOT NULL,
	whole   BLOB    NOT NULL,
	halves  BLOB    NOT NULL,
	PRIMARY KEY (branch, day, epoch, opened, service)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollup_day_day ON rollup_day (day);

-- The same of whole months, kept beside, so that a year is read at once.
CREATE TABLE rollup_month (
	month   TEXT    NOT NULL, -- YYYY-MM
	branch  TEXT    NOT NULL,
	service TEXT    NOT NULL,
	body    TEXT    NOT NULL,
	days    INTEGER NOT NULL,
	whole   BLOB    NOT NULL,
	halves  BLOB    NOT NULL,
	PRIMARY KEY (month, branch, service)
) STRICT, WITHOUT ROWID;

-- How far each branch's log is in the roll-ups: the Day that is not over begins at (epoch, seq), and was read up to
-- (upto_epoch, upto_seq).
CREATE TABLE rollup_mark (
	branch     TEXT PRIMARY KEY,
	epoch      INTEGER NOT NULL,
	seq        INTEGER NOT NULL,
	upto_epoch INTEGER NOT NULL,
	upto_seq   INTEGER NOT NULL,
	at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
