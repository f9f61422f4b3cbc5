-- The dialect that a request was translated into, 0 when it was relayed in the caller's own; and what was left out on the way: the
-- names with commas between them, as one text of "name".
ALTER TABLE record ADD COLUMN upstream_dialect INTEGER NOT NULL DEFAULT 0;
ALTER TABLE record ADD COLUMN dropped_id INTEGER NOT NULL DEFAULT 0;
