/**
 * Money as the API gives it: a decimal string of US dollars with at most nine decimals, or null for "unknown".
 * Inside the page it is a whole number of nano-dollars (a BigInt), so that sums are exact.
 */

import { getTag } from '../i18n/locale';
import * as m from '$messages';

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

/** Ways to write money, by the least and the most of their decimals; made when first used. */
const made = new Map<string, Intl.NumberFormat>();

function written(usd: string, least: number, most: number): string {
  const id = `${least} ${most}`;
  let format = made.get(id);
  if (format === undefined) {
    format = new Intl.NumberFormat(getTag(), {
      style: 'currency',
      currency: 'USD',
      currencyDisplay: 'narrowSymbol',
      minimumFractionDigits: least,
      maximumFractionDigits: most,
    });
    made.set(id, format);
  }
  // From text, since a number would lose the last digits of a large amount.
  // Some languages write the country too, and every amount is of the same one.
  return format
    .format(usd as Intl.StringNumericLiteral)
    .replace('-', '−')
    .replace('US$', '$');
}

/** The same amount as the API writes it: `-0.5`, `12`. */
export function fromNano(nano: bigint): string {
  const negative = nano < 0n;
  const digits = (negative ? -nano : nano).toString().padStart(10, '0');
  const fraction = digits.slice(-9).replace(/0+$/, '');
  return `${negative ? '-' : ''}${digits.slice(0, -9)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Dollars to a chosen number of decimals, rounded half away from zero, all of them written. */
function rounded(nano: bigint, decimals: number): string {
  const negative = nano < 0n;
  const unit = 10n ** BigInt(9 - decimals);
  const units = ((negative ? -nano : nano) + unit / 2n) / unit;
  return written(fromNano((negative ? -units : units) * unit), decimals, decimals);
}

/** How an amount that is not known is shown: never as zero. */
export const unknown = () => m.unknown();

/**
 * An amount for reading: `$1,204.50` from a dollar up, `$0.0832` below, `<$0.0001` for the smallest, `$0.00` for
 * nothing, and "unknown" for null.
 */
export function formatMoney(nano: bigint | null): string {
  if (nano === null) return unknown();
  if (nano === 0n) return rounded(0n, 2);
  const size = nano < 0n ? -nano : nano;
  if (size >= NANO) return rounded(nano, 2);
  if (size < 100_000n) return nano < 0n ? `>${rounded(-100_000n, 4)}` : `<${rounded(100_000n, 4)}`;
  return rounded(nano, 4);
}

/** An amount to the last nano-dollar that it has, at least two decimals: for titles, where precision is wanted. */
export function formatExact(nano: bigint | null): string {
  if (nano === null) return unknown();
  return written(fromNano(nano), 2, 9);
}

/** Dollars as a floating-point number, for drawing alone: never to be added up. */
export function toPlot(nano: bigint): number {
  return Number(nano) / 1e9;
}
