/** Counts, tokens and shares as people read them, in the language of the page. */
import { getLocale, getTag } from '../i18n/locale';

/** Ways to write numbers, made when they are first used: the browser takes milliseconds over each. */
const made = new Map<string, Intl.NumberFormat>();

/** A number with a fixed count of decimals, or by other options: `12,480`, `12.480`. */
export function formatNumber(
  value: number | bigint,
  decimals = 0,
  options: Intl.NumberFormatOptions = {},
): string {
  const id = `${decimals} ${JSON.stringify(options)}`;
  let format = made.get(id);
  if (format === undefined) {
    format = new Intl.NumberFormat(getTag(), {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
      ...options,
    });
    made.set(id, format);
  }
  return format.format(value);
}

/** A count with separators: `12,480`. */
export function formatCount(count: number | bigint): string {
  return formatNumber(count);
}

const STEPS: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** A count in three significant figures: `842`, `12.4k`, `3.07M`; a dash for what was not reported. */
export function formatTokens(count: number | null): string {
  if (count === null) return '–';
  // Other languages count in other steps, and have words for them: 万, Mio.
  if (getLocale() !== 'en')
    return formatNumber(count, 0, { notation: 'compact', maximumSignificantDigits: 3 });
  for (let i = 0; i < STEPS.length; i++) {
    const [size, letter] = STEPS[i]!;
    if (count < size) continue;
    const scaled = count / size;
    const text = scaled.toFixed(scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0);
    // Rounding may reach the next step: 999,950 is 1.00M.
    if (text === '1000' && i > 0) return `1.00${STEPS[i - 1]![1]}`;
    return text + letter;
  }
  return formatNumber(count);
}

/** A rate: `0`, `<0.1`, `0.4`, `12`, `12.4`, `1,204`. */
export function formatRate(perMinute: number): string {
  if (perMinute === 0) return '0';
  if (perMinute < 0.05) return `<${formatNumber(0.1, 1)}`;
  return formatNumber(perMinute, perMinute < 100 && !Number.isInteger(perMinute) ? 1 : 0);
}

/** A share of a whole: `0%`, `<1%`, `42%`; a dash when there is no whole. */
export function formatShare(part: number, all: number): string {
  if (all <= 0) return '–';
  const percent = (100 * part) / all;
  const written = (of: number) => formatNumber(of / 100, 0, { style: 'percent' });
  if (percent > 0 && percent < 1) return `<${written(1)}`;
  if (percent > 99 && percent < 100) return `>${written(99)}`;
  return written(percent);
}
