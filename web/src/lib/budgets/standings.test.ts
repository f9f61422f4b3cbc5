import { describe, expect, it } from 'vitest';
import type { Budget, BudgetCounter } from '../api/client';
import { filtersOf, rangeOf, standingsOf } from './standings';

const counter = (own: Partial<BudgetCounter>): BudgetCounter => ({
  scope: {},
  spentUsd: '0',
  reservedUsd: '0',
  grantedUsd: '0',
  remainingUsd: '100',
  atRiskUsd: '0',
  stage: 0,
  waiting: 0,
  resetsAt: null,
  grants: [],
  ...own,
});
const budget = (own: Partial<Budget>): Budget => ({
  name: 'team',
  document: 'workspace',
  scope: {},
  limitUsd: '100',
  window: 'month',
  timeZone: 'UTC',
  estimate: 'worst',
  counts: 'billed',
  stages: [],
  counters: [],
  ...own,
});
const list = (...budgets: Budget[]) => ({ at: '2026-11-23T00:00:00Z', budgets, limits: [] });

describe('the standings of budgets', () => {
  it('are those with the least left first, each counter by itself', () => {
    const found = standingsOf(
      list(
        budget({ name: 'calm', counters: [counter({ spentUsd: '10' })] }),
        budget({
          name: 'each',
          counters: [
            counter({ scope: { key: 'a' }, spentUsd: '100', remainingUsd: '0', stage: 100 }),
            counter({ scope: { key: 'b' }, spentUsd: '81', stage: 80 }),
          ],
        }),
        budget({ name: 'unused' }),
      ),
    );
    expect(found.map(({ budget, counter, tone }) => [budget.name, counter?.scope['key'], tone])).toEqual([
      ['each', 'a', 'bad'],
      ['each', 'b', 'warn'],
      ['calm', undefined, 'good'],
      ['unused', undefined, 'good'],
    ]);
  });

  it('have what is granted as room, to the last digit', () => {
    const [found] = standingsOf(
      list(
        budget({
          limitUsd: '0.000000001',
          counters: [
            counter({ grantedUsd: '0.000000003', spentUsd: '0.000000001', remainingUsd: '0.000000003' }),
          ],
        }),
      ),
    );
    expect(found).toMatchObject({ room: 4n, spent: 1n, left: 3n, share: 0.25, tone: 'good' });
  });

  it('of a bound of nothing are full', () => {
    const [found] = standingsOf(list(budget({ limitUsd: '0', counters: [counter({ remainingUsd: '0' })] })));
    expect(found).toMatchObject({ share: 1, tone: 'bad' });
  });
});

describe('what a counter counts', () => {
  it.each([
    [{ team: 'core' }, {}, [{ dimension: 'team', relation: 'in', values: ['core'] }]],
    [{ key: 'ci-*' }, {}, [{ dimension: 'key', relation: 'prefix', values: ['ci-'] }]],
    [{ key: '*' }, { key: 'ann' }, [{ dimension: 'key', relation: 'in', values: ['ann'] }]],
    [
      { model: 'claude-opus-4-8' },
      {},
      [{ dimension: 'requestedModel', relation: 'in', values: ['claude-opus-4-8'] }],
    ],
    [{ 'tag.project': 'x' }, {}, [{ dimension: 'tag.project', relation: 'in', values: ['x'] }]],
    [{ workspace: '*' }, { workspace: 'default' }, []],
    [{ key: 'a*z' }, {}, null],
  ])('%j of %j is %j', (scope, own, filters) => {
    const [found] = standingsOf(
      list(budget({ scope: scope as never, counters: [counter({ scope: own as never })] })),
    );
    expect(filtersOf(found!)).toEqual(filters);
  });
});

describe('the range of a window', () => {
  it.each([
    ['30m', '24h'],
    ['hour', '24h'],
    ['24h', '7d'],
    ['day', '7d'],
    ['week', '30d'],
    ['month', '90d'],
    ['30d', '90d'],
  ])('%s is %s', (window, range) => expect(rangeOf(window)).toBe(range));
});
