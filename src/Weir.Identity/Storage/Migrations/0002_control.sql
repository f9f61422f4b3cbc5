-- control.db, schema 2: organisations, what a workspace's state is, people, roles, teams, keys' bounds, the audit trail.

CREATE TABLE organisation (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
);

ALTER TABLE workspace ADD COLUMN title TEXT;
ALTER TABLE workspace ADD COLUMN organisation INTEGER REFERENCES organisation (id);
ALTER TABLE workspace ADD COLUMN created_at INTEGER;
ALTER TABLE workspace ADD COLUMN suspended_at INTEGER;
-- Gone for good: its keys and people open nothing, its name stays taken, its records stay.
ALTER TABLE workspace ADD COLUMN archived_at INTEGER;

CREATE TABLE team (
    id TEXT NOT NULL PRIMARY KEY,
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    name TEXT NOT NULL,
    description TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (workspace, name)
) WITHOUT ROWID;

CREATE TABLE user (
    id TEXT NOT NULL PRIMARY KEY,
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    -- What he signs in with: unique in the workspace as folded (NFKC, lower case).
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    display TEXT,
    email TEXT,
    -- person, service
    kind TEXT NOT NULL CHECK (kind IN ('person', 'service')),
    -- invited, active, suspended, erased
    state TEXT NOT NULL CHECK (state IN ('invited', 'active', 'suspended', 'erased')),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (workspace, folded)
) WITHOUT ROWID;

CREATE TABLE user_role (
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    user TEXT NOT NULL REFERENCES user (id),
    role TEXT NOT NULL,
    PRIMARY KEY (user, role)
) WITHOUT ROWID;

CREATE TABLE team_member (
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    team TEXT NOT NULL REFERENCES team (id),
    user TEXT NOT NULL REFERENCES user (id),
    PRIMARY KEY (team, user)
) WITHOUT ROWID;

-- A workspace's own roles; the built-in ones stand in the program.
CREATE TABLE role (
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    -- JSON lists of names.
    parents TEXT NOT NULL,
    permissions TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, name)
) WITHOUT ROWID;

CREATE TABLE key_new (
    id TEXT NOT NULL PRIMARY KEY,
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    name TEXT NOT NULL,
    -- The first characters of the present text, for people to tell keys apart.
    prefix TEXT NOT NULL,
    -- A JSON list of scopes and permissions by name.
    scopes TEXT NOT NULL,
    -- Whose roles bound what it may do; NULL for nobody's.
    owner TEXT REFERENCES user (id),
    user TEXT,
    team TEXT,
    project TEXT,
    -- JSON lists; NULL for no bound.
    models TEXT,
    networks TEXT,
    origins TEXT,
    created_at INTEGER NOT NULL,
    created_by TEXT,
    rotated_at INTEGER,
    expires_at INTEGER,
    revoked_at INTEGER,
    last_used_at INTEGER
) WITHOUT ROWID;

INSERT INTO key_new (id, workspace, name, prefix, scopes, user, team, project, created_at, rotated_at, expires_at, revoked_at)
SELECT id, workspace, name, prefix,
    '[' || substr(
        CASE WHEN scopes & 1 THEN ',"gateway"' ELSE '' END
        || CASE WHEN scopes & 2 THEN ',"read"' ELSE '' END
        || CASE WHEN scopes & 4 THEN ',"admin"' ELSE '' END
        || CASE WHEN scopes & 8 THEN ',"ingest"' ELSE '' END, 2) || ']',
    user, team, project, created_at, rotated_at, expires_at, revoked_at
FROM api_key;

CREATE TABLE text_new (
    -- SHA-256 of the whole text.
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    key TEXT NOT NULL REFERENCES key_new (id),
    ends_at INTEGER
) WITHOUT ROWID;

INSERT INTO text_new SELECT hash, workspace, key, ends_at FROM api_key_text;

DROP TABLE api_key_text;
DROP TABLE api_key;
ALTER TABLE key_new RENAME TO api_key;
ALTER TABLE text_new RENAME TO api_key_text;

-- Not unique: a name is free again once its key was revoked or has expired, and an index cannot know the time.
CREATE INDEX api_key_name ON api_key (workspace, name);
CREATE INDEX api_key_owner ON api_key (owner) WHERE owner IS NOT NULL;
CREATE INDEX api_key_text_key ON api_key_text (key);

-- Append-only: one chain for each workspace, from seq 1. docs/formats/audit.md says how the hash is made.
CREATE TABLE audit (
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    seq INTEGER NOT NULL CHECK (seq > 0),
    at INTEGER NOT NULL,
    -- key, user, system, local
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    actor_name TEXT NOT NULL,
    address TEXT,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    before TEXT,
    after TEXT,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (workspace, seq)
) WITHOUT ROWID;

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
