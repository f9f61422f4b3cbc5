-- control.db, schema 6: roles that hold for one team, project or key instead of the whole workspace.

CREATE TABLE user_grant (
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    user TEXT NOT NULL REFERENCES user (id),
    role TEXT NOT NULL,
    -- What it holds for: its kind, and its name as requests have it.
    kind TEXT NOT NULL CHECK (kind IN ('team', 'project', 'key')),
    name TEXT NOT NULL,
    PRIMARY KEY (user, role, kind, name)
) WITHOUT ROWID;
