-- What is known of branches beforehand. Dates are YYYY-MM-DD; texts are empty where nobody knows.
CREATE TABLE site (
	id           TEXT PRIMARY KEY,
	name         TEXT NOT NULL,
	kind         TEXT NOT NULL,
	address      TEXT NOT NULL,
	municipality TEXT NOT NULL,
	district     TEXT NOT NULL,
	lat          REAL NOT NULL,
	lon          REAL NOT NULL,
	zone         TEXT NOT NULL,
	opens        TEXT NOT NULL,
	opened       TEXT NOT NULL,
	delivery     TEXT NOT NULL,
	blocked      TEXT NOT NULL,
	waits        TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE site_change (
	id    INTEGER PRIMARY KEY,
	site  TEXT    NOT NULL,
	at    INTEGER NOT NULL,
	by    TEXT    NOT NULL,
	words TEXT    NOT NULL
) STRICT;
CREATE INDEX site_change_of ON site_change (site, id);
