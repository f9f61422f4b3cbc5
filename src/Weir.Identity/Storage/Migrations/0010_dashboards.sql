-- control.db, schema 10: what people lay out for themselves and each other to look at.

CREATE TABLE dashboard (
    id TEXT NOT NULL PRIMARY KEY,
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    -- The person whose it is; NULL for nobody's, which is always shared.
    owner TEXT REFERENCES user (id),
    shared INTEGER NOT NULL CHECK (shared IN (0, 1)),
    title TEXT NOT NULL,
    -- JSON as the API takes it; read by the server alone.
    body TEXT NOT NULL,
    -- Rises by one with each change.
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK (shared = 1 OR owner IS NOT NULL)
) WITHOUT ROWID;
CREATE INDEX dashboard_by_workspace ON dashboard (workspace, title);
CREATE INDEX dashboard_by_owner ON dashboard (owner);
