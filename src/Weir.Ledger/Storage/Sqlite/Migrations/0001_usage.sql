-- The texts of dimensions, once per workspace; rows refer to them by a small number, and 0 stands for "unknown".
CREATE TABLE name (
    id INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL,
    hash INTEGER NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX name_by_hash ON name (hash);

-- The newest revision of each usage record. Times and durations in microseconds, money in nano-dollars.
-- Columns ending in _id point into name.
CREATE TABLE record (
    id INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    source INTEGER NOT NULL,
    status INTEGER NOT NULL,
    dialect INTEGER NOT NULL,
    streaming INTEGER NOT NULL,
    quality INTEGER NOT NULL,
    billing INTEGER NOT NULL,
    http_status INTEGER,
    duration INTEGER,
    first_token INTEGER,
    provider_id INTEGER NOT NULL,
    model_id INTEGER NOT NULL,
    requested_model_id INTEGER NOT NULL,
    route_id INTEGER NOT NULL,
    key_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    team_id INTEGER NOT NULL,
    project_id INTEGER NOT NULL,
    session_id INTEGER NOT NULL,
    agent_id INTEGER NOT NULL,
    parent_agent_id INTEGER NOT NULL,
    client_id INTEGER NOT NULL,
    error_type_id INTEGER NOT NULL,
    handoff_reason_id INTEGER NOT NULL,
    price_mode_id INTEGER NOT NULL,
    price_version_id INTEGER NOT NULL,
    input INTEGER,
    cache_read INTEGER,
    cache_write_5m INTEGER,
    cache_write_1h INTEGER,
    output INTEGER,
    reasoning INTEGER,
    web_searches INTEGER,
    cost INTEGER,
    requested_cost INTEGER,
    upstream_ref TEXT,
    message_ref TEXT,
    tags BLOB,
    attempts BLOB
);
-- The row id (the record's id) is the index's last key by itself: (workspace, started_at, id).
CREATE INDEX record_by_time ON record (workspace, started_at);

-- Which records carry a provider's request id or message id, by the hash of workspace and id. A run is 1,024 entries of
-- the ledger and place the entry in it: inside a run the hashes are sorted, so that a batch touches a few pages and not one
-- page for each id; a look-up goes through the runs. A row may outlive its id when a later revision has another: what is
-- found is compared.
CREATE TABLE sighting (
    run INTEGER NOT NULL,
    hash INTEGER NOT NULL,
    place INTEGER NOT NULL,
    workspace INTEGER NOT NULL,
    PRIMARY KEY (run, hash, place)
) WITHOUT ROWID;

-- Every change of every record, in the order it was stored. "before" is the encoded revision that it replaced.
CREATE TABLE entry (
    sequence INTEGER PRIMARY KEY,
    record INTEGER NOT NULL,
    workspace INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    at INTEGER NOT NULL,
    before BLOB
);
CREATE INDEX entry_by_revision ON entry (record, revision) WHERE revision > 1;

CREATE TABLE cursor (
    follower TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

-- The combinations of dimensions that rollups sum by. Numbers ending in _id point into name; 0 is "unknown".
-- rollup_key is the wide set: every dimension but session, agent and tags. lineage is 1 for records that have a session or an
-- agent; they stand in the lineage set too, whose combinations extend those of the wide set. So do those of the tag set, one
-- for each tag of a record.
CREATE TABLE rollup_key (
    id INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL,
    lineage INTEGER NOT NULL,
    source INTEGER NOT NULL,
    status INTEGER NOT NULL,
    provider_id INTEGER NOT NULL,
    model_id INTEGER NOT NULL,
    requested_model_id INTEGER NOT NULL,
    route_id INTEGER NOT NULL,
    key_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    team_id INTEGER NOT NULL,
    project_id INTEGER NOT NULL,
    client_id INTEGER NOT NULL
);
CREATE UNIQUE INDEX rollup_key_by_dimensions ON rollup_key (
    key_id, model_id, project_id, user_id, client_id, requested_model_id, provider_id, route_id, team_id, status, source,
    lineage, workspace
);

-- first and last are the earliest and the latest hour that it has a cell for: one session's records are looked for there.
CREATE TABLE rollup_lineage (
    id INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL,
    key INTEGER NOT NULL,
    session_id INTEGER NOT NULL,
    agent_id INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL
);
CREATE UNIQUE INDEX rollup_lineage_by_session ON rollup_lineage (session_id, key, agent_id);

CREATE TABLE rollup_tag (
    id INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL,
    key INTEGER NOT NULL,
    tag_id INTEGER NOT NULL,
    value_id INTEGER NOT NULL
);
CREATE UNIQUE INDEX rollup_tag_by_value ON rollup_tag (tag_id, value_id, key);

-- Sums for one combination in one span of time. set_no 0 is the wide set, 1 lineage, 2 tags, and key the combination's id there.
-- width 0 is a quarter of an hour, 1 an hour, 2 a day, all UTC; start in seconds since 1970. Money in nano-dollars. Sketches
-- as docs/formats/sketch.md has them; NULL when nothing was measured. A cell that nothing is left of is deleted.
CREATE TABLE rollup (
    workspace INTEGER NOT NULL,
    set_no INTEGER NOT NULL,
    width INTEGER NOT NULL,
    start INTEGER NOT NULL,
    key INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    estimated INTEGER NOT NULL,
    input INTEGER NOT NULL,
    cache_read INTEGER NOT NULL,
    cache_write_5m INTEGER NOT NULL,
    cache_write_1h INTEGER NOT NULL,
    output INTEGER NOT NULL,
    reasoning INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    billed INTEGER NOT NULL,
    savings INTEGER NOT NULL,
    latency BLOB,
    first_token BLOB,
    PRIMARY KEY (workspace, set_no, width, start, key)
) WITHOUT ROWID;
