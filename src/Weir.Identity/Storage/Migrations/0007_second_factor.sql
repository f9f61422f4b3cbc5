-- control.db, schema 7: a workspace may ask its people for a second factor.

ALTER TABLE workspace ADD COLUMN second_factor INTEGER NOT NULL DEFAULT 0 CHECK (second_factor IN (0, 1));
