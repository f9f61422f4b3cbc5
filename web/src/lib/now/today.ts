import type { LiveChange, RequestItem, UsageFigures, UsageSummary } from '../api/client';
import { toNano } from '../format/money';

/** Sums over some requests. Token classes are disjoint; money is in nano-dollars. */
export interface Figures {
  requests: number;
  /** Ended otherwise than well or by the caller's own hang-up. */
  errors: number;
  /** With tokens but no known price: they are in no sum of money. */
  unpriced: number;
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  /** List cost. */
  cost: bigint;
  /** What somebody really pays. */
  billed: bigint;
}

/** A dimension's value with its sums; null is "unknown". */
export interface Share {
  readonly name: string | null;
  readonly figures: Figures;
}

export function nothing(): Figures {
  return {
    requests: 0,
    errors: 0,
    unpriced: 0,
    input: 0,
    output: 0,
    cacheRead: 0,
    cacheWrite: 0,
    cost: 0n,
    billed: 0n,
  };
}

/** Tokens of all classes. */
export function allTokens(figures: Figures): number {
  return figures.input + figures.output + figures.cacheRead + figures.cacheWrite;
}

/** The list cost; null when none of it is known. */
export function knownCost(figures: Figures): bigint | null {
  return figures.cost === 0n && figures.unpriced > 0 ? null : figures.cost;
}

/** Tokens of all classes of one request; null when none were reported. */
export function tokensOf(item: RequestItem): number | null {
  const parts = [
    item.inputTokens,
    item.outputTokens,
    item.cacheReadTokens,
    item.cacheWrite5mTokens,
    item.cacheWrite1hTokens,
  ];
  if (parts.every((part) => part === null)) return null;
  return parts.reduce<number>((sum, part) => sum + (part ?? 0), 0);
}

/** Whether it ended otherwise than well or by the caller's own hang-up. */
export function isError(status: string): boolean {
  return status !== 'ok' && status !== 'caller_aborted';
}

function addSums(sum: Figures, row: UsageFigures): void {
  sum.requests += row.requests;
  sum.errors += row.errors;
  sum.unpriced += row.unpricedRequests;
  sum.input += row.inputTokens;
  sum.output += row.outputTokens;
  sum.cacheRead += row.cacheReadTokens;
  sum.cacheWrite += row.cacheWrite5mTokens + row.cacheWrite1hTokens;
  sum.cost += toNano(row.costUsd) ?? 0n;
  sum.billed += toNano(row.billedUsd) ?? 0n;
}

function addRequest(sum: Figures, item: RequestItem, sign: 1 | -1): void {
  sum.requests += sign;
  if (isError(item.status)) sum.errors += sign;
  if (item.costUsd === null && (tokensOf(item) ?? 0) > 0) sum.unpriced += sign;
  sum.input += sign * (item.inputTokens ?? 0);
  sum.output += sign * (item.outputTokens ?? 0);
  sum.cacheRead += sign * (item.cacheReadTokens ?? 0);
  sum.cacheWrite += sign * ((item.cacheWrite5mTokens ?? 0) + (item.cacheWrite1hTokens ?? 0));
  sum.cost += BigInt(sign) * (toNano(item.costUsd) ?? 0n);
  sum.billed += BigInt(sign) * (toNano(item.billedUsd) ?? 0n);
}

/**
 * The sums of one day, in all, by model and by client: read once from the API, then kept current by what `/live` tells. A
 * summary names the newest change that it holds (`asOf`), and each change its number: adding those above it, each once,
 * gives exactly what the API would answer then.
 */
export class Today {
  readonly total = nothing();
  readonly byModel = new Map<string | null, Figures>();
  readonly byClient = new Map<string | null, Figures>();
  /** The newest change that the sums hold. */
  asOf: number;

  /**
   * @param summary Grouped by model and client.
   * @param from The day's first moment, in milliseconds.
   * @param to Its last, exclusive.
   */
  constructor(
    summary: UsageSummary,
    readonly from: number,
    readonly to: number,
  ) {
    this.asOf = summary.asOf ?? 0;
    addSums(this.total, summary.total);
    for (const row of summary.rows) {
      addSums(of(this.byModel, row.keys['model'] ?? null), row);
      addSums(of(this.byClient, row.keys['client'] ?? null), row);
    }
  }

  /** Takes a change in; those that the sums hold already, and other days', are passed over. */
  apply(change: LiveChange): void {
    if (change.sequence <= this.asOf) return;
    this.asOf = change.sequence;
    if (change.before) this.#add(change.before, -1);
    this.#add(change.request, 1);
  }

  #add(item: RequestItem, sign: 1 | -1): void {
    const time = Date.parse(item.startedAt);
    if (time < this.from || time >= this.to) return;
    addRequest(this.total, item, sign);
    addTo(this.byModel, item.model, item, sign);
    addTo(this.byClient, item.client, item, sign);
  }
}

function of(sums: Map<string | null, Figures>, name: string | null): Figures {
  let sum = sums.get(name);
  if (!sum) sums.set(name, (sum = nothing()));
  return sum;
}

function addTo(
  sums: Map<string | null, Figures>,
  name: string | null,
  item: RequestItem,
  sign: 1 | -1,
): void {
  const sum = of(sums, name);
  addRequest(sum, item, sign);
  // Enriched away from this name: a row of nothing would stay.
  if (sum.requests === 0) sums.delete(name);
}

/** The largest by cost, then by tokens, then by name; what is beyond `most` is summed up in one row without a name. */
export function largest(
  sums: ReadonlyMap<string | null, Figures>,
  most: number,
): { shares: Share[]; others: Share[] } {
  const shares = [...sums].map(([name, figures]) => ({ name, figures: { ...figures } }));
  shares.sort(
    (a, b) =>
      (a.figures.cost === b.figures.cost ? 0 : a.figures.cost < b.figures.cost ? 1 : -1) ||
      allTokens(b.figures) - allTokens(a.figures) ||
      b.figures.requests - a.figures.requests ||
      (a.name ?? '').localeCompare(b.name ?? ''),
  );
  // One row left over takes the room that "1 other" would.
  return shares.length <= most + 1
    ? { shares, others: [] }
    : { shares: shares.slice(0, most), others: shares.slice(most) };
}

/** Sums of sums. */
export function together(shares: readonly Share[]): Figures {
  const sum = nothing();
  for (const { figures } of shares) {
    for (const field of Object.keys(sum) as (keyof Figures)[]) {
      if (field === 'cost' || field === 'billed') sum[field] += figures[field];
      else sum[field] += figures[field];
    }
  }
  return sum;
}
