-- control.db, schema 1: the tenants and their API keys. Times are milliseconds since 1970-01-01 UTC.

CREATE TABLE workspace (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    name TEXT NOT NULL UNIQUE
);

INSERT INTO workspace (id, name) VALUES (1, 'default');

CREATE TABLE api_key (
    id TEXT NOT NULL PRIMARY KEY,
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    name TEXT NOT NULL,
    -- The first characters of the present text, for people to tell keys apart.
    prefix TEXT NOT NULL,
    -- Bits: 1 gateway, 2 read, 4 admin, 8 ingest.
    scopes INTEGER NOT NULL CHECK (scopes > 0),
    user TEXT,
    team TEXT,
    project TEXT,
    created_at INTEGER NOT NULL,
    rotated_at INTEGER,
    expires_at INTEGER,
    revoked_at INTEGER
) WITHOUT ROWID;

-- Not unique: a name is free again once its key was revoked or has expired, and an index cannot know the time.
CREATE INDEX api_key_name ON api_key (workspace, name);

-- The texts of a key: one without an end, and the older ones that a rotation lets go on for a while.
CREATE TABLE api_key_text (
    -- SHA-256 of the whole text.
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    key TEXT NOT NULL REFERENCES api_key (id),
    ends_at INTEGER
) WITHOUT ROWID;

CREATE INDEX api_key_text_key ON api_key_text (key);
