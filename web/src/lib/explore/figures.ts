import * as m from '$messages';
import type { UsageFigures } from '../api/client';
import { formatExact, formatMoney, fromNano, toNano, toPlot } from '../format/money';
import { formatCount, formatTokens } from '../format/numbers';

/** The sums that can be asked for, as the API names them. */
export const SUMS = [
  'costUsd',
  'billedUsd',
  'savingsUsd',
  'requests',
  'errors',
  'totalTokens',
  'inputTokens',
  'cacheReadTokens',
  'cacheWrite5mTokens',
  'cacheWrite1hTokens',
  'outputTokens',
  'reasoningTokens',
] as const;

/** How long requests took: these are spread, not summed up. */
export const SPREADS = ['durationMs', 'timeToFirstTokenMs'] as const;

export type Sum = (typeof SUMS)[number];
export type Spread = (typeof SPREADS)[number];
export type Metric = Sum | Spread;

export function isSpread(metric: Metric): metric is Spread {
  return (SPREADS as readonly string[]).includes(metric);
}

/** An exact figure: whole nano-dollars for money, a count for everything else; null is "unknown". */
export type Figure = bigint | null;

export function isMoney(metric: Metric): boolean {
  return metric.endsWith('Usd');
}

/** A figure as the API answers it. */
export function read(metric: Metric, value: string | number | null | undefined): Figure {
  if (value === null || value === undefined) return null;
  return isMoney(metric) ? toNano(String(value)) : BigInt(value);
}

/** A figure among the sums of a row. */
export function figureOf(metric: Sum, row: UsageFigures): Figure {
  if (metric !== 'totalTokens') return read(metric, row[metric]);
  return BigInt(
    row.inputTokens +
      row.cacheReadTokens +
      row.cacheWrite5mTokens +
      row.cacheWrite1hTokens +
      row.outputTokens,
  );
}

/** All together; what is unknown adds nothing, and all unknown is unknown. */
export function total(figures: readonly Figure[]): Figure {
  return figures.reduce((all, one) => (one === null ? all : (all ?? 0n) + one), null);
}

/** For people, short: `$1.20`, `12.4k`. */
export function short(metric: Metric, figure: Figure): string {
  if (figure === null) return isMoney(metric) ? formatMoney(null) : '–';
  if (isMoney(metric)) return formatMoney(figure);
  return metric.endsWith('Tokens') ? formatTokens(Number(figure)) : formatCount(figure);
}

/** For people, to the last digit. */
export function exact(metric: Metric, figure: Figure): string {
  if (isMoney(metric)) return formatExact(figure);
  return figure === null ? '–' : formatCount(figure);
}

/** For programs, to the last digit. */
export function raw(metric: Metric, figure: Figure): string {
  if (figure === null) return '';
  return isMoney(metric) ? fromNano(figure) : figure.toString();
}

/** For drawing alone. */
export function drawn(metric: Metric, figure: Figure): number | null {
  if (figure === null) return null;
  return isMoney(metric) ? toPlot(figure) : Number(figure);
}

/** A drawn value at an axis. */
export function atAxis(metric: Metric, value: number): string {
  return isMoney(metric)
    ? formatMoney(BigInt(Math.round(value * 1e9)))
    : metric.endsWith('Tokens')
      ? formatTokens(Math.round(value))
      : formatCount(value);
}

const NAMES: Readonly<Record<Metric, () => string>> = {
  costUsd: m.metric_cost,
  billedUsd: m.metric_billed,
  savingsUsd: m.metric_savings,
  requests: m.metric_requests,
  errors: m.metric_errors,
  totalTokens: m.metric_tokens,
  inputTokens: m.metric_input,
  cacheReadTokens: m.metric_cache_read,
  cacheWrite5mTokens: m.metric_cache_write_5m,
  cacheWrite1hTokens: m.metric_cache_write_1h,
  outputTokens: m.metric_output,
  reasoningTokens: m.metric_reasoning,
  durationMs: m.metric_duration,
  timeToFirstTokenMs: m.metric_first_token,
};

export function metricName(metric: Metric): string {
  return NAMES[metric]();
}
