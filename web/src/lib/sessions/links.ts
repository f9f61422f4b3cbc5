import type { SessionNode } from '../api/client';
import type { Filter } from '../scope/filters';
import { scope } from '../scope/scope.svelte';

/** A range that holds a step whole, to the second. */
function around(node: SessionNode): { from: string; to: string } | null {
  const from = node.startedAt ?? node.endedAt;
  if (from === null) return null;
  const end = Math.max(
    Date.parse(from) + (node.durationMs ?? 0),
    node.endedAt === null ? 0 : Date.parse(node.endedAt),
  );
  return {
    from: new Date(Date.parse(from) - 1_000).toISOString(),
    to: new Date(end + 1_000).toISOString(),
  };
}

/** Where a step leads: a request to itself, a subagent and a prompt to the requests of their time; null for any other. */
export function linkOf(node: SessionNode, session: string): string | null {
  const range = around(node);
  const of = (dimension: string, value: string): Filter => ({ dimension, relation: 'in', values: [value] });
  if (range === null) return null;
  switch (node.kind) {
    case 'request':
      return scope.link('/requests', { range, filters: [of('session', session)], own: { id: node.id } });
    case 'agent':
      return scope.link('/requests', {
        range,
        filters: [of('session', session), of('agent', node.id)],
      });
    case 'prompt':
      return scope.link('/requests', { range, filters: [of('session', session)] });
    default:
      return null;
  }
}
