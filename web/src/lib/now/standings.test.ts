import { expect, test } from 'vitest';
import type { ProviderHealthList } from '../api/client';
import { standingsOf } from './standings';

type Model = ProviderHealthList['providers'][number]['models'][number];

const model = (name: string, stands: string, other: Partial<Model> = {}): Model => ({
  model: name,
  stands,
  forSeconds: null,
  share: 1,
  failures: 0,
  attempts: 0,
  underWay: null,
  waiting: null,
  limit: null,
  ...other,
});

test('those that are passed over come first, those that nothing is known of last', () => {
  const standings = standingsOf(
    {
      providers: [
        { provider: 'spare', shared: false, off: false, models: [] },
        {
          provider: 'anthropic',
          shared: false,
          off: false,
          models: [
            model('a', 'ready'),
            model('b', 'cooling', { forSeconds: 12.5 }),
            model('c', 'open', { forSeconds: 5, failures: 4, attempts: 5 }),
            model('d', 'ready'),
            model('e', 'a word of a later day'),
          ],
        },
      ],
    },
    1_000_000,
  );
  expect(standings.map(({ provider, model }) => [provider, model])).toEqual([
    ['anthropic', 'c'],
    ['anthropic', 'e'],
    ['anthropic', 'b'],
    ['anthropic', 'a'],
    ['anthropic', 'd'],
    ['spare', null],
  ]);
  expect(standings[0]).toMatchObject({ until: 1_005_000, failures: 4, attempts: 5 });
  expect(standings[2]!.until).toBe(1_012_500);
  expect(standings[3]!.until).toBeNull();
  expect(standings[5]!.stands).toBeNull();
});
