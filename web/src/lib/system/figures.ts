import * as m from '$messages';
import { formatNumber } from '../format/numbers';
import { formatSpan } from '../format/time';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Bytes in three significant figures: `842 byte`, `12.4 MB`; a dash for what is not known. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return '–';
  let step = 0;
  // What would be written as a thousand belongs to the next unit.
  while (Math.abs(bytes) >= 999.5 * 1000 ** step && step < UNITS.length - 1) step++;
  const scaled = bytes / 1000 ** step;
  const decimals = step === 0 || Math.abs(scaled) >= 99.95 ? 0 : Math.abs(scaled) >= 9.995 ? 1 : 2;
  return formatNumber(scaled, decimals, { style: 'unit', unit: UNITS[step]!, unitDisplay: 'short' });
}

/** A share with the digits that mean something: `0.04%`, `3.2%`, `42%`. */
export function formatPart(share: number | null): string {
  if (share === null) return '–';
  const percent = share * 100;
  const decimals = percent === 0 || percent >= 9.95 ? 0 : percent >= 0.995 ? 1 : 2;
  return formatNumber(share, decimals, { style: 'percent' });
}

/** A figure of a measure, by the API's word for its unit. */
export function formatMeasure(unit: string, value: number | null): string {
  if (value === null) return '–';
  switch (unit) {
    case 'share':
      return formatPart(value);
    case 'bytes':
      return formatBytes(value);
    case 'bytesPerSecond':
      return m.system_per_second({ amount: formatBytes(value) });
    default:
      return formatNumber(value, Number.isInteger(value) ? 0 : 1);
  }
}

/** A short duration: `0.042 ms`, `3.1 ms`, `84 ms`, `1.24 s`. */
export function formatShort(milliseconds: number): string {
  if (milliseconds >= 99.95) return formatSpan(milliseconds);
  const decimals = milliseconds >= 9.995 ? 1 : milliseconds >= 0.995 ? 2 : 3;
  return `${formatNumber(milliseconds, decimals)} ms`;
}

const LENGTHS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** A length of time in its largest unit: `30 days`, `5 sec`. */
export function formatLength(seconds: number): string {
  const [unit, size] = LENGTHS.find(([, size]) => seconds >= size) ?? LENGTHS[3];
  const value = seconds / size;
  return formatNumber(value, value < 9.95 && Math.round(value * 10) % 10 !== 0 ? 1 : 0, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
  });
}
