/**
 * Money as the API gives it: a decimal string of US dollars with at most nine decimals, or null for "unknown".
 * Inside the page it is a whole number of nano-dollars (a BigInt), so that sums are exact.
 */

const NANO = 1_000_000_000n;
const SHAPE = /^(-?)(\d+)(?:\.(\d{1,9}))?$/;

/** Whole nano-dollars of a decimal string; null for null. Throws for anything else: it would be a fault of the server's. */
export function toNano(usd: string): bigint;
export function toNano(usd: string | null): bigint | null;
export function toNano(usd: string | null): bigint | null {
  if (usd === null) return null;
  const parts = SHAPE.exec(usd);
  if (!parts) throw new RangeError(`not an amount of money: ${usd}`);
  const [, sign, whole = '0', fraction = ''] = parts;
  const nano = BigInt(whole) * NANO + BigInt(fraction.padEnd(9, '0'));
  return sign ? -nano : nano;
}

/** Dollars to a chosen number of decimals, rounded half away from zero. */
function rounded(nano: bigint, decimals: number): string {
  const negative = nano < 0n;
  const unit = 10n ** BigInt(9 - decimals);
  const units = ((negative ? -nano : nano) + unit / 2n) / unit;
  const text = units.toString().padStart(decimals + 1, '0');
  const whole = text.slice(0, text.length - decimals).replace(/\B(?=(\d{3})+$)/g, ',');
  const sign = negative && units > 0n ? '−' : '';
  return decimals === 0 ? `${sign}$${whole}` : `${sign}$${whole}.${text.slice(-decimals)}`;
}

/** How an amount that is not known is shown: never as zero. */
export const UNKNOWN = 'unknown';

/**
 * An amount for reading: `$1,204.50` from a dollar up, `$0.0832` below, `<$0.0001` for the smallest, `$0.00` for
 * nothing, and "unknown" for null.
 */
export function formatMoney(nano: bigint | null): string {
  if (nano === null) return UNKNOWN;
  if (nano === 0n) return '$0.00';
  const size = nano < 0n ? -nano : nano;
  if (size >= NANO) return rounded(nano, 2);
  if (size < 100_000n) return nano < 0n ? '>−$0.0001' : '<$0.0001';
  return rounded(nano, 4);
}

/** An amount to the last nano-dollar that it has, at least two decimals: for titles, where precision is wanted. */
export function formatExact(nano: bigint | null): string {
  if (nano === null) return UNKNOWN;
  const text = rounded(nano, 9);
  return text.replace(/(\.\d{2}\d*?)0+$/, '$1');
}

/** Dollars as a floating-point number, for drawing alone: never to be added up. */
export function toPlot(nano: bigint): number {
  return Number(nano) / 1e9;
}
