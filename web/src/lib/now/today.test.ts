import { describe, expect, test } from 'vitest';
import type { LiveChange, RequestItem } from '../api/client';
import { created, request, summary } from './fixtures';
import { knownCost, largest, nothing, Today, together } from './today';

const FROM = Date.parse('2026-07-02T00:00:00Z');
const TO = Date.parse('2026-07-03T00:00:00Z');

/** Everything that a day is shown by, as plain values. */
const shown = (day: Today) => ({
  total: day.total,
  models: new Map([...day.byModel].sort()),
  clients: new Map([...day.byClient].sort()),
});

/** A small generator of numbers that is the same in every run. */
function numbers(seed: number) {
  return (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
}

describe('the sums of a day', () => {
  test('follow the changes to exactly what the API would answer then', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const next = numbers(seed);
      const ledger = new Map<string, RequestItem>();
      const changes: LiveChange[] = [];
      const some = (id: string, revision: number) =>
        request(id, {
          revision,
          model: [null, 'claude-sonnet-5', 'gpt-5.5'][next(3)] ?? null,
          client: [null, 'codex', 'claude-code'][next(3)] ?? null,
          status: ['ok', 'rate_limited', 'caller_aborted'][next(3)]!,
          inputTokens: next(5) === 0 ? null : next(5_000),
          outputTokens: next(5) === 0 ? null : next(900),
          cacheReadTokens: next(90_000),
          cacheWrite1hTokens: next(900),
          costUsd: next(4) === 0 ? null : `0.${String(next(1e9)).padStart(9, '0')}`,
          billedUsd: next(4) === 0 ? null : '0.000000001',
        });
      const cut = next(40);
      let early = summary(0, []);
      for (let sequence = 1; sequence <= 60; sequence++) {
        const known = [...ledger.values()];
        const before = known.length > 0 && next(3) === 0 ? known[next(known.length)]! : null;
        const after = before ? some(before.id, before.revision + 1) : some(`req_${sequence}`, 1);
        ledger.set(after.id, after);
        changes.push({ sequence, kind: before ? 'enriched' : 'created', before, request: after });
        if (sequence === cut) early = summary(cut, [...ledger.values()]);
      }
      const followed = new Today(early, FROM, TO);
      // Those that the summary holds are told again, as after a reconnection.
      for (const change of changes.slice(Math.max(0, early.asOf! - 5))) followed.apply(change);
      expect(shown(followed)).toEqual(shown(new Today(summary(60, [...ledger.values()]), FROM, TO)));
    }
  });

  test('leave other days out', () => {
    const day = new Today(summary(0, []), FROM, TO);
    day.apply(created(1, request('before', { startedAt: '2026-07-01T23:59:59.999Z' })));
    day.apply(created(2, request('first', { startedAt: '2026-07-02T00:00:00Z' })));
    day.apply(created(3, request('after', { startedAt: '2026-07-03T00:00:00Z' })));
    expect(day.total.requests).toBe(1);
  });
});

describe('a cost', () => {
  test('is unknown when nothing of it is known, and else what is known of it', () => {
    expect(knownCost(nothing())).toBe(0n);
    expect(knownCost({ ...nothing(), unpriced: 1 })).toBeNull();
    expect(knownCost({ ...nothing(), unpriced: 1, cost: 5n })).toBe(5n);
  });
});

describe('the largest', () => {
  const sums = new Map(
    ['a', 'b', 'c', 'd'].map((name, i) => [name, { ...nothing(), requests: 1, cost: BigInt(i) }] as const),
  );

  test('come first, and the rest is summed up', () => {
    const { shares, others } = largest(sums, 2);
    expect(shares.map((share) => share.name)).toEqual(['d', 'c']);
    expect(together(others)).toEqual({ ...nothing(), requests: 2, cost: 1n });
  });

  test('one too many is shown rather than called others', () => {
    expect(largest(sums, 3).shares).toHaveLength(4);
    expect(largest(sums, 3).others).toEqual([]);
  });
});
