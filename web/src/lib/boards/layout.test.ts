import { describe, expect, it } from 'vitest';
import { inOrder, moved, put, resized, settled, withRoom, type Placed } from './layout';

const at = (id: string, x: number, y: number, w: number, h: number): Placed => ({ id, x, y, w, h });
const two = [at('a', 0, 0, 6, 4), at('b', 6, 0, 6, 4), at('c', 0, 4, 12, 3)];
const of = (all: readonly Placed[], id: string) => all.find((one) => one.id === id)!;

function lieApart(all: readonly Placed[]) {
  for (const a of all)
    for (const b of all)
      if (a !== b)
        expect(
          a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h,
          `${a.id} over ${b.id}`,
        ).toBe(false);
}

describe('a layout', () => {
  it('closes gaps and keeps its order', () => {
    const all = settled([at('b', 0, 9, 6, 2), at('a', 0, 3, 6, 2)]);
    expect(all.map(({ id, y }) => [id, y])).toEqual([
      ['b', 2],
      ['a', 0],
    ]);
    expect(inOrder(all).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('moves by a column, and others make room', () => {
    const all = moved(two, 'a', 1, 0);
    expect(of(all, 'a')).toMatchObject({ x: 1, y: 0 });
    expect(of(all, 'b').y).toBe(4);
    lieApart(all);
    expect(of(moved(two, 'a', -1, 0), 'a').x).toBe(0);
    expect(of(moved(two, 'b', 1, 0), 'b').x).toBe(6);
  });

  it('moves up and down past the next one, and stays where nothing is', () => {
    const down = moved(two, 'a', 0, 1);
    expect(of(down, 'c').y).toBeLessThan(of(down, 'a').y);
    lieApart(down);
    const up = moved(two, 'c', 0, -1);
    expect(of(up, 'c').y).toBe(0);
    expect(of(up, 'a').y).toBe(3);
    lieApart(up);
    expect(moved(two, 'a', 0, -1)).toEqual(two);
    expect(moved(two, 'c', 0, 1)).toEqual(two);
  });

  it('resizes within its columns and rows', () => {
    expect(of(resized(two, 'b', 1, 0), 'b').w).toBe(6);
    const wide = resized(two, 'a', 2, 1);
    expect(of(wide, 'a')).toMatchObject({ w: 8, h: 5 });
    lieApart(wide);
    expect(of(resized(two, 'a', -99, -99), 'a')).toMatchObject({ w: 1, h: 1 });
  });

  it('finds room, and takes places put by hand', () => {
    expect(withRoom(two, at('d', 0, 0, 3, 2))).toMatchObject({ x: 0, y: 7 });
    expect(withRoom([at('a', 0, 0, 6, 4)], at('d', 0, 0, 3, 2))).toMatchObject({ x: 6, y: 0 });
    const all = put(two, new Map([['c', at('c', 0, 0, 12, 3)]]));
    lieApart(all);
    expect(put(two, new Map())).toEqual(two);
  });
});
