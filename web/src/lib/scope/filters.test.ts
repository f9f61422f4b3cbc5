import { describe, expect, it } from 'vitest';
import { holds, narrowed, readFilters, writeFilters } from './filters';

const read = (query: string) => readFilters(new URLSearchParams(query));

describe('filters', () => {
  it('are read as the API writes them, and nothing else is', () => {
    expect(read('from=7d&model=a,b&model.not=c&project=&tag.env.prefix=pro&metric=x')).toEqual([
      { dimension: 'model', relation: 'in', values: ['a', 'b'] },
      { dimension: 'model', relation: 'not', values: ['c'] },
      { dimension: 'project', relation: 'in', values: [''] },
      { dimension: 'tag.env', relation: 'prefix', values: ['pro'] },
    ]);
  });

  it('of the same name go together, each value once', () => {
    expect(read('model=a&model.in=b,a')).toEqual([
      { dimension: 'model', relation: 'in', values: ['a', 'b'] },
    ]);
  });

  it.each(['model=a,b', 'user.not=ada&key.prefix=ci-', 'team=', 'tag.env.not=prod', 'tag.is.not.in=x'])(
    '%s comes back as it was',
    (query) => {
      const params = new URLSearchParams(writeFilters(read(query)));
      expect(params.toString().replaceAll('%2C', ',')).toBe(query);
    },
  );

  it.each([
    ['model=a,b', 'a', true],
    ['model=a,b', 'c', false],
    ['model=', null, true],
    ['model=', 'a', false],
    ['model.not=a', null, true],
    ['model.not=', null, false],
    ['model.prefix=cl', 'claude', true],
    ['model.prefix=cl', null, false],
    ['model.prefix=cl,', null, true],
    ['model=a&model.not=a', 'a', false],
  ])('%s of %s is %s', (query, value, expected) => {
    expect(holds(read(query), () => value)).toBe(expected);
  });

  it('narrow: one of takes the place of one of, none of adds to none of', () => {
    const filters = read('model=a,b&user.not=x');
    expect(narrowed(filters, 'model', ['b'])).toEqual(read('user.not=x&model=b'));
    expect(narrowed(filters, 'user', ['y', null], 'not')).toEqual(read('model=a,b&user.not=x,y,'));
  });
});
