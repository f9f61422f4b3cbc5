-- What changed how Weir stands, for people and programs that follow it. Numbers are never given twice: AUTOINCREMENT.
CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,      -- milliseconds since 1970, UTC
    workspace INTEGER,        -- NULL: of the whole instance
    kind TEXT NOT NULL,
    provider TEXT,
    model TEXT,
    account TEXT,
    budget TEXT,
    limit_name TEXT,
    organisation TEXT,
    team TEXT,
    user_name TEXT,
    key_name TEXT,
    tag TEXT,
    actor TEXT,
    details BLOB NOT NULL     -- JSON, by kind
);

CREATE INDEX event_of ON event (workspace, id);

-- Per workspace (0: the instance) the highest number that was let go: who comes with a lower one has missed something.
CREATE TABLE floor (workspace INTEGER PRIMARY KEY, id INTEGER NOT NULL);
