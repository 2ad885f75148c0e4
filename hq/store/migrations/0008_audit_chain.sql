-- The hash chain of the audit after each record; empty for records from before there was one, until the program has
-- chained them as it found them.
ALTER TABLE audit ADD COLUMN head BLOB NOT NULL DEFAULT x'';
