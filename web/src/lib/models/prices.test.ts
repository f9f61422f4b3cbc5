import { expect, it } from 'vitest';
import { pricesOf, undated, type Price } from './prices';

const price = (source: string, catalogue: string | null, model: string) =>
  ({ source, catalogue, model }) as Price;
const list = [
  price('configuration', 'house', 'claude-*'),
  price('configuration', null, 'gpt-5.5'),
  price('catalogue', 'anthropic', 'claude-sonnet-5'),
  price('catalogue', 'amazon-bedrock', 'claude-sonnet-5'),
  price('catalogue', 'anthropic', 'claude-sonnet-50'),
  price('catalogue', 'openai', 'gpt-5.5'),
];

it.each([
  ['anthropic', 'claude-sonnet-5', [2]],
  ['anthropic', 'claude-sonnet-5-20260101', [2]],
  ['vertex', 'claude-sonnet-5', [2, 3]],
  ['house', 'claude-sonnet-5', [0]],
  ['openai', 'gpt-5.5', [1]],
  ['openai', 'gpt-5x5', []],
])('at %s, %s', (provider, model, at) =>
  expect(pricesOf(list, provider, model)).toEqual(at.map((place) => list[place])),
);

it('takes the date off a name', () =>
  expect(['a-2026-01-02', 'a-20260102', 'a-5', 'a-20260102-b'].map(undated)).toEqual([
    'a',
    'a',
    'a-5',
    'a-20260102-b',
  ]));
