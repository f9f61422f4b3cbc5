import { describe, expect, it } from 'vitest';
import type { HandoffItem } from '../api/client';
import { endsOf, mapOf, pairsOf, typesOf } from './pairs';

const item = (more: Partial<HandoffItem>): HandoffItem => ({
  kind: 'model',
  id: 'req_1',
  at: '2026-11-21T16:46:13Z',
  session: null,
  reason: 'route',
  requestedModel: 'large',
  requestedProvider: 'a',
  model: 'small',
  provider: 'a',
  fromAgent: null,
  agentType: null,
  toolCall: null,
  fromSession: null,
  requests: 1,
  totalTokens: 10,
  costUsd: '0.1',
  requestedCostUsd: null,
  savingsUsd: null,
  ...more,
});
const agent = (id: string, agentType: string | null, fromAgent: string | null) =>
  item({ kind: 'subagent', id, agentType, fromAgent });

describe('both ends', () => {
  const types = typesOf([agent('a1', 'Explore', null), agent('a2', null, 'a1')]);
  it.each([
    [item({}), 'large', 'small'],
    [item({ model: 'large', provider: 'b' }), 'large · a', 'large · b'],
    [agent('a1', 'Explore', null), 'main agent', 'Explore'],
    [agent('a2', null, 'a1'), 'Explore', 'a2'],
    [agent('0123456789abcdef', null, 'fedcba9876543210'), 'fedcba98', '01234567'],
    [item({ kind: 'session', id: 'new', fromSession: 'old' }), 'old', 'new'],
  ])('%#', (one, from, to) => expect(endsOf(one, types)).toEqual({ from, to }));
});

describe('pairs', () => {
  const pairs = pairsOf([
    item({ savingsUsd: '0.000000001' }),
    item({ savingsUsd: '-0.5', costUsd: null, requests: 2 }),
    item({ requestedModel: 'other', costUsd: null }),
    agent('a1', 'Explore', null),
  ]);

  it('are exact sums, and what is not known is none', () =>
    expect(pairs).toEqual([
      {
        kind: 'model',
        from: 'large',
        to: 'small',
        count: 2,
        requests: 3,
        cost: 100_000_000n,
        saved: -499_999_999n,
      },
      {
        kind: 'subagent',
        from: 'main agent',
        to: 'Explore',
        count: 1,
        requests: 1,
        cost: 100_000_000n,
        saved: null,
      },
      { kind: 'model', from: 'other', to: 'small', count: 1, requests: 1, cost: null, saved: null },
    ]));

  it('are rows and columns of the chart', () => {
    expect(mapOf([], 'count')).toBeNull();
    const plot = mapOf(pairs, 'count')!;
    expect(plot.labels).toEqual(['small', 'Explore']);
    expect(plot.series.map(({ name, values }) => [name, values])).toEqual([
      ['large', [2, null]],
      ['main agent', [null, 1]],
      ['other', [1, null]],
    ]);
    const cost = mapOf(pairs, 'cost')!;
    expect(cost.series[0]!.raw(0)).toBe('0.1');
    expect(cost.series[2]!.values).toEqual([null, null]);
    expect(cost.series[2]!.words(0)).toContain('unknown');
    expect(cost.series[2]!.raw(0)).toBe('');
  });
});
