-- control.db, schema 4: sealed secrets. docs/formats/secrets.md says what the bytes are.

CREATE TABLE secret (
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    name TEXT NOT NULL,
    sealed BLOB NOT NULL,
    -- Id of the master key that sealed it, as hexadecimal digits.
    key_id TEXT NOT NULL,
    -- Scheme, host and port that it may be sent to; NULL until it is first used.
    origin TEXT,
    version INTEGER NOT NULL CHECK (version > 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    PRIMARY KEY (workspace, name)
) WITHOUT ROWID;
