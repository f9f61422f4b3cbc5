import * as m from '$messages';

const MEASURES: Readonly<Record<string, () => string>> = {
  cpu: m.system_cpu,
  workingSet: m.system_working_set,
  heap: m.system_heap,
  liveHeap: m.system_live_heap,
  allocated: m.system_allocated,
  paused: m.system_paused,
  gen0: m.system_gen0,
  gen1: m.system_gen1,
  gen2: m.system_gen2,
  threads: m.system_threads,
  threadQueue: m.system_thread_queue,
  handles: m.system_handles,
  inFlight: m.system_in_flight,
  journalBytes: m.system_journal_bytes,
  pending: m.system_pending,
  diskFree: m.system_disk_free,
  diskUsed: m.system_disk_used,
  databases: m.system_databases,
  writeAheadLogs: m.system_write_ahead_logs,
};

/** A measure in words; one that the pages do not know yet stands as it is. */
export function measureName(name: string): string {
  return MEASURES[name]?.() ?? name;
}

const COMPONENTS: Readonly<Record<string, () => string>> = {
  gateway: m.system_of_gateway,
  journal: m.system_of_journal,
  ledger: m.system_of_ledger,
  queries: m.system_of_queries,
  api: m.system_of_api,
  limits: m.system_of_limits,
  statusLine: m.system_of_status_line,
};

/** A part of the server in words. */
export function componentName(component: string): string {
  return COMPONENTS[component]?.() ?? component;
}

const KINDS: Readonly<Record<string, () => string>> = {
  'gateway lead': m.system_kind_lead,
  'journal append': m.system_kind_append,
  'ledger batch': m.system_kind_batch,
  'ledger archivedMonths': m.system_kind_archived_months,
  'ledger connections': m.system_kind_connections,
  'ledger statements': m.system_kind_statements,
  'limits estimates': m.system_kind_estimates,
  'statusLine sessions': m.system_kind_sessions,
};

/** What a part does, or holds. Kinds of queries and groups of routes are the API's own names. */
export function kindName(component: string, kind: string): string {
  return KINDS[`${component} ${kind}`]?.() ?? kind;
}
