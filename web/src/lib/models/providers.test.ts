import { describe, expect, it } from 'vitest';
import type { Standing } from '../now/standings';
import { cachedOf, perMillion, providersOf, tokensOf, type SummaryRow } from './providers';

const row = (keys: Record<string, string | null>, costUsd: string | null, more: Partial<SummaryRow> = {}) =>
  ({
    keys,
    requests: 1,
    inputTokens: 100,
    cacheReadTokens: 600,
    cacheWrite5mTokens: 200,
    cacheWrite1hTokens: 100,
    outputTokens: 1_000,
    unpricedRequests: 0,
    costUsd,
    ...more,
  }) as SummaryRow;

const standing = (provider: string, model: string | null, stands: string | null = 'ready'): Standing => ({
  key: '',
  provider,
  model,
  stands,
  until: null,
  share: 1,
  failures: 0,
  attempts: 0,
});

describe('providers with their models', () => {
  const list = providersOf(
    [
      row({ provider: 'a', model: 'small' }, '0.1'),
      row({ provider: 'a', model: 'large' }, '0.9'),
      row({ provider: 'b', model: null }, '5'),
    ],
    [row({ provider: 'a' }, '1'), row({ provider: 'b' }, '5')],
    [standing('a', 'small', 'open'), standing('a', 'other'), standing('b', ''), standing('c', null, null)],
  );

  it('are the costliest first, with those of which nothing was asked', () =>
    expect(list.map(({ provider, models }) => [provider, models.map(({ model }) => model)])).toEqual([
      ['b', [null]],
      ['a', ['large', 'small', 'other']],
      ['c', []],
    ]));

  it('have what is known from both sides', () => {
    const [b, a, c] = list;
    expect(a!.models[1]).toMatchObject({ figures: { costUsd: '0.1' }, standing: { stands: 'open' } });
    expect(a!.models[0]!.standing).toBeNull();
    expect(a!.models[2]!.figures).toBeNull();
    expect(b!.models[0]).toMatchObject({ figures: { costUsd: '5' }, standing: { model: '' } });
    expect(c).toMatchObject({ figures: null, isConfigured: true });
    expect(a!.isConfigured).toBe(true);
  });

  it('of the ledger alone are not configured', () =>
    expect(providersOf([], [row({ provider: 'gone' }, '1')], [])[0]).toMatchObject({
      provider: 'gone',
      isConfigured: false,
    }));
});

describe('figures', () => {
  it('hold all classes of tokens', () => {
    expect(cachedOf(row({}, '1'))).toEqual([600, 1_000]);
    expect(tokensOf(row({}, '1'))).toBe(2_000);
  });

  it('of a million tokens are exact, or not there', () => {
    expect(perMillion(row({}, '0.000000003'))).toBe(1_500n);
    expect(perMillion(row({}, null))).toBeNull();
    expect(perMillion(row({}, '1', { unpricedRequests: 1 }))).toBeNull();
    const nothing = { inputTokens: 0, cacheReadTokens: 0, cacheWrite5mTokens: 0, cacheWrite1hTokens: 0 };
    expect(perMillion(row({}, '0', { ...nothing, outputTokens: 0 }))).toBeNull();
  });
});
