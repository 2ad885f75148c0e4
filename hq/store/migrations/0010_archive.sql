-- Months whose events lie in files of their own: copied, verified, and then deleted here. Only a file needs this.
CREATE TABLE archive_month (
	month   TEXT PRIMARY KEY, -- YYYY-MM in which the events came in, UTC
	file    TEXT    NOT NULL, -- name in the folder of the archive
	events  INTEGER NOT NULL,
	bytes   INTEGER NOT NULL,
	sum     TEXT    NOT NULL, -- SHA-256 of the file
	copied  INTEGER NOT NULL, -- Unix milliseconds
	cleared INTEGER NOT NULL DEFAULT 0 -- when the last of its events was deleted here, 0 while some are not
) STRICT, WITHOUT ROWID;

-- Which part of each log is in which file, and the chain's hash before and after it: the chain can be reckoned through all files.
CREATE TABLE archive_log (
	log   INTEGER NOT NULL REFERENCES log (id),
	month TEXT    NOT NULL REFERENCES archive_month (month),
	first INTEGER NOT NULL,
	last  INTEGER NOT NULL,
	prev  BLOB    NOT NULL,
	head  BLOB    NOT NULL,
	PRIMARY KEY (log, month)
) STRICT, WITHOUT ROWID;
