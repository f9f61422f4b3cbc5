import type { ActivityEvent, LiveChange, RequestItem, UsageFigures, UsageSummary } from '../api/client';
import { toNano } from '../format/money';
import { isError, tokensOf } from './today';

/** A request for tests: a good one of 100 input and 20 output tokens at noon, unless told otherwise. */
export function request(id: string, other: Partial<RequestItem> = {}): RequestItem {
  return {
    id,
    revision: 1,
    startedAt: '2026-07-02T12:00:00Z',
    durationMs: 1_000,
    timeToFirstTokenMs: 300,
    model: 'claude-sonnet-5',
    requestedModel: 'claude-sonnet-5',
    provider: 'anthropic',
    key: null,
    user: null,
    team: null,
    project: null,
    session: null,
    agent: null,
    parentAgent: null,
    client: 'claude-code',
    source: 'gateway',
    status: 'ok',
    httpStatus: 200,
    errorType: null,
    route: null,
    handoffReason: null,
    dialect: 'anthropic_messages',
    upstreamDialect: null,
    dropped: [],
    streaming: true,
    priceMode: null,
    inputTokens: 100,
    cacheReadTokens: null,
    cacheWrite5mTokens: null,
    cacheWrite1hTokens: null,
    outputTokens: 20,
    reasoningTokens: null,
    webSearches: null,
    costUsd: '0.0006',
    billedUsd: '0.0006',
    savingsUsd: null,
    billing: 'metered',
    priceVersion: '2026-07-02',
    estimated: false,
    quality: 'measured',
    seenBy: ['gateway'],
    doubts: [],
    upstreamId: null,
    messageId: null,
    tags: {},
    attempts: [],
    ...other,
  };
}

/** An event for tests: a breaker that opened, so many minutes after noon, unless told otherwise. */
export function event(cursor: number, minutes: number, other: Partial<ActivityEvent> = {}): ActivityEvent {
  return {
    cursor,
    at: new Date(Date.parse('2026-07-02T12:00:00Z') + minutes * 60_000).toISOString(),
    instance: false,
    kind: 'breaker.opened',
    severity: 'error',
    subject: { provider: 'anthropic', model: 'claude-sonnet-5' },
    details: {},
    text: `event ${cursor}`,
    ...other,
  };
}

export function created(sequence: number, item: RequestItem): LiveChange {
  return { sequence, kind: 'created', before: null, request: item };
}

/** What the API would answer for a day that has these requests, grouped by model and client. */
export function summary(asOf: number, items: readonly RequestItem[]): UsageSummary {
  const groups = new Map<string, RequestItem[]>();
  for (const item of items) {
    const key = JSON.stringify([item.model, item.client]);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return {
    from: '2026-07-02T00:00:00Z',
    to: '2026-07-03T00:00:00Z',
    asOf,
    rows: [...groups].map(([key, group]) => {
      const [model, client] = JSON.parse(key) as [string | null, string | null];
      return { keys: { model, client }, ...figures(group) };
    }),
    total: figures(items),
  };
}

function figures(items: readonly RequestItem[]): UsageFigures {
  const sum = (pick: (item: RequestItem) => number | null) =>
    items.reduce((all, item) => all + (pick(item) ?? 0), 0);
  const money = (pick: (item: RequestItem) => string | null): string | null => {
    const known = items.map(pick).filter((usd) => usd !== null);
    const nano = known.reduce((all, usd) => all + toNano(usd), 0n);
    return known.length === 0
      ? null
      : `${nano / 1_000_000_000n}.${(nano % 1_000_000_000n).toString().padStart(9, '0')}`;
  };
  const none = { p50: null, p95: null, p99: null };
  return {
    requests: items.length,
    errors: items.filter((item) => isError(item.status)).length,
    unpricedRequests: items.filter((item) => item.costUsd === null && (tokensOf(item) ?? 0) > 0).length,
    estimatedRequests: 0,
    inputTokens: sum((item) => item.inputTokens),
    cacheReadTokens: sum((item) => item.cacheReadTokens),
    cacheWrite5mTokens: sum((item) => item.cacheWrite5mTokens),
    cacheWrite1hTokens: sum((item) => item.cacheWrite1hTokens),
    outputTokens: sum((item) => item.outputTokens),
    reasoningTokens: 0,
    costUsd: money((item) => item.costUsd),
    billedUsd: money((item) => item.billedUsd),
    savingsUsd: null,
    latencyMs: none,
    timeToFirstTokenMs: none,
  };
}
