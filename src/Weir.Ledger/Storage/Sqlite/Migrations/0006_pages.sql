-- Cells that have come to rest stand in pages: the cells of one width that a set has on one day, in columns (docs/formats/rollups.md).
-- Rows of rollup are what has changed since, of the finest width alone: a page and the rows of its day add up to what is so.
CREATE TABLE rollup_page (
    id INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL,
    set_no INTEGER NOT NULL,
    width INTEGER NOT NULL,
    start INTEGER NOT NULL,
    cells BLOB NOT NULL,
    latency BLOB,
    first_token BLOB
);
CREATE UNIQUE INDEX rollup_page_by_day ON rollup_page (workspace, set_no, width, start);
-- Wider rows are sums of the finest ones, which come into pages by themselves.
DELETE FROM rollup WHERE width <> (set_no <> 0);
DELETE FROM meta WHERE key = 'folded';
