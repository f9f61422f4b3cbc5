-- Months of UTC whose records stand in a file of "records" and no longer in record (docs/formats/records-archive.md): those that started from
-- start until before upto. While a month is being moved upto goes up to until, in the transaction that deletes what it passes. sequence
-- is the newest entry of any of the file's records, highest the largest id, ids the ranges that ids lie in.
CREATE TABLE archived_month (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL,
    start INTEGER NOT NULL,
    upto INTEGER NOT NULL,
    until INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    highest INTEGER NOT NULL,
    ids BLOB NOT NULL,
    file TEXT NOT NULL,
    digest BLOB NOT NULL
);
CREATE UNIQUE INDEX archived_month_by_start ON archived_month (workspace, start);

-- Names that stand in the file's records and in no sum: they must not be taken for unused.
CREATE TABLE archived_name (
    month INTEGER NOT NULL,
    name INTEGER NOT NULL,
    PRIMARY KEY (month, name)
) WITHOUT ROWID;

-- What a workspace no longer keeps: records that started before one moment, and sums before another, in microseconds since 1970.
CREATE TABLE kept_since (
    workspace INTEGER PRIMARY KEY,
    records INTEGER NOT NULL,
    sums INTEGER NOT NULL
);
