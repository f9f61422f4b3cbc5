-- control.db, schema 11: what somebody set in the place of what the documents say, until it is lifted.

CREATE TABLE runtime_override (
    -- Whose requests it holds for; a provider of the default workspace also for whom it is shared with.
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    kind TEXT NOT NULL CHECK (kind IN ('spending-stopped', 'provider-off', 'route-moved')),
    -- The provider's or the route's name; empty for spending.
    subject TEXT NOT NULL COLLATE NOCASE,
    id TEXT NOT NULL UNIQUE,
    -- 1: for every workspace, where spending is stopped.
    everywhere INTEGER NOT NULL,
    -- Where a route's requests go first.
    provider TEXT,
    model TEXT,
    at INTEGER NOT NULL,
    -- NULL: until it is lifted.
    until INTEGER,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    reason TEXT,
    PRIMARY KEY (workspace, kind, subject)
) WITHOUT ROWID;
