-- Times in microseconds since 1970, UTC.

-- Files of agents: how far each was read, and how to see that it is still the same file. head and tail are hashes of its first
-- bytes and of the bytes before the offset. state is what the agent's reader goes on with.
CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    agent TEXT NOT NULL,
    length INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    head INTEGER NOT NULL,
    tail INTEGER NOT NULL,
    state BLOB,
    problem TEXT
);

-- What was passed over in a file, by kind.
CREATE TABLE skipped (
    file INTEGER NOT NULL,
    kind TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (file, kind)
) WITHOUT ROWID;

-- Requests that have been met, by 64-bit FNV-1a over workspace, witness, client and the request's id: the record in the ledger, and how
-- much output the word had that stands. request is 32 bits of the hash of the request id, 0 for none; traits are
-- WordTraits' bits.
CREATE TABLE request_key (
    hash INTEGER PRIMARY KEY,
    record INTEGER NOT NULL,
    output INTEGER NOT NULL,
    request INTEGER NOT NULL,
    traits INTEGER NOT NULL
);

CREATE TABLE session (
    id INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL,
    name TEXT NOT NULL,
    client TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    parent TEXT,
    version TEXT,
    folder TEXT,
    repository TEXT,
    branch TEXT,
    entrypoint TEXT,
    host TEXT,
    terminal TEXT,
    process INTEGER,
    UNIQUE (workspace, name)
);
CREATE INDEX session_by_time ON session (workspace, last_at);

-- kind is SessionEventKind's number. What is known of an event never becomes unknown.
CREATE TABLE event (
    session INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    name_in_session TEXT NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    duration INTEGER,
    agent TEXT,
    parent TEXT,
    name TEXT,
    tokens INTEGER,
    succeeded INTEGER,
    PRIMARY KEY (session, kind, name_in_session)
) WITHOUT ROWID;

-- Words on limits, as they were said. kind is LimitWordKind's number.
CREATE TABLE limit_word (
    id INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL,
    at INTEGER NOT NULL,
    client TEXT NOT NULL,
    session TEXT,
    kind INTEGER NOT NULL,
    text TEXT,
    window INTEGER,
    used_percent REAL,
    resets_at INTEGER,
    scope TEXT,
    plan TEXT,
    account TEXT
);
CREATE UNIQUE INDEX limit_word_once ON limit_word (
    workspace, at, kind, coalesce(session, ''), coalesce(scope, ''), coalesce(text, '')
);

-- ledger: the newest entry of the ledger whose requests stand in request_key.
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
