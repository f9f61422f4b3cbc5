import { describe, expect, test } from 'vitest';
import { formatAgo } from '../now/ago';
import { formatExact, formatMoney, toNano } from './money';
import { formatCount, formatRate, formatShare, formatTokens } from './numbers';
import { endOfDay, formatSpan, startOfDay } from './time';

describe('money', () => {
  test('is exact to the nano-dollar, however large', () => {
    expect(toNano('0.000000001')).toBe(1n);
    expect(toNano('123456789012.000000001')).toBe(123_456_789_012_000_000_001n);
    expect(toNano('-2.5')).toBe(-2_500_000_000n);
    expect(toNano(null)).toBeNull();
  });

  test.each(['', '1.', '.5', '1e3', '1,000', 'NaN', '0.0000000001', ' 1'])('is not %j', (text) => {
    expect(() => toNano(text)).toThrow(RangeError);
  });

  test.each([
    ['0', '$0.00'],
    ['0.000000001', '<$0.0001'],
    ['0.00009', '<$0.0001'],
    ['0.0001', '$0.0001'],
    ['0.08325', '$0.0833'],
    ['1', '$1.00'],
    ['1204.505', '$1,204.51'],
    ['1234567.004', '$1,234,567.00'],
    ['-3.1', '−$3.10'],
  ])('%s reads %s', (usd, text) => {
    expect(formatMoney(toNano(usd))).toBe(text);
  });

  test('that is not known is never zero', () => {
    expect(formatMoney(null)).toBe('unknown');
    expect(formatExact(null)).toBe('unknown');
  });

  test.each([
    ['0', '$0.00'],
    ['1.5', '$1.50'],
    ['0.002241', '$0.002241'],
    ['1234.000000001', '$1,234.000000001'],
  ])('%s is exactly %s', (usd, text) => {
    expect(formatExact(toNano(usd))).toBe(text);
  });
});

describe('counts', () => {
  test.each([
    [0, '0'],
    [842, '842'],
    [1_000, '1.00k'],
    [12_449, '12.4k'],
    [99_960, '100k'],
    [999_499, '999k'],
    [999_950, '1.00M'],
    [3_071_000, '3.07M'],
    [2.5e12, '2.50T'],
  ])('%d tokens read %s', (count, text) => {
    expect(formatTokens(count)).toBe(text);
  });

  test('what was not reported is no zero', () => expect(formatTokens(null)).toBe('–'));
  test('separators', () => expect(formatCount(1_234_567)).toBe('1,234,567'));
  test('rates', () =>
    expect([0, 0.04, 12, 12.44, 1204].map(formatRate)).toEqual(['0', '<0.1', '12', '12.4', '1,204']));
  test('shares', () =>
    expect([
      formatShare(0, 10),
      formatShare(1, 1000),
      formatShare(999, 1000),
      formatShare(1, 2),
      formatShare(0, 0),
    ]).toEqual(['0%', '<1%', '>99%', '50%', '–']));
});

describe('times', () => {
  test('a day goes from midnight to midnight of the reader', () => {
    const noon = new Date(2026, 9, 25, 12);
    expect(startOfDay(noon)).toEqual(new Date(2026, 9, 25));
    expect(endOfDay(noon)).toEqual(new Date(2026, 9, 26));
    expect(endOfDay(new Date(2026, 11, 31, 23, 59))).toEqual(new Date(2027, 0, 1));
  });

  test.each([
    [null, '–'],
    [0, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [9_994, '9.99 s'],
    [59_940, '59.9 s'],
    [59_960, '1 m 00 s'],
    [125_000, '2 m 05 s'],
    [3_600_000, '60 m 00 s'],
  ])('%s milliseconds read %s', (span, text) => {
    expect(formatSpan(span)).toBe(text);
  });
});

describe('how long ago', () => {
  test.each([
    [-5_000, 'now'],
    [59_999, 'now'],
    [60_000, '1 min ago'],
    [3_599_999, '59 min ago'],
    [3_600_000, '1 hr ago'],
    [86_399_999, '23 hr ago'],
    [86_400_000, '1 day ago'],
    [2 * 86_400_000, '2 days ago'],
  ])('%d ms read %s', (span, text) => {
    expect(formatAgo(1_000_000_000_000 - span, 1_000_000_000_000)).toBe(text);
  });
});
