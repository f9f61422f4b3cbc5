-- Requests that another model or provider served than the one asked for are few among many: found without looking at the others.
CREATE INDEX record_by_handoff ON record (workspace, started_at) WHERE handoff_reason_id <> 0;
