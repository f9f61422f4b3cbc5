import { describe, expect, it } from 'vitest';
import type { PriceList, RequestItem } from '../api/client';
import { explain, rounded } from './arithmetic';

const rates = (input: string, output: string, more: object = {}) => ({
  input,
  output,
  cacheRead: null,
  cacheWrite5m: null,
  cacheWrite1h: null,
  reasoning: null,
  ...more,
});

const price = (catalogue: string, own: ReturnType<typeof rates>, more: object = {}) => ({
  source: 'catalogue',
  catalogue,
  model: 'm-1',
  displayName: null,
  from: null,
  rates: own,
  tiers: [],
  modes: {},
  webSearchPerThousand: null,
  contextLimit: null,
  outputLimit: null,
  ...more,
});

const list = (...items: object[]) => ({ version: 'v', items }) as unknown as PriceList;
const item = (more: object) =>
  ({
    model: 'm-1',
    requestedModel: 'm-1',
    provider: 'vendor',
    priceMode: null,
    inputTokens: 2471,
    cacheReadTokens: 1024,
    cacheWrite5mTokens: null,
    cacheWrite1hTokens: null,
    outputTokens: 71,
    reasoningTokens: null,
    webSearches: null,
    costUsd: '0.00224955',
    ...more,
  }) as unknown as RequestItem;

describe('what a request costs', () => {
  it('is tokens by price, to the last digit', () => {
    const found = explain(item({}), list(price('vendor', rates('0.75', '4.5', { cacheRead: '0.075' }))));
    expect(found?.steps.map(({ name, count, cost }) => [name, count, rounded(cost)])).toEqual([
      ['input', 2471, 1_853_250n],
      ['cacheRead', 1024, 76_800n],
      ['output', 71, 319_500n],
    ]);
    expect(found?.sum).toBe(2_249_550n);
  });

  it('is said by no price that gives another sum', () => {
    expect(
      explain(item({}), list(price('vendor', rates('0.75', '4.51', { cacheRead: '0.075' })))),
    ).toBeNull();
    expect(explain(item({ costUsd: null }), list(price('vendor', rates('1', '1'))))).toBeNull();
  });

  it("is the provider's own where several prices give it", () => {
    const own = rates('0.75', '4.5', { cacheRead: '0.075' });
    expect(explain(item({}), list(price('other', own), price('vendor', own)))?.source).toBe('vendor');
  });

  it('goes by the tier of the prompt and by the mode', () => {
    const tiers = [
      { abovePromptTokens: 1_000, rates: rates('2', '2') },
      { abovePromptTokens: 5_000, rates: rates('9', '9') },
    ];
    const large = { inputTokens: 3_000_000, cacheReadTokens: null, outputTokens: 1_000_000 };
    expect(
      explain(item({ ...large, costUsd: '36' }), list(price('vendor', rates('1', '1'), { tiers })))?.sum,
    ).toBe(36_000_000_000n);
    const modes = { batch: rates('0.5', '0.5') };
    expect(
      explain(
        item({ ...large, costUsd: '2', priceMode: 'batch' }),
        list(price('vendor', rates('1', '1'), { modes })),
      )?.sum,
    ).toBe(2_000_000_000n);
  });

  it('counts reasoning apart where it has a price, and searches by the thousand', () => {
    const found = explain(
      item({
        inputTokens: 0,
        cacheReadTokens: 0,
        outputTokens: 1_000_000,
        reasoningTokens: 400_000,
        webSearches: 3,
        costUsd: '5.03',
      }),
      list(price('vendor', rates('1', '1', { reasoning: '11' }), { webSearchPerThousand: '10' })),
    );
    expect(found?.steps.map(({ name }) => name)).toEqual(['output', 'reasoning', 'search']);
  });

  it.each([
    [1_500_000n, 2n],
    [2_500_000n, 2n],
    [2_500_001n, 3n],
    [499_999n, 0n],
  ])('%s is rounded half to even: %s', (fine, nano) => {
    expect(rounded(fine)).toBe(nano);
  });
});
