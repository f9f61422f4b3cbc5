-- control.db, schema 8: the versions of configuration documents. docs/formats/config-versions.md says what they are.

CREATE TABLE config_version (
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    -- From 1, without gaps when it was made; the oldest go.
    number INTEGER NOT NULL CHECK (number > 0),
    at INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    actor_name TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('api', 'file', 'start', 'rollback')),
    -- The number of the version that a rollback brought back.
    restores INTEGER,
    comment TEXT,
    etag TEXT NOT NULL,
    -- Keys that stood in the clear are masked.
    text TEXT NOT NULL,
    -- The text as it was, sealed, where something in it is masked; NULL where nothing is, or no key was there to seal with.
    sealed BLOB,
    is_masked INTEGER NOT NULL CHECK (is_masked IN (0, 1)),
    PRIMARY KEY (workspace, number)
) WITHOUT ROWID;
