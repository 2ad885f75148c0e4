-- What all branches of a district came to, by service: the sums of rollup_day, and of rollup_month, so that the country is
-- read from some thousand lines. Branches are the ids of those that had such a line, with spaces between.
CREATE TABLE rollup_area_day (
	date     TEXT NOT NULL COLLATE "C",
	district TEXT NOT NULL COLLATE "C",
	service  TEXT NOT NULL COLLATE "C",
	body     TEXT NOT NULL COLLATE "C",
	branches TEXT NOT NULL,
	whole    BYTEA NOT NULL,
	halves   BYTEA NOT NULL,
	PRIMARY KEY (date, district, service, body)
);

CREATE TABLE rollup_area_month (
	date     TEXT NOT NULL COLLATE "C",
	district TEXT NOT NULL COLLATE "C",
	service  TEXT NOT NULL COLLATE "C",
	body     TEXT NOT NULL COLLATE "C",
	branches TEXT NOT NULL,
	whole    BYTEA NOT NULL,
	halves   BYTEA NOT NULL,
	PRIMARY KEY (date, district, service, body)
);

-- The Days (YYYY-MM-DD) and months (YYYY-MM) whose areas are not summed since their lines changed: questions read their
-- lines instead. The count goes up with every change, so that a sum that began before it does not end it.
CREATE TABLE rollup_stale (
	date    TEXT PRIMARY KEY COLLATE "C",
	changes BIGINT NOT NULL
);

-- In which district each branch was summed.
CREATE TABLE rollup_place (
	branch   TEXT PRIMARY KEY COLLATE "C",
	district TEXT NOT NULL COLLATE "C"
);

INSERT INTO rollup_stale (date, changes) SELECT DISTINCT day, 1 FROM rollup_day UNION SELECT DISTINCT month, 1 FROM rollup_month;
