/** Counts, tokens and shares as people read them. */

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A count with separators: `12,480`. */
export function formatCount(count: number): string {
  return whole.format(count);
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
  for (let i = 0; i < STEPS.length; i++) {
    const [size, letter] = STEPS[i]!;
    if (count < size) continue;
    const scaled = count / size;
    const text = scaled.toFixed(scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0);
    // Rounding may reach the next step: 999,950 is 1.00M.
    if (text === '1000' && i > 0) return `1.00${STEPS[i - 1]![1]}`;
    return text + letter;
  }
  return whole.format(count);
}

/** A rate: `0`, `<0.1`, `0.4`, `12`, `12.4`, `1,204`. */
export function formatRate(perMinute: number): string {
  if (perMinute === 0) return '0';
  if (perMinute < 0.05) return '<0.1';
  return perMinute < 100 && !Number.isInteger(perMinute) ? perMinute.toFixed(1) : whole.format(perMinute);
}

/** A share of a whole: `0%`, `<1%`, `42%`; a dash when there is no whole. */
export function formatShare(part: number, all: number): string {
  if (all <= 0) return '–';
  const percent = (100 * part) / all;
  if (percent > 0 && percent < 1) return '<1%';
  if (percent > 99 && percent < 100) return '>99%';
  return `${Math.round(percent)}%`;
}
