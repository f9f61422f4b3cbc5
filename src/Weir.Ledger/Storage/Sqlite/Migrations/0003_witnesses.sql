-- Who else saw a record (bits, one shifted left by the source's number), and what they do not agree on.
ALTER TABLE record ADD COLUMN also_seen_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE record ADD COLUMN doubts INTEGER NOT NULL DEFAULT 0;

-- What each witness said, in the journal's encoding, of records that more than one saw. The record is what they make together.
CREATE TABLE witness (
    record INTEGER NOT NULL,
    source INTEGER NOT NULL,
    word BLOB NOT NULL,
    PRIMARY KEY (record, source)
) WITHOUT ROWID;

-- Ids that a record was given by another witness before it was known to be the same.
CREATE TABLE alias (
    id INTEGER PRIMARY KEY,
    record INTEGER NOT NULL
);

-- For each run of entries from when to when (microseconds) the records started whose ids are filed in it, and the bits of who
-- saw them: which runs can hold another witness's word on a request.
CREATE TABLE sighting_run (
    run INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    sources INTEGER NOT NULL
);
INSERT INTO sighting_run (run, first, last, sources)
SELECT e.sequence >> 10, min(r.started_at), max(r.started_at), sum(DISTINCT 1 << r.source)
FROM entry e JOIN record r ON r.id = e.record
GROUP BY 1;
