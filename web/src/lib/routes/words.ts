import * as m from '$messages';
import type { RouteExplanation, RouteTarget } from '../api/client';

const FOUND: Readonly<Record<string, (of: { name: string }) => string>> = {
  route: m.routes_by_route,
  listed: m.routes_by_listed,
  named: m.routes_by_named,
  catalogue: m.routes_by_catalogue,
  vendor: m.routes_by_vendor,
  dialect: m.routes_by_dialect,
};

const HANDLINGS: Readonly<Record<string, () => string>> = {
  relayed: m.routes_relayed,
  translated: m.routes_translated,
  'passed-over': m.routes_passed_over,
};

const CREDENTIALS: Readonly<Record<string, () => string>> = {
  weir: m.routes_credential_weir,
  caller: m.routes_credential_caller,
  none: m.routes_credential_none,
  missing: m.routes_credential_missing,
};

const SOURCES: Readonly<Record<string, () => string>> = {
  api: m.routes_source_api,
  file: m.routes_source_file,
  start: m.routes_source_start,
  rollback: m.routes_source_rollback,
};

const OUTCOMES: Readonly<Record<string, () => string>> = {
  same: m.routes_same,
  moved: m.routes_moved,
  refused: m.routes_refused,
  open: m.routes_open,
};

/** How the targets were found, as a sentence; one that the pages do not know yet stands as it is. */
export function foundBy({ by, route }: RouteExplanation): string {
  return by === null ? m.routes_by_nothing() : (FOUND[by]?.({ name: route ?? '' }) ?? by);
}

export function handlingName({ handling }: RouteTarget): string {
  return HANDLINGS[handling]?.() ?? handling;
}

export function credentialName({ credential }: RouteTarget): string {
  return CREDENTIALS[credential]?.() ?? credential;
}

/** How a version came. */
export function sourceName(source: string): string {
  return SOURCES[source]?.() ?? source;
}

/** What would have become of requests. */
export function outcomeName(outcome: string): string {
  return OUTCOMES[outcome]?.() ?? outcome;
}
