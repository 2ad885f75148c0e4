-- What all branches of a district came to, by service: the sums of rollup_day, and of rollup_month, so that the country is
-- read from some thousand lines. Branches are the ids of those that had such a line, with spaces between.
CREATE TABLE rollup_area_day (
	date     TEXT NOT NULL,
	district TEXT NOT NULL,
	service  TEXT NOT NULL,
	body     TEXT NOT NULL,
	branches TEXT NOT NULL,
	whole    BLOB NOT NULL,
	halves   BLOB NOT NULL,
	PRIMARY KEY (date, district, service, body)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_area_month (
	date     TEXT NOT NULL,
	district TEXT NOT NULL,
	service  TEXT NOT NULL,
	body     TEXT NOT NULL,
	branches TEXT NOT NULL,
	whole    BLOB NOT NULL,
	halves   BLOB NOT NULL,
	PRIMARY KEY (date, district, service, body)
) STRICT, WITHOUT ROWID;

-- The Days (YYYY-MM-DD) and months (YYYY-MM) whose areas are not summed since their lines changed: questions read their
-- lines instead. The count goes up with every change, so that a sum that began before it does not end it.
CREATE TABLE rollup_stale (
	date    TEXT PRIMARY KEY,
	changes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- In which district each branch was summed.
CREATE TABLE rollup_place (
	branch   TEXT PRIMARY KEY,
	district TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO rollup_stale (date, changes) SELECT DISTINCT day, 1 FROM rollup_day UNION SELECT DISTINCT month, 1 FROM rollup_month;
