-- What this file says about itself: its incarnation.
CREATE TABLE meta (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One log of one node: how far it is held, and the chain's hash there. It is in the same file and changes in the same
-- transaction as the events, or an acknowledgement could promise what is not there.
CREATE TABLE log (
	id          INTEGER PRIMARY KEY,
	node        TEXT    NOT NULL,
	epoch       INTEGER NOT NULL,
	hwm         INTEGER NOT NULL DEFAULT 0,
	head        BLOB    NOT NULL DEFAULT x'',
	quarantined INTEGER NOT NULL DEFAULT 0, -- Unix milliseconds, 0 while the log is sound
	first_rx    INTEGER NOT NULL,
	last_rx     INTEGER NOT NULL,
	UNIQUE (node, epoch)
) STRICT;

-- Events as they came. Columns beside raw are copies for look-ups; raw is what the hash chain holds.
CREATE TABLE event (
	log  INTEGER NOT NULL REFERENCES log (id),
	seq  INTEGER NOT NULL,
	id   TEXT    NOT NULL,
	type TEXT    NOT NULL,
	v    INTEGER NOT NULL,
	ts   INTEGER NOT NULL, -- the branch's clock, Unix milliseconds
	rx   INTEGER NOT NULL, -- ours
	raw  BLOB    NOT NULL,
	PRIMARY KEY (log, seq)
) STRICT, WITHOUT ROWID;

-- Where each Day of each log begins, and who opened counters before it: a restart reads on from there.
CREATE INDEX event_day ON event (log, seq) WHERE type = 'day.opened';
CREATE INDEX event_counter ON event (log, seq) WHERE type IN ('counter.opened', 'counter.closed');

-- For people with a database shell.
CREATE VIEW events AS
	SELECT log.node, log.epoch, event.seq, event.id, event.type, event.v, event.ts, event.rx, CAST(event.raw AS TEXT) AS raw
	FROM event JOIN log ON log.id = event.log;

CREATE TABLE branch (
	node       TEXT PRIMARY KEY,
	name       TEXT    NOT NULL DEFAULT '',
	first_seen INTEGER NOT NULL,
	last_seen  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Connections made and lost.
CREATE TABLE link (
	id    INTEGER PRIMARY KEY,
	node  TEXT    NOT NULL,
	at    INTEGER NOT NULL,
	state TEXT    NOT NULL
) STRICT;
CREATE INDEX link_node ON link (node, id);

-- What somebody has to look into: a log with two contents.
CREATE TABLE alarm (
	id    INTEGER PRIMARY KEY,
	node  TEXT    NOT NULL,
	epoch INTEGER NOT NULL,
	seq   INTEGER NOT NULL,
	kind  TEXT    NOT NULL,
	at    INTEGER NOT NULL
) STRICT;
