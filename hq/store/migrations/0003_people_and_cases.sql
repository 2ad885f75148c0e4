-- Who works at headquarters. Districts are a JSON list, empty for the whole country.
CREATE TABLE person (
	id        TEXT PRIMARY KEY,
	name      TEXT    NOT NULL,
	role      TEXT    NOT NULL,
	districts TEXT    NOT NULL,
	hash      TEXT    NOT NULL,
	gone      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Sign-ins, by the SHA-256 of their cookie.
CREATE TABLE session (
	token   BLOB PRIMARY KEY,
	person  TEXT    NOT NULL,
	expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who did what at headquarters.
CREATE TABLE audit (
	id    INTEGER PRIMARY KEY,
	at    INTEGER NOT NULL,
	by    TEXT    NOT NULL,
	act   TEXT    NOT NULL,
	about TEXT    NOT NULL,
	words TEXT    NOT NULL
) STRICT;

-- An alert that opened, with what people did about it. closed is 0 while it is open.
CREATE TABLE alert_case (
	id        INTEGER PRIMARY KEY,
	rule      TEXT    NOT NULL,
	branch    TEXT    NOT NULL,
	place     TEXT    NOT NULL,
	about     TEXT    NOT NULL,
	degree    INTEGER NOT NULL,
	words     TEXT    NOT NULL, -- as it opened
	first     TEXT    NOT NULL,
	since     INTEGER NOT NULL,
	opened    INTEGER NOT NULL,
	closed    INTEGER NOT NULL DEFAULT 0,
	taken_by  TEXT    NOT NULL DEFAULT '',
	taken     INTEGER NOT NULL DEFAULT 0,
	escalated INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX alert_case_open ON alert_case (id) WHERE closed = 0;
CREATE INDEX alert_case_opened ON alert_case (opened);

CREATE TABLE alert_step (
	id    INTEGER PRIMARY KEY,
	of    INTEGER NOT NULL REFERENCES alert_case (id),
	kind  TEXT    NOT NULL,
	by    TEXT    NOT NULL,
	at    INTEGER NOT NULL,
	note  TEXT    NOT NULL
) STRICT;
CREATE INDEX alert_step_of ON alert_step (of, id);

CREATE TABLE silence (
	id     INTEGER PRIMARY KEY,
	rule   TEXT    NOT NULL,
	branch TEXT    NOT NULL,
	until  INTEGER NOT NULL,
	reason TEXT    NOT NULL,
	by     TEXT    NOT NULL,
	at     INTEGER NOT NULL,
	ended  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What is to be told outside, and what became of it: one line for each step and way of telling.
CREATE TABLE notice (
	id    INTEGER PRIMARY KEY,
	of    INTEGER NOT NULL REFERENCES alert_case (id),
	kind  TEXT    NOT NULL,
	at    INTEGER NOT NULL,
	way   TEXT    NOT NULL,
	next  INTEGER NOT NULL, -- when it is tried next; 0 once it is told or given up
	tries INTEGER NOT NULL DEFAULT 0,
	told  INTEGER NOT NULL DEFAULT 0,
	fault TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX notice_next ON notice (next) WHERE next > 0;
