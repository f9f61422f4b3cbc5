import type { ApiClient } from '../api/client';
import { isShape, KINDS, SHAPES, type Kind, type Plot, type Series } from '../charts/plot';
import { explore, nameOf, type Behind, type Explored } from '../explore/answer';
import {
  atAxis,
  drawn,
  exact,
  metricName,
  raw,
  short,
  total,
  type Figure,
  type Metric,
  type Sum,
} from '../explore/figures';
import type { Question } from '../explore/question';
import { toNano } from '../format/money';
import { formatCount } from '../format/numbers';
import * as m from '$messages';
import type { Filter } from '../scope/filters';
import { intervalFor, type Range } from '../scope/range';
import type { Widget } from './board';

/** What the reader looks at, beside a widget's own. */
export interface Look {
  /** Range and zone as the API takes them, and all filters. */
  readonly query: Record<string, string>;
  readonly filters: readonly Filter[];
  readonly range: Range;
  readonly compare: string | null;
}

/** A widget's answer: a chart, or what else it draws of the figures. */
export interface Shown {
  readonly explored: Explored;
  /** Null for what is no chart. */
  readonly plot: Plot | null;
  readonly behind: (at: number, series: number) => Behind | null;
}

function isChart(kind: string): kind is Kind {
  return ([...KINDS, ...SHAPES] as readonly string[]).includes(kind);
}

/** Members that a shape shows; the others are one more. */
const MEMBERS = 9;

/** Asks what a widget shows. */
export async function ask(
  api: ApiClient,
  widget: Widget,
  look: Look,
): Promise<{ readonly data: Shown } | { readonly data: null; readonly words: string }> {
  const metric = widget.metric as Metric;
  const question: Question = {
    metric,
    by: widget.by ?? [],
    interval: intervalFor(look.range, new Date()),
    kind: isChart(widget.kind) && !isShape(widget.kind) ? widget.kind : 'line',
  };
  const outcome = await explore(api, question, look.query, look.filters, widget.compare ?? look.compare);
  if (outcome.data === null) return outcome;
  const explored = outcome.data;
  const plot = !isChart(widget.kind)
    ? null
    : isShape(widget.kind)
      ? shapeOf(widget, widget.kind, explored)
      : {
          ...explored.plot,
          ...(widget.threshold === null ? {} : { threshold: Number(widget.threshold) }),
          ...(widget.colour === null ? {} : { first: widget.colour - 1 }),
        };
  const behind = (at: number, series: number): Behind | null => {
    if (!isChart(widget.kind) || !isShape(widget.kind)) return explored.behind(at, series);
    const filters = explored.rows.slice(0, MEMBERS)[at]?.filters;
    // What is behind all others is more than one step.
    return filters ? { from: look.query['from'] ?? '', to: look.query['to'] ?? '', filters } : null;
  };
  return { data: { explored, plot, behind } };
}

function shapeOf(widget: Widget, kind: Kind, { rows, rest, plot }: Explored): Plot {
  const metric = widget.metric as Sum;
  const shown = rows.slice(0, MEMBERS);
  const others = rows.slice(MEMBERS);
  const left = total([...others.map(({ value }) => value), rest?.value ?? null]);
  const hasRest = others.length > 0 || rest !== null;
  const figures = [...shown.map(({ value }) => value), ...(hasRest ? [left] : [])];
  const counts = [
    ...shown.map(({ requests }) => requests),
    ...(hasRest ? [others.reduce((all, one) => all + one.requests, rest?.requests ?? 0)] : []),
  ];
  const names = [
    ...shown.map(({ keys }) => nameOf(keys)),
    ...(hasRest ? [m.others_count({ count: formatCount(others.length + (rest?.members ?? 0)) })] : []),
  ];
  const series: Series[] = [
    {
      key: metric,
      name: metricName(metric),
      values: figures.map((figure) => drawn(metric, figure)),
      words: (at) => exact(metric, figures[at] ?? null),
      raw: (at) => raw(metric, figures[at] ?? null),
    },
  ];
  if (kind === 'scatter')
    series.push({
      key: 'across',
      name: m.metric_requests(),
      values: counts,
      words: (at) => formatCount(counts[at] ?? 0),
      raw: (at) => String(counts[at] ?? 0),
    });
  return {
    kind,
    title: plot.title,
    axis: m.dimension(),
    labels: names,
    places: names,
    series,
    format: (value) => atAxis(metric, value),
    formatAcross: formatCount,
    ...(hasRest ? { rest: shown.length } : {}),
    ...(widget.colour === null ? {} : { first: widget.colour - 1 }),
  };
}

/** How a figure lies to a bound: exactly, since both are whole numbers of billionths. */
export function isOver(metric: Metric, figure: Figure, threshold: string): boolean {
  if (figure === null) return false;
  return (metric.endsWith('Usd') ? figure : figure * 1_000_000_000n) > (toNano(threshold) ?? 0n);
}

/** A bound in words. */
export function boundName(metric: Metric, threshold: string): string {
  return metric.endsWith('Usd') ? short(metric, toNano(threshold)) : atAxis(metric, Number(threshold));
}

/** The share of a bound that is reached, from 0 for nothing; 1 and more for all of it. */
export function reached(metric: Metric, figure: Figure, threshold: string): number {
  const whole = Number(threshold);
  return whole === 0 ? 1 : (drawn(metric, figure) ?? 0) / whole;
}
