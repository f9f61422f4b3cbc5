import type { PriceList, RequestItem } from '../api/client';
import { toNano } from '../format/money';

/** A class of tokens at its price. */
export interface Step {
  readonly name: 'input' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h' | 'output' | 'reasoning' | 'search';
  /** Tokens; searches for `search`. */
  readonly count: number;
  /** Nano-dollars for a million of them; for a thousand searches. */
  readonly price: bigint;
  /** What they cost, in thousandths of a nano-dollar's thousandth (10⁻¹⁵ dollars): exact. */
  readonly cost: bigint;
}

export interface Arithmetic {
  readonly steps: readonly Step[];
  /** The prices that give exactly what was charged: `anthropic`, or the configuration. */
  readonly source: string;
  readonly model: string;
  /** The sum, rounded half-even once to nano-dollars. */
  readonly sum: bigint;
}

type Price = PriceList['items'][number];
type Rates = Price['rates'];

const FINE = 1_000_000n;

/** Rounds 10⁻¹⁵ dollars to 10⁻⁹, half to even, as the ledger does once for each record. */
export function rounded(fine: bigint): bigint {
  const [whole, rest] = [fine / FINE, fine % FINE];
  const half = FINE / 2n;
  return rest > half || (rest === half && whole % 2n === 1n) ? whole + 1n : whole;
}

function stepsOf(item: RequestItem, rates: Rates, perThousand: string | null): Step[] | null {
  const output = item.outputTokens ?? 0;
  // Reasoning is a part of the output; it stands alone where it has a price of its own.
  const reasoning = rates.reasoning === null ? 0 : (item.reasoningTokens ?? 0);
  const classes: [Step['name'], number, string | null][] = [
    ['input', item.inputTokens ?? 0, rates.input],
    ['cacheRead', item.cacheReadTokens ?? 0, rates.cacheRead ?? rates.input],
    ['cacheWrite5m', item.cacheWrite5mTokens ?? 0, rates.cacheWrite5m ?? rates.input],
    ['cacheWrite1h', item.cacheWrite1hTokens ?? 0, rates.cacheWrite1h ?? rates.cacheWrite5m ?? rates.input],
    ['output', output - reasoning, rates.output],
    ['reasoning', reasoning, rates.reasoning],
  ];
  const steps: Step[] = [];
  for (const [name, count, usd] of classes) {
    if (count === 0) continue;
    if (usd === null) return null;
    const price = toNano(usd);
    steps.push({ name, count, price, cost: BigInt(count) * price });
  }
  const searches = item.webSearches ?? 0;
  if (searches > 0) {
    if (perThousand === null) return null;
    const price = toNano(perThousand);
    steps.push({ name: 'search', count: searches, price, cost: BigInt(searches) * price * 1_000n });
  }
  return steps;
}

/** The rates of a price that hold for a request: its mode's, and those for prompts as large as its own. */
function ratesOf(price: Price, item: RequestItem): Rates {
  const mode = item.priceMode === null ? undefined : price.modes[item.priceMode];
  if (mode !== undefined) return mode;
  const prompt =
    (item.inputTokens ?? 0) +
    (item.cacheReadTokens ?? 0) +
    (item.cacheWrite5mTokens ?? 0) +
    (item.cacheWrite1hTokens ?? 0);
  const tier = price.tiers
    .filter(({ abovePromptTokens }) => prompt > abovePromptTokens)
    .toSorted((a, b) => b.abovePromptTokens - a.abovePromptTokens)[0];
  return tier?.rates ?? price.rates;
}

/**
 * How a request's cost comes about: the prices in force whose sum is what was charged, to the last digit. Null when none gives it:
 * it was charged by older prices, or by several attempts. What is shown is never a guess.
 */
export function explain(item: RequestItem, prices: PriceList): Arithmetic | null {
  if (item.costUsd === null) return null;
  const charged = toNano(item.costUsd);
  const names = [item.model, item.requestedModel, item.model?.replace(/-\d{4}-?\d{2}-?\d{2}$/, '')];
  const rank = (price: Price) =>
    (price.source === 'configuration' ? 0 : 4) +
    (price.catalogue === item.provider ? 0 : 2) +
    (price.model === item.model ? 0 : 1);
  const found = prices.items
    .filter(({ source, model }) => source === 'configuration' || names.includes(model))
    .toSorted((a, b) => rank(a) - rank(b));
  for (const price of found) {
    const steps = stepsOf(item, ratesOf(price, item), price.webSearchPerThousand);
    if (steps === null || steps.length === 0) continue;
    const sum = rounded(steps.reduce((all, { cost }) => all + cost, 0n));
    if (sum === charged) return { steps, sum, model: price.model, source: price.catalogue ?? price.source };
  }
  return null;
}
