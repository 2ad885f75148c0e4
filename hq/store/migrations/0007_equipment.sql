-- What firmware the devices of one model should run, and who decided it.
CREATE TABLE wanted_firmware (
	device  TEXT    NOT NULL, -- printer, reader, …
	model   TEXT    NOT NULL, -- as network.ModelName has it
	version TEXT    NOT NULL,
	by      TEXT    NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (device, model)
) STRICT, WITHOUT ROWID;

-- What each branch told last of its devices (wire.Health without what changes by the minute), for the time after a
-- restart of headquarters and for branches that are away.
CREATE TABLE fleet (
	node TEXT    PRIMARY KEY,
	at   INTEGER NOT NULL,
	raw  BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- Faults that devices had, one line each: copies of what the events say, for counting.
CREATE TABLE device_fault (
	log    INTEGER NOT NULL REFERENCES log (id),
	seq    INTEGER NOT NULL,
	node   TEXT    NOT NULL,
	device TEXT    NOT NULL,
	state  TEXT    NOT NULL,
	at     INTEGER NOT NULL, -- when it came in
	PRIMARY KEY (log, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX device_fault_at ON device_fault (at);
INSERT INTO device_fault
	SELECT e.log, e.seq, coalesce(json_extract(CAST(e.raw AS TEXT), '$.via.n'), l.node),
		substr(coalesce(json_extract(CAST(e.raw AS TEXT), '$.d.dev'), ''), 1, 80),
		substr(coalesce(json_extract(CAST(e.raw AS TEXT), '$.d.state'), ''), 1, 80), e.rx
	FROM event e JOIN log l ON l.id = e.log WHERE e.type = 'device.fault' AND json_valid(CAST(e.raw AS TEXT));
