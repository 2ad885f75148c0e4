-- An operator's decision that a log with two contents may go on in a new epoch, and why. The old epoch stays as it is.
ALTER TABLE log ADD COLUMN lifted INTEGER NOT NULL DEFAULT 0; -- Unix milliseconds, 0 while nobody has decided
ALTER TABLE log ADD COLUMN reason TEXT    NOT NULL DEFAULT '';

-- Logs that were taken over from their middle on: what came before is nowhere any more, but for its sum.
CREATE TABLE base (
	log      INTEGER NOT NULL REFERENCES log (id),
	seq      INTEGER NOT NULL, -- the last record that is gone
	held     INTEGER NOT NULL, -- how far the log was held before
	head     BLOB    NOT NULL,
	snapshot TEXT    NOT NULL, -- JSON
	at       INTEGER NOT NULL, -- Unix milliseconds
	PRIMARY KEY (log, seq)
) STRICT, WITHOUT ROWID;
