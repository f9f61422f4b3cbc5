import { KINDS, type Kind } from '../charts/plot';
import { isDimension } from '../scope/filters';
import { INTERVALS, intervalFor, type Interval, type Range } from '../scope/range';
import { isSpread, SPREADS, SUMS, type Metric } from './figures';

/** What Explore is asked, beside range and filters. All of it stands in the address. */
export interface Question {
  readonly metric: Metric;
  /** None, one or two dimensions. */
  readonly by: readonly string[];
  readonly interval: Interval;
  readonly kind: Kind;
}

/** The kinds of chart that a figure can be drawn as. */
export function kindsOf(metric: Metric): readonly Kind[] {
  return isSpread(metric) ? ['histogram'] : KINDS.filter((kind) => kind !== 'histogram');
}

/** Reads it from the address; what makes no sense is as if it were not there. */
export function readQuestion(own: (name: string) => string | null, range: Range, now: Date): Question {
  const word = own('metric');
  const metric = [...SUMS, ...SPREADS].find((one) => one === word) ?? 'costUsd';
  const named = own('by');
  const by = [...new Set((named ?? 'model').split(','))].filter(isDimension).slice(0, 2);
  const kinds = kindsOf(metric);
  return {
    metric,
    by: named === 'none' ? [] : by,
    interval: INTERVALS.find((one) => one === own('interval')) ?? intervalFor(range, now),
    kind: kinds.find((one) => one === own('chart')) ?? (isSpread(metric) ? 'histogram' : 'stacked'),
  };
}
