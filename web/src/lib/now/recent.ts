import type { LiveChange, RequestItem, UsageSeries } from '../api/client';
import { toNano, toPlot } from '../format/money';
import { tokensOf } from './today';

/** What the line can show. */
export type Metric = 'tokens' | 'cost' | 'requests';

/** How far back the line goes, in seconds. */
export const WINDOW = 15 * 60;
/** A point of the line is the sum of so many seconds up to it. */
export const SPAN = 10;

const KEPT = WINDOW + SPAN + 60;

/** Evenly spaced points, one a second: `times` in seconds since 1970. */
export interface Line {
  readonly times: number[];
  readonly values: number[];
}

/**
 * The last quarter of an hour, second by second. A request counts when it ends, since that is when it is told. For drawing
 * and for rates alone: money is in floating point here.
 */
export class Recent {
  readonly #bins: Record<Metric, Float64Array> = {
    tokens: new Float64Array(KEPT),
    cost: new Float64Array(KEPT),
    requests: new Float64Array(KEPT),
  };
  #newest: number;

  /** @param now Seconds since 1970. */
  constructor(now: number) {
    this.#newest = Math.floor(now);
  }

  /** Forgets everything. */
  clear(now: number): void {
    for (const bins of Object.values(this.#bins)) bins.fill(0);
    this.#newest = Math.floor(now);
  }

  /** Lets time pass: seconds that are too old make room. */
  advance(now: number): void {
    const second = Math.floor(now);
    for (let s = Math.max(this.#newest + 1, second - KEPT + 1); s <= second; s++) {
      for (const bins of Object.values(this.#bins)) bins[s % KEPT] = 0;
    }
    this.#newest = Math.max(this.#newest, second);
  }

  apply(change: LiveChange): void {
    if (change.before) this.add(change.before, -1);
    this.add(change.request, 1);
  }

  add(item: RequestItem, sign: 1 | -1 = 1): void {
    const second = Math.floor(endOf(item) / 1000);
    this.#put('requests', second, sign);
    this.#put('tokens', second, sign * (tokensOf(item) ?? 0));
    this.#put('cost', second, sign * toPlot(toNano(item.costUsd) ?? 0n));
  }

  /** Fills what lies before a moment with the averages of a series by the minute. */
  fill(metric: Metric, series: UsageSeries, before: number): void {
    const until = Math.floor(before);
    for (const point of series.series[0]?.points ?? []) {
      const start = Math.floor(Date.parse(point.time) / 1000);
      const value = typeof point.value === 'string' ? toPlot(toNano(point.value)) : (point.value as number);
      for (let s = start; s < Math.min(start + 60, until); s++) {
        if (this.#holds(s)) this.#bins[metric][s % KEPT] = value / 60;
      }
    }
  }

  /** The sum of the last full minute. */
  perMinute(metric: Metric): number {
    return this.#sum(metric, this.#newest, 60);
  }

  /** The line up to the newest second. */
  line(metric: Metric): Line {
    const times: number[] = [];
    const values: number[] = [];
    const from = this.#newest - WINDOW;
    let sum = this.#sum(metric, from, SPAN);
    for (let s = from; s <= this.#newest; s++) {
      if (s > from) sum += this.#at(metric, s) - this.#at(metric, s - SPAN);
      times.push(s);
      // What adding and taking away leaves over is no amount.
      values.push(sum < 1e-9 ? 0 : sum);
    }
    return { times, values };
  }

  /** Sums by the minute, oldest first, for those who do not see the line. */
  minutes(metric: Metric): { start: number; value: number }[] {
    const rows = [];
    for (let m = Math.floor(this.#newest / 60) - 14; m <= Math.floor(this.#newest / 60); m++) {
      rows.push({ start: m * 60, value: this.#sum(metric, Math.min(m * 60 + 59, this.#newest), 60, m * 60) });
    }
    return rows;
  }

  #sum(metric: Metric, last: number, seconds: number, first = last - seconds + 1): number {
    let sum = 0;
    for (let s = first; s <= last; s++) sum += this.#at(metric, s);
    return sum;
  }

  #at(metric: Metric, second: number): number {
    return this.#holds(second) ? this.#bins[metric][second % KEPT]! : 0;
  }

  #put(metric: Metric, second: number, value: number): void {
    // A server's clock may be a little ahead of the page's.
    const at = Math.min(second, this.#newest);
    if (this.#holds(at)) this.#bins[metric][at % KEPT]! += value;
  }

  #holds(second: number): boolean {
    return second <= this.#newest && second > this.#newest - KEPT;
  }
}

/** When a request ended, in milliseconds since 1970. */
export function endOf(item: RequestItem): number {
  return Date.parse(item.startedAt) + (item.durationMs ?? 0);
}
