/** What a chart shows: the same for its marks, its words, its table and its file. */

export const KINDS = ['line', 'area', 'stacked', 'bar', 'heatmap', 'histogram'] as const;
/** Kinds whose marks are members of a dimension, not places along an axis. */
export const SHAPES = ['pie', 'treemap', 'funnel', 'scatter'] as const;
export type Kind = (typeof KINDS)[number] | (typeof SHAPES)[number];

export function isShape(kind: Kind): boolean {
  return (SHAPES as readonly string[]).includes(kind);
}

export interface Series {
  /** Tells series apart; not shown. */
  readonly key: string;
  readonly name: string;
  /** For drawing alone; null where there is nothing to draw. */
  readonly values: readonly (number | null)[];
  /** Exactly, as people read it. */
  readonly words: (at: number) => string;
  /** Exactly, as programs read it. */
  readonly raw: (at: number) => string;
  /** `rest` for what the other series leave, `before` for another period: drawn fainter. */
  readonly role?: 'rest' | 'before';
}

export interface Plot {
  readonly kind: Kind;
  /** What is shown, in a few words. */
  readonly title: string;
  /** What the places along the axis are: "Day". */
  readonly axis: string;
  /** Each place along the axis, short. */
  readonly labels: readonly string[];
  /** Each place in full. */
  readonly places: readonly string[];
  readonly series: readonly Series[];
  /** How a value is written at the axis. */
  readonly format: (value: number) => string;
  /** How a value along the other axis is written, where that has values too. */
  readonly formatAcross?: (value: number) => string;
  /** A bound that is drawn across. */
  readonly threshold?: number;
  /** Of a shape: the place that stands for all others. */
  readonly rest?: number;
  /** Which of the colours comes first, from 0. */
  readonly first?: number;
}

/** Where the pointer or the keyboard is: a place along the axis, and for a heatmap a row. */
export interface Point {
  readonly at: number;
  readonly series: number;
}

/** The largest value and where it is; null when nothing is above zero. */
export function highest(plot: Plot): Point | null {
  let best: Point | null = null;
  let most = 0;
  plot.series.forEach(({ values, role }, series) => {
    if (role === 'before') return;
    values.forEach((value, at) => {
      if (value !== null && value > most) {
        most = value;
        best = { at, series };
      }
    });
  });
  return best;
}

/** A point that keys lead to; null where a key leads nowhere. */
export function walk(plot: Plot, from: Point | null, key: string): Point | null {
  const last = { at: plot.labels.length - 1, series: plot.series.length - 1 };
  if (last.at < 0 || last.series < 0) return null;
  const start = from ?? { at: last.at + (key === 'ArrowRight' ? -last.at - 1 : 1), series: 0 };
  const within = (value: number, most: number) => Math.max(0, Math.min(most, value));
  switch (key) {
    case 'ArrowLeft':
      return { ...start, at: within(start.at - 1, last.at) };
    case 'ArrowRight':
      return { ...start, at: within(start.at + 1, last.at) };
    case 'ArrowUp':
      return { ...start, at: within(start.at, last.at), series: within(start.series - 1, last.series) };
    case 'ArrowDown':
      return { ...start, at: within(start.at, last.at), series: within(start.series + 1, last.series) };
    case 'Home':
      return { ...start, at: 0 };
    case 'End':
      return { ...start, at: last.at };
    default:
      return null;
  }
}

/** A cell of a CSV file (RFC 4180). What a spreadsheet would take for a formula is written as text. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The chart's figures as a CSV file. */
export function toCsv(plot: Plot): string {
  const lines = [
    [plot.axis, ...plot.series.map(({ name }) => name)],
    ...plot.places.map((place, at) => [place, ...plot.series.map(({ raw }) => raw(at))]),
  ];
  return lines.map((line) => line.map(cell).join(',') + '\r\n').join('');
}
