-- What many records have in common stands once: the dimensions that sums are made by in rollup_key, the rest in record_kind. Ids of requests
-- and messages are packed (docs/formats/ledger.md), http_status -1 stands for none.
CREATE TABLE record_kind (
    id INTEGER PRIMARY KEY,
    dialect INTEGER NOT NULL,
    upstream_dialect INTEGER NOT NULL,
    streaming INTEGER NOT NULL,
    quality INTEGER NOT NULL,
    billing INTEGER NOT NULL,
    http_status INTEGER NOT NULL,
    error_type_id INTEGER NOT NULL,
    price_mode_id INTEGER NOT NULL,
    price_version_id INTEGER NOT NULL,
    dropped_id INTEGER NOT NULL,
    also_seen_by INTEGER NOT NULL,
    doubts INTEGER NOT NULL
);
CREATE UNIQUE INDEX record_kind_by_values ON record_kind (
    http_status, error_type_id, price_version_id, dialect, upstream_dialect, streaming, quality, billing, price_mode_id, dropped_id,
    also_seen_by, doubts
);
INSERT INTO record_kind (dialect, upstream_dialect, streaming, quality, billing, http_status, error_type_id, price_mode_id,
    price_version_id, dropped_id, also_seen_by, doubts)
SELECT DISTINCT dialect, upstream_dialect, streaming, quality, billing, coalesce(http_status, -1), error_type_id, price_mode_id,
    price_version_id, dropped_id, also_seen_by, doubts
FROM record;
INSERT OR IGNORE INTO rollup_key (workspace, lineage, source, status, provider_id, model_id, requested_model_id, route_id, key_id,
    user_id, team_id, project_id, client_id)
SELECT DISTINCT workspace, session_id <> 0 OR agent_id <> 0, source, status, provider_id, model_id, requested_model_id, route_id, key_id,
    user_id, team_id, project_id, client_id
FROM record;
CREATE TABLE compact (
    id INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    combination INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    duration INTEGER,
    first_token INTEGER,
    session_id INTEGER NOT NULL,
    agent_id INTEGER NOT NULL,
    parent_agent_id INTEGER NOT NULL,
    handoff_reason_id INTEGER NOT NULL,
    input INTEGER,
    cache_read INTEGER,
    cache_write_5m INTEGER,
    cache_write_1h INTEGER,
    output INTEGER,
    reasoning INTEGER,
    web_searches INTEGER,
    cost INTEGER,
    requested_cost INTEGER,
    upstream_ref BLOB,
    message_ref BLOB,
    tags BLOB,
    attempts BLOB
);
INSERT INTO compact
SELECT r.id, r.workspace, r.started_at, r.revision, r.sequence, k.id, d.id, r.duration, r.first_token, r.session_id, r.agent_id,
    r.parent_agent_id, r.handoff_reason_id, r.input, r.cache_read, r.cache_write_5m, r.cache_write_1h, r.output, r.reasoning,
    r.web_searches, r.cost, r.requested_cost, pack_id(r.upstream_ref), pack_id(r.message_ref), r.tags, r.attempts
FROM record r
CROSS JOIN rollup_key k ON k.key_id = r.key_id AND k.model_id = r.model_id AND k.project_id = r.project_id AND k.user_id = r.user_id
    AND k.client_id = r.client_id AND k.requested_model_id = r.requested_model_id AND k.provider_id = r.provider_id
    AND k.route_id = r.route_id AND k.team_id = r.team_id AND k.status = r.status AND k.source = r.source
    AND k.lineage = (r.session_id <> 0 OR r.agent_id <> 0) AND k.workspace = r.workspace
CROSS JOIN record_kind d ON d.http_status = coalesce(r.http_status, -1) AND d.error_type_id = r.error_type_id
    AND d.price_version_id = r.price_version_id AND d.dialect = r.dialect AND d.upstream_dialect = r.upstream_dialect
    AND d.streaming = r.streaming AND d.quality = r.quality AND d.billing = r.billing AND d.price_mode_id = r.price_mode_id
    AND d.dropped_id = r.dropped_id AND d.also_seen_by = r.also_seen_by AND d.doubts = r.doubts
ORDER BY r.id;
DROP TABLE record;
ALTER TABLE compact RENAME TO record;
-- The row id (the record's id) is the index's last key by itself: (workspace, started_at, id).
CREATE INDEX record_by_time ON record (workspace, started_at);
CREATE INDEX record_by_handoff ON record (workspace, started_at) WHERE handoff_reason_id <> 0;

-- The ids of a run in one piece, sorted: eight bytes each, the hash and the entry's place in the run.
ALTER TABLE sighting_run ADD COLUMN ids BLOB;
UPDATE sighting_run SET ids = (SELECT pack_sightings(s.hash, s.place) FROM sighting s WHERE s.run = sighting_run.run);
DROP TABLE sighting;

-- When a record was first stored is told by nothing that asks for it.
UPDATE entry SET at = 0 WHERE revision = 1;
