import { describe, expect, test } from 'vitest';
import { created, request } from './fixtures';
import { Newest } from './newest';
import { Recent, SPAN, WINDOW } from './recent';

const NOON = Date.parse('2026-07-02T12:00:00Z') / 1000;

/** A request that ended so many seconds after noon. */
const ended = (seconds: number, id = `req_${seconds}`) =>
  request(id, { startedAt: new Date((NOON + seconds) * 1000 - 1_000).toISOString(), durationMs: 1_000 });

describe('the last quarter of an hour', () => {
  test('counts a request in the second that it ended in, for ten seconds of the line', () => {
    const recent = new Recent(NOON + 100);
    recent.add(ended(80));
    const { times, values } = recent.line('tokens');
    expect(times).toHaveLength(WINDOW + 1);
    expect(times.at(-1)).toBe(NOON + 100);
    const shown = times.filter((_, i) => values[i] === 120);
    expect(shown).toEqual(Array.from({ length: SPAN }, (_, i) => NOON + 80 + i));
    expect(values.filter((value) => value !== 0)).toHaveLength(SPAN);
  });

  test('forgets what is older', () => {
    const recent = new Recent(NOON);
    recent.add(ended(0));
    expect(recent.perMinute('requests')).toBe(1);
    recent.advance(NOON + 59);
    expect(recent.perMinute('requests')).toBe(1);
    recent.advance(NOON + 60);
    expect(recent.perMinute('requests')).toBe(0);
    recent.advance(NOON + WINDOW + 3_600);
    expect(recent.line('requests').values.every((value) => value === 0)).toBe(true);
  });

  test('takes a changed request back before it counts it anew', () => {
    const recent = new Recent(NOON + 10);
    const before = ended(5);
    recent.apply(created(1, before));
    recent.apply({
      sequence: 2,
      kind: 'repriced',
      before,
      request: { ...before, revision: 2, costUsd: '1.5' },
    });
    expect(recent.perMinute('requests')).toBe(1);
    expect(recent.perMinute('cost')).toBeCloseTo(1.5, 9);
  });

  test('is filled with averages of minutes up to where the seconds are known', () => {
    const recent = new Recent(NOON + 120);
    recent.fill(
      'cost',
      {
        metric: 'costUsd',
        interval: 'minute',
        from: '',
        to: '',
        series: [{ keys: {}, points: [{ time: '2026-07-02T12:00:00Z', value: '0.6' }] }],
      },
      NOON + 30,
    );
    const { times, values } = recent.line('cost');
    expect(values[times.indexOf(NOON + 20)]).toBeCloseTo(0.1, 9);
    expect(values[times.indexOf(NOON + 45)]).toBe(0);
  });

  test('a server whose clock is ahead counts now', () => {
    const recent = new Recent(NOON);
    recent.add(ended(3));
    expect(recent.perMinute('requests')).toBe(1);
  });
});

describe('the newest requests', () => {
  test('stand in the order in which they ended, each once, the old ones dropped', () => {
    const newest = new Newest(3);
    newest.reset([ended(1), ended(3), ended(2)]);
    newest.apply(created(4, ended(5)));
    newest.apply(created(5, ended(4)));
    expect(newest.rows.map((row) => row.id)).toEqual(['req_5', 'req_4', 'req_3']);
    expect(newest.rows.map((row) => row.isNew)).toEqual([true, true, false]);
  });

  test('a changed request changes in its place', () => {
    const newest = new Newest(3);
    newest.reset([ended(1), ended(2)]);
    const [first, second] = newest.rows;
    newest.apply({ sequence: 3, kind: 'repriced', before: ended(1), request: { ...ended(1), costUsd: '9' } });
    expect(newest.rows[0]).toBe(first);
    expect(newest.rows[1]).toMatchObject({ id: second!.id, cost: 9_000_000_000n, isNew: false });
  });

  test('what a new snapshot still shows stays the same object', () => {
    const newest = new Newest(3);
    newest.reset([ended(1), ended(2)]);
    const [first] = newest.rows;
    newest.reset([ended(2), ended(3)]);
    expect(newest.rows[1]).toBe(first);
  });
});
