CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

-- What lets a node ask once for its first certificate. The secret itself is not kept.
CREATE TABLE tokens (
    hash       BLOB PRIMARY KEY,   -- SHA-256 of the secret
    node       TEXT NOT NULL,
    hosts      TEXT NOT NULL,      -- JSON list of further names and addresses in the certificate
    made_ms    INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    used_ms    INTEGER,
    key        BLOB                -- SHA-256 of the public key that used it
) STRICT;

CREATE TABLE certificates (
    serial     TEXT PRIMARY KEY,   -- hexadecimal
    node       TEXT NOT NULL,
    purpose    TEXT NOT NULL,      -- node, or signer
    hosts      TEXT NOT NULL,
    key        BLOB NOT NULL,
    der        BLOB NOT NULL,
    made_ms    INTEGER NOT NULL,
    until_ms   INTEGER NOT NULL,
    revoked_ms INTEGER,
    reason     TEXT
) STRICT;
CREATE INDEX certificates_node ON certificates (node);
