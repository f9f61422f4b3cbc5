import { describe, expect, test } from 'vitest';
import type { CacheItem, SystemPerformance, SystemStatus } from '../api/client';
import { formatBytes, formatLength, formatMeasure, formatPart, formatShort } from './figures';
import { cachesOf, sparkOf, TIMELINES, timelineOf } from './plots';
import { problemsOf } from './problems';
import { isRange, passedOver, type System } from './system';

const performance: SystemPerformance = {
  since: '2026-07-02T12:00:00Z',
  range: '24h',
  stepSeconds: 300,
  processors: 2,
  times: ['2026-07-02T12:00:00Z', '2026-07-02T12:05:00Z'],
  series: [
    { name: 'cpu', unit: 'share', latest: 0.2, mean: [0.1, null], max: [0.4, null] },
    { name: 'paused', unit: 'share', latest: 0.001, mean: [0.001, null], max: [0.01, null] },
    { name: 'diskFree', unit: 'bytes', latest: 50e9, mean: [50e9, 50e9], max: null },
    { name: 'diskUsed', unit: 'bytes', latest: 50e9, mean: [50e9, 50e9], max: null },
  ],
  heapGrowth: null,
  components: [],
  slowQueries: [],
  caches: [],
};

const system = {
  status: {
    ledger: { pending: 0, refusesBecause: null, writeFailure: null, replayWarning: null },
  } as unknown as SystemStatus,
  performance,
  errors: { since: '2026-07-02T12:00:00Z', patterns: [], forgotten: 0, requests: [] },
  health: null,
} satisfies System;

describe('figures', () => {
  test.each([
    [null, '–'],
    [0, '0 byte'],
    [842, '842 byte'],
    [999.4, '999 byte'],
    [999.6, '1.00 kB'],
    [12_345, '12.3 kB'],
    [999_600, '1.00 MB'],
    [74_806_890_496, '74.8 GB'],
    [5e15, '5,000 TB'],
  ])('%s bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  test.each([
    [null, '–'],
    [0, '0%'],
    [0.0004, '0.04%'],
    [0.0321, '3.2%'],
    [0.42, '42%'],
    [1, '100%'],
  ])('a share of %s is %s', (share, text) => expect(formatPart(share)).toBe(text));

  test.each([
    [0.0424, '0.042 ms'],
    [3.14, '3.14 ms'],
    [84.06, '84.1 ms'],
    [1240, '1.24 s'],
  ])('%s milliseconds are %s', (time, text) => expect(formatShort(time)).toBe(text));

  test.each([
    [0, '0 sec'],
    [5, '5 sec'],
    [5400, '1.5 hr'],
    [2_592_000, '30 days'],
  ])('%s seconds are %s', (time, text) =>
    expect(formatLength(time).replace('secs', 'sec').replace('hrs', 'hr')).toBe(text),
  );

  test('each unit is written in its way', () => {
    expect(formatMeasure('bytesPerSecond', 1e6)).toBe('1.00 MB/s');
    expect(formatMeasure('perMinute', 1.25)).toBe('1.3');
    expect(formatMeasure('count', 3)).toBe('3');
    expect(formatMeasure('count', null)).toBe('–');
  });
});

describe('what is wrong', () => {
  test('is nothing where nothing is', () => expect(problemsOf(system)).toEqual([]));

  test('comes with the gravest first', () => {
    const ledger = {
      ...system.status.ledger,
      writeFailure: 'the disk is full',
      replayWarning: 'two records',
      pending: 10_000,
    };
    const told = problemsOf({
      ...system,
      status: { ...system.status, ledger },
      performance: {
        ...performance,
        series: performance.series.map((one) => (one.name === 'diskFree' ? { ...one, latest: 5e9 } : one)),
        heapGrowth: { bytesPerHour: 12_300_000, leastBytesPerHour: 1, hours: 6.5, collections: 70 },
      },
    });

    expect(told.map(({ tone }) => tone)).toEqual(['bad', 'warn', 'warn', 'warn', 'warn']);
    expect(told[0]!.why).toBe('the disk is full');
    expect(told[1]!.why).toBe('5.00 GB of 55.0 GB are free.');
    expect(told[3]!.why).toContain('12.3 MB an hour');
  });

  test('names what is passed over', () => {
    const health = {
      providers: [
        {
          provider: 'anthropic',
          models: [
            { model: 'one', stands: 'open' },
            { model: 'two', stands: 'ready' },
          ],
        },
        { provider: 'openai', models: [{ model: null, stands: 'cooling' }] },
      ],
    } as never;

    expect(passedOver(health)).toEqual(['anthropic · one', 'openai']);
    expect(passedOver(null)).toEqual([]);
  });
});

describe('plots', () => {
  test('a step of many samples shows the highest too', () => {
    const plot = timelineOf(performance, TIMELINES[0]!, new Date());

    expect(plot.series.map(({ key }) => key)).toEqual(['cpu', 'paused', 'cpu max']);
    expect(plot.series[2]!.role).toBe('before');
    expect(plot.series[0]!.words(0)).toBe('10%');
    expect(plot.series[0]!.words(1)).toBe('–');
    expect(plot.series[0]!.raw(1)).toBe('');
  });

  test('a measure that the server does not know is left out', () =>
    expect(timelineOf(performance, TIMELINES[1]!, new Date()).series).toEqual([]));

  test('a cache stands in the row of its component', () => {
    const cache = (component: string, kind: string, hitShare: number | null) =>
      ({ component, kind, hitShare }) as CacheItem;
    const plot = cachesOf([
      cache('ledger', 'statements', 0.8),
      cache('ledger', 'connections', null),
      cache('limits', 'estimates', 0.5),
    ]);

    expect(plot.series.map(({ name, values }) => [name, values])).toEqual([
      ['Ledger', [0.8, null, null]],
      ['Limits', [null, null, 0.5]],
    ]);
    expect(plot.series[0]!.words(0)).toBe('80%');
  });

  test('a spark leaves gaps open', () => {
    expect(sparkOf([0, 10, null, 5, 10], 100, 20)).toBe('M0.0 20.0L25.0 0.0M75.0 10.0L100.0 0.0');
    expect(sparkOf([0, 0], 100, 20)).toBe('M0.0 20.0L100.0 20.0');
    expect(sparkOf([null, 3], 100, 20)).toBe('');
  });
});

test('ranges are those that the API has', () => {
  expect(isRange('24h')).toBe(true);
  expect(isRange('2h')).toBe(false);
  expect(isRange(null)).toBe(false);
});
