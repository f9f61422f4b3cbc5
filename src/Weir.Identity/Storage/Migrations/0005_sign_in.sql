-- control.db, schema 5: how people show who they are, and that they are signed in. Times are milliseconds since 1970 UTC.

CREATE TABLE credential (
    user TEXT NOT NULL PRIMARY KEY REFERENCES user (id),
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    -- A PHC string; NULL for none.
    password TEXT,
    password_at INTEGER,
    -- NULL for no one-time codes. A secret that was begun and not confirmed yet has no time.
    totp_secret BLOB,
    totp_at INTEGER,
    -- The last step whose code was taken.
    totp_step INTEGER,
    recovery_salt BLOB,
    last_sign_in_at INTEGER
) WITHOUT ROWID;

CREATE TABLE recovery_code (
    user TEXT NOT NULL REFERENCES user (id),
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    -- SHA-256 of the set's salt and the code.
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (user, hash)
) WITHOUT ROWID;

CREATE TABLE passkey (
    id TEXT NOT NULL PRIMARY KEY,
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    user TEXT NOT NULL REFERENCES user (id),
    -- What the authenticator calls it.
    credential BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    public_key BLOB NOT NULL,
    sign_count INTEGER NOT NULL,
    -- A JSON list.
    transports TEXT NOT NULL,
    is_backup_eligible INTEGER NOT NULL,
    is_backed_up INTEGER NOT NULL,
    attestation BLOB NOT NULL,
    client_data BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER
) WITHOUT ROWID;

CREATE INDEX passkey_user ON passkey (user);

-- Links by which a person sets a password: one for each person, good once.
CREATE TABLE invitation (
    user TEXT NOT NULL PRIMARY KEY REFERENCES user (id),
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    -- SHA-256 of the token.
    token BLOB NOT NULL UNIQUE CHECK (length(token) = 32),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE auth_session (
    id TEXT NOT NULL PRIMARY KEY,
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    user TEXT NOT NULL REFERENCES user (id),
    -- SHA-256 of the token.
    token BLOB NOT NULL UNIQUE CHECK (length(token) = 32),
    -- password, code, recovery, passkey
    method TEXT NOT NULL,
    address TEXT,
    agent TEXT,
    created_at INTEGER NOT NULL,
    -- Written now and then.
    seen_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX auth_session_user ON auth_session (user);

-- Names that somebody failed to sign in with again and again, as hashes: they wait also after a restart.
CREATE TABLE sign_in_failure (
    name TEXT NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_at INTEGER NOT NULL
) WITHOUT ROWID;
