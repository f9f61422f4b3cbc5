import { describe, expect, it } from 'vitest';
import { asked, dayIn, endOfPoint, intervalFor, lastDay, ofDays } from './range';

// A Sunday evening in Greenwich, when it is Monday in Tokyo.
const now = new Date('2026-11-22T20:00:00Z');
const from = (text: string) => ({ from: text, to: '' });

describe('a range', () => {
  it('begins by the calendar of its zone', () => {
    expect(dayIn(now, 'UTC')).toBe('2026-11-22');
    expect(asked(from('today'), 'Asia/Tokyo', now)).toEqual({ from: '2026-11-23' });
    expect(asked(from('week'), 'UTC', now)).toEqual({ from: '2026-11-16' });
    expect(asked(from('week'), 'Asia/Tokyo', now)).toEqual({ from: '2026-11-23' });
    expect(asked(from('month'), 'UTC', now)).toEqual({ from: '2026-11-01' });
  });

  it('of a span is left to the API', () => {
    expect(asked(from('7d'), 'UTC', now)).toEqual({ from: '7d' });
    expect(asked({ from: '2026-01-01', to: '2026-02-01' }, 'UTC', now)).toEqual({
      from: '2026-01-01',
      to: '2026-02-01',
    });
  });

  it('of days has its last day inside', () => {
    expect(ofDays('2026-02-27', '2026-02-28')).toEqual({ from: '2026-02-27', to: '2026-03-01' });
    expect(lastDay('2026-03-01')).toBe('2026-02-28');
    expect(lastDay('2026-03-01T12:00:00Z')).toBe('2026-03-01T12:00:00Z');
  });

  it.each([
    ['1h', 'minute'],
    ['24h', 'hour'],
    ['7d', 'day'],
    ['90d', 'day'],
    ['365d', 'week'],
    ['today', 'hour'],
    ['2020-01-01', 'month'],
    ['nonsense', 'day'],
  ])('%s is drawn by the %s', (text, interval) => {
    expect(intervalFor(from(text), now)).toBe(interval);
  });

  it('ends a point where the next one begins', () => {
    expect(endOfPoint(['a', 'b'], 0, 'z')).toBe('b');
    expect(endOfPoint(['a', 'b'], 1, 'z')).toBe('z');
  });
});
