import { expect, it } from 'vitest';
import { beginOf, inMoments } from './moments';

it.each([
  ['2026-11-23', 'UTC', '2026-11-23T00:00:00.000Z'],
  ['2026-11-23', 'Europe/Berlin', '2026-11-22T23:00:00.000Z'],
  ['2026-11-23', 'America/Los_Angeles', '2026-11-23T08:00:00.000Z'],
  ['2026-11-23', 'Pacific/Kiritimati', '2026-11-22T10:00:00.000Z'],
  // The nights in which clocks are changed, and the days after them.
  ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
  ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
  ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z'],
  ['2026-11-01', 'America/New_York', '2026-11-01T04:00:00.000Z'],
  ['2026-11-02', 'America/New_York', '2026-11-02T05:00:00.000Z'],
])('%s in %s begins at %s', (day, zone, moment) => expect(beginOf(day, zone)).toBe(moment));

it('leaves moments and spans as they are, and says no zone', () =>
  expect(inMoments({ from: '7d', to: '2026-11-23', timezone: 'Europe/Berlin', model: 'a' })).toEqual({
    from: '7d',
    to: '2026-11-22T23:00:00.000Z',
    model: 'a',
  }));
