-- control.db, schema 3: where an audit trail begins when its oldest entries were let go of.

CREATE TABLE audit_floor (
    workspace INTEGER NOT NULL PRIMARY KEY REFERENCES workspace (id),
    -- The last entry that is gone, and its hash.
    seq INTEGER NOT NULL CHECK (seq > 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    -- By the key of the data folder, as the ends of trails are signed.
    signature BLOB NOT NULL
);

CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
WHEN OLD.seq > coalesce((SELECT seq FROM audit_floor WHERE workspace = OLD.workspace), 0)
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
