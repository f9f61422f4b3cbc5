-- control.db, schema 9: room that somebody gave a budget beyond its bound, for a time.

CREATE TABLE budget_grant (
    id TEXT PRIMARY KEY,
    -- Whose document names the budget; the default workspace's is the server's.
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    budget TEXT NOT NULL,
    -- Which counter of the budget: a JSON object of the scope's parts that have a counter for each value; {} for the only one.
    scope TEXT NOT NULL,
    -- Nano-dollars.
    amount INTEGER NOT NULL CHECK (amount > 0),
    at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    reason TEXT
) WITHOUT ROWID;
CREATE INDEX budget_grant_by_workspace ON budget_grant (workspace, until);
