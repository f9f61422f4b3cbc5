import { describe, expect, test } from 'vitest';
import type { ActivityEvent } from '../api/client';
import { Changes, fold } from './changes';
import { event } from './fixtures';

const lines = (...events: ActivityEvent[]) =>
  fold(events, () => false).map(({ key, event, times }) => [key, event.cursor, times]);
const opus = { subject: { provider: 'anthropic', model: 'claude-opus-4-8' } };

describe('events as lines', () => {
  test('what is told again is one line with the words of the last', () => {
    const [line, ...others] = fold([event(3, 50), event(2, 20), event(1, 0)], () => false);
    expect(others).toEqual([]);
    expect(line).toMatchObject({ key: 1, times: 3, event: { text: 'event 3' } });
    expect(line!.at - line!.since).toBe(50 * 60_000);
  });

  test('though others lie between', () => {
    const closed = { kind: 'breaker.closed', severity: 'info' };
    expect(lines(event(4, 3, closed), event(3, 2), event(2, 1, closed), event(1, 0))).toEqual([
      [2, 4, 2],
      [1, 3, 2],
    ]);
  });

  test('and whatever order the names come in', () => {
    const turned = { subject: { model: 'claude-sonnet-5', provider: 'anthropic' } };
    expect(lines(event(2, 1, turned), event(1, 0))).toEqual([[1, 2, 2]]);
  });

  test('not of another kind, and not about another', () => {
    expect(lines(event(3, 2, opus), event(2, 1), event(1, 0, { kind: 'probe.failed' }))).toEqual([
      [3, 3, 1],
      [2, 2, 1],
      [1, 1, 1],
    ]);
  });

  test('not after more than an hour of quiet', () => {
    expect(lines(event(3, 130), event(2, 70), event(1, 9.9))).toEqual([
      [2, 3, 2],
      [1, 1, 1],
    ]);
  });

  test('an earlier run is a line of its own, and takes up what is before it', () => {
    expect(lines(event(4, 300), event(3, 100), event(2, 50), event(1, 0))).toEqual([
      [4, 4, 1],
      [1, 3, 3],
    ]);
  });

  test('never what somebody did', () => {
    const by = { kind: 'config.applied', severity: 'info', subject: { actor: 'ada' } };
    expect(lines(event(2, 1, by), event(1, 0, by))).toEqual([
      [2, 2, 1],
      [1, 1, 1],
    ]);
  });
});

/** Events that no two are the same of, newest first. */
const different = (from: number, to: number) =>
  Array.from({ length: from - to + 1 }, (_, i) => event(from - i, from - i, { kind: `kind.${from - i}` }));
const page = (items: ActivityEvent[], next: number | null, cursor = items[0]?.cursor ?? 0) => ({
  items,
  next,
  cursor,
  missed: false,
});
const cursors = (changes: Changes) => changes.lines().map((line) => line.event.cursor);

describe('the newest events', () => {
  test('are there once, whether told, read or both', () => {
    const changes = new Changes(10);
    expect(changes.tell(different(5, 4)).map((one) => one.cursor)).toEqual([5, 4]);
    changes.begin(page(different(4, 2), 2));
    expect(changes.tell([...different(6, 6), ...different(5, 5)]).map((one) => one.cursor)).toEqual([6]);
    changes.extend(page(different(2, 1), null));
    expect(cursors(changes)).toEqual([6, 5, 4, 3, 2, 1]);
    expect(changes.earlier).toBeNull();
  });

  test('know which came while somebody looked', () => {
    const changes = new Changes(10);
    changes.begin(page(different(2, 1), null));
    changes.tell(different(3, 3));
    expect(changes.lines().map((line) => line.isNew)).toEqual([true, false, false]);
  });

  test('are no more than so many, and those that were let go can be read again', () => {
    const changes = new Changes(4);
    changes.begin(page(different(3, 1), null));
    changes.tell(different(6, 4));
    expect(cursors(changes)).toEqual([6, 5, 4, 3]);
    expect(changes.earlier).toBe(3);
    expect(changes.isFull).toBe(true);
  });

  test('are read again without losing what is shown of before', () => {
    const changes = new Changes(10);
    changes.begin(page(different(5, 4), 4));
    changes.extend(page(different(3, 2), 2));
    changes.begin(page(different(6, 5), 5));
    expect(cursors(changes)).toEqual([6, 5, 4, 3, 2]);
    expect(changes.earlier).toBe(2);
  });

  test('have no hole: what does not meet the page read goes', () => {
    const changes = new Changes(10);
    changes.begin(page(different(3, 2), 2));
    changes.begin(page(different(9, 7), 7));
    expect(cursors(changes)).toEqual([9, 8, 7]);
    expect(changes.earlier).toBe(7);
  });

  test('told before they could be read, know from the page what lies before', () => {
    const changes = new Changes(10);
    changes.tell(different(5, 5));
    changes.begin(page(different(5, 3), 3));
    expect(cursors(changes)).toEqual([5, 4, 3]);
    expect(changes.earlier).toBe(3);
    changes.clear();
    changes.begin(page([], null));
    expect(cursors(changes)).toEqual([]);
    expect(changes.earlier).toBeNull();
  });
});
