-- The combinations of dimensions that rollups count by. Numbers ending in _id point into name; 0 is "unknown".
-- set_no 0 has every dimension but session and agent (both 0 there); lineage says whether its records had one of them.
-- set_no 1 has every dimension, for records with a session or an agent alone.
CREATE TABLE rollup_key (
    id INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL,
    set_no INTEGER NOT NULL,
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
    client_id INTEGER NOT NULL,
    session_id INTEGER NOT NULL,
    agent_id INTEGER NOT NULL
);
CREATE UNIQUE INDEX rollup_key_by_dimensions ON rollup_key (
    session_id, model_id, key_id, project_id, user_id, client_id, agent_id, requested_model_id, provider_id, route_id,
    team_id, status, source, lineage, set_no, workspace
);

-- Sums for one combination in one span of time: width 0 is a quarter of an hour, 1 an hour, 2 a day, all UTC; start in
-- seconds since 1970. Money in nano-dollars. Sketches as docs/formats/sketch.md has them; NULL when nothing was measured.
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
