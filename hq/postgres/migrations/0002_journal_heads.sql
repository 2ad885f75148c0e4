-- Points of branches' logs with the chain's hash there, as the SQLite file has them.
CREATE TABLE journal_heads (
	node   TEXT   NOT NULL COLLATE "C",
	epoch  BIGINT NOT NULL,
	seq    BIGINT NOT NULL,
	head   BYTEA  NOT NULL,
	at     BIGINT NOT NULL,
	day    TEXT   NOT NULL DEFAULT '',
	signed BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (node, epoch, seq)
);
