import * as m from '$messages';
import type { SessionItem, SessionNode } from '../api/client';
import { formatExact, toNano } from '../format/money';
import { formatCount, formatNumber } from '../format/numbers';
import { formatSpan } from '../format/time';
import { statusName } from '../requests/status';
import { valueName } from '../scope/words';

const STATES: Readonly<Record<string, () => string>> = {
  active: m.sessions_state_active,
  waiting: m.sessions_state_waiting,
  idle: m.sessions_state_idle,
  ended: m.sessions_state_ended,
};

/** How a session stands, in words; one that the pages do not know yet stands as it is. */
export function stateName(state: string): string {
  return STATES[state]?.() ?? state;
}

/** The colour of how it stands. */
export function stateTone(state: string): 'good' | 'warn' | 'idle' {
  return state === 'active' ? 'good' : state === 'waiting' ? 'warn' : 'idle';
}

/** The beginning of an id that tells sessions apart for people, and that `weir session` takes. */
export function shortId(id: string): string {
  if (id.length <= 13) return id;
  // A UUID of version 7 begins with its time: eight digits are the same for a minute.
  return id.slice(0, id[14] === '7' ? 13 : 8);
}

/** How long it went on, in milliseconds. */
export function lengthOf({ firstAt, lastAt }: Pick<SessionItem, 'firstAt' | 'lastAt'>): number {
  return Math.max(0, Date.parse(lastAt) - Date.parse(firstAt));
}

/** The same in words: `5 h 02 m` where minutes would be many. */
export function lengthName(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 60) return formatSpan(milliseconds);
  return `${formatCount(Math.floor(minutes / 60))} h ${formatNumber(minutes % 60, 0, { minimumIntegerDigits: 2 })} m`;
}

const KINDS: Readonly<Record<string, () => string>> = {
  prompt: m.sessions_kind_prompt,
  agent: m.sessions_kind_agent,
  request: m.sessions_kind_request,
  tool: m.sessions_kind_tool,
  compaction: m.sessions_kind_compaction,
  limit: m.sessions_kind_limit,
  error: m.sessions_kind_error,
  pull_request: m.sessions_kind_pull_request,
  permission: m.sessions_kind_permission,
  mcp_server: m.sessions_kind_mcp_server,
};

/** What kind of step it is. */
export function kindName(kind: string): string {
  return KINDS[kind]?.() ?? kind;
}

/** What a step is called beside its kind; a prompt has no name but its number. */
export function stepName(node: SessionNode, number: number): string {
  if (node.kind === 'prompt') return formatCount(number);
  if (node.kind === 'agent') return node.name ?? node.id;
  return node.name === null && node.kind !== 'request' ? '' : valueName(node.name);
}

export interface Flag {
  readonly tone: 'bad' | 'warn' | 'plain';
  readonly text: string;
}

/** What was amiss with a step, or is to be known of it. */
export function flagsOf(node: SessionNode): Flag[] {
  const flags: Flag[] = [];
  if (node.succeeded === false)
    flags.push({
      tone: 'bad',
      text:
        node.kind === 'permission'
          ? m.sessions_refused()
          : node.kind === 'request'
            ? statusName(node.request?.errorType ?? node.request?.status ?? 'unknown')
            : m.sessions_failed(),
    });
  if (node.cacheMiss)
    flags.push({
      tone: 'warn',
      text: m.sessions_cache_miss({
        tokens: formatCount(node.cacheMiss.tokens),
        cost: formatExact(toNano(node.cacheMiss.extraUsd)),
      }),
    });
  if (node.waitedMs != null && ['permission', 'tool', 'prompt'].includes(node.kind))
    flags.push({ tone: 'plain', text: m.sessions_waited({ time: formatSpan(node.waitedMs) }) });
  if (node.tokens != null)
    flags.push({ tone: 'plain', text: m.sessions_tokens_before({ tokens: formatCount(node.tokens) }) });
  if (node.request?.handoffReason)
    flags.push({
      tone: 'plain',
      text: m.sessions_handed_over({
        reason: node.request.handoffReason,
        model: valueName(node.request.requestedModel),
      }),
    });
  if (node.request?.upstreamDialect)
    flags.push({
      tone: 'plain',
      text: m.sessions_translated({ dialect: node.request.upstreamDialect }),
    });
  return flags;
}
