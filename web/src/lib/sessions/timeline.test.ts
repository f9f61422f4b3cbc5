import { describe, expect, it } from 'vitest';
import type { SessionNode } from '../api/client';
import { cutOf, timelineOf, type Mark } from './timeline';

const mark = (at: number): Mark => ({ at, model: 'm', cost: 1n });
const request = (seconds: number, name: string, costUsd: string | null, children: SessionNode[] = []) =>
  ({
    kind: 'request',
    id: '',
    name,
    startedAt: new Date(1_800_000_000_000 + seconds * 1_000).toISOString(),
    usage: { costUsd },
    children,
  }) as unknown as SessionNode;

describe('the cut', () => {
  it('is the finest that has room', () => {
    expect(cutOf([])).toBeNull();
    expect(cutOf([mark(12_345)])).toEqual({ start: 12_340, width: 10, places: 1 });
    expect(cutOf([mark(0), mark(59_999)])).toEqual({ start: 0, width: 1_000, places: 60 });
    expect(cutOf([mark(0), mark(60_000)])).toEqual({ start: 0, width: 5_000, places: 13 });
  });
  it('has room for years', () => {
    const cut = cutOf([mark(0), mark(6 * 365 * 86_400_000)])!;
    expect(cut.places).toBeLessThanOrEqual(61);
    expect(cut.width % 86_400_000).toBe(0);
  });
});

describe('the timeline', () => {
  const root = {
    kind: 'session',
    children: [
      request(0, 'a', '0.1', [request(0.2, 'b', '0.000000001')]),
      request(2, 'a', null),
      request(2.5, 'a', '0.25'),
      request(4, 'b', null),
    ],
  } as unknown as SessionNode;
  const { plot, cut } = timelineOf(root)!;

  it('holds each request once, at its time and under its model', () => {
    expect([cut.width, cut.places]).toEqual([100, 41]);
    expect(plot.series.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(plot.series[0]!.values.flatMap((value, at) => (value === 0 ? [] : [[at, value]]))).toEqual([
      [0, 0.1],
      [20, null],
      [25, 0.25],
    ]);
    expect(plot.series[1]!.raw(2)).toBe('0.000000001');
  });
  it('says what is not known, and never zero for it', () => {
    expect(plot.series[1]!.values[40]).toBeNull();
    expect(plot.series[1]!.raw(40)).toBe('');
    expect(plot.series[1]!.words(40)).toContain('unknown');
  });
  it('is not there without requests', () =>
    expect(timelineOf({ kind: 'session', children: [] } as unknown as SessionNode)).toBeNull());
});
