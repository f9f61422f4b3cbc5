import { describe, expect, it } from 'vitest';
import { changesOf } from './changes';

describe('changesOf', () => {
  it('tells what was and what is of each field that changed', () =>
    expect(
      changesOf({ name: 'a', limit: 5, scope: { team: 'x' } }, { name: 'a', limit: 7, scope: { team: 'y' } }),
    ).toEqual([
      { field: 'limit', before: '5', after: '7' },
      { field: 'scope.team', before: 'x', after: 'y' },
    ]));

  it('knows what came and what went', () =>
    expect(changesOf({ a: 1 }, { b: [1, 2] })).toEqual([
      { field: 'a', before: '1', after: null },
      { field: 'b', before: null, after: '[1,2]' },
    ]));

  it('takes nothing for nothing', () => {
    expect(changesOf(null, null)).toEqual([]);
  });

  it('sees what is null, empty or of another kind', () =>
    expect(changesOf({ a: '5', b: 1 }, { a: 5, b: null, c: {} })).toEqual([
      { field: 'a', before: '5', after: '5' },
      { field: 'b', before: '1', after: 'null' },
      { field: 'c', before: null, after: '{}' },
    ]));

  it('shows what is no map as it stands', () =>
    expect(changesOf(null, '{"cut')).toEqual([{ field: '', before: null, after: '{"cut' }]));
});
