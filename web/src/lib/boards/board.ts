import type { DashboardItem, DashboardWidget } from '../api/client';
import { SPREADS, SUMS } from '../explore/figures';

/** What is laid out, without what the server says of it: the same that is sent, exported and imported. */
export interface Board {
  readonly title: string;
  readonly visibility: 'private' | 'shared';
  readonly widgets: readonly Widget[];
}

export type WidgetKind = (typeof WIDGET_KINDS)[number];
export const WIDGET_KINDS = [
  'line',
  'area',
  'stacked',
  'bar',
  'heatmap',
  'histogram',
  'pie',
  'treemap',
  'funnel',
  'scatter',
  'number',
  'gauge',
  'table',
  'sessions',
  'text',
] as const;

/** A part of a board; what is null is not said. */
export interface Widget {
  readonly id: string;
  readonly kind: WidgetKind;
  readonly title: string | null;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly metric: string | null;
  readonly by: readonly string[] | null;
  readonly filters: Readonly<Record<string, string>> | null;
  readonly compare: string | null;
  readonly threshold: string | null;
  readonly colour: number | null;
  readonly text: string | null;
}

interface Needs {
  readonly metrics: readonly string[];
  /** How many dimensions at least and at most. */
  readonly by: readonly [number, number];
  /** What it is as wide and as high as at first. */
  readonly size: readonly [number, number];
  readonly compares?: true;
  readonly threshold?: 'may' | 'must';
}

const lines: Needs = { metrics: SUMS, by: [0, 2], size: [6, 5], compares: true, threshold: 'may' };
const parts: Needs = { metrics: SUMS, by: [1, 2], size: [4, 6] };

/** What each kind shows. The server has the last word. */
export const NEEDS: Readonly<Record<WidgetKind, Needs>> = {
  line: lines,
  area: lines,
  stacked: lines,
  bar: lines,
  heatmap: { metrics: SUMS, by: [0, 0], size: [6, 5] },
  histogram: { metrics: SPREADS, by: [0, 2], size: [6, 5] },
  pie: parts,
  treemap: parts,
  funnel: parts,
  scatter: { ...parts, size: [6, 6] },
  number: { metrics: SUMS, by: [0, 0], size: [3, 3], compares: true, threshold: 'may' },
  gauge: { metrics: SUMS, by: [0, 0], size: [3, 3], threshold: 'must' },
  table: { metrics: [...SUMS, ...SPREADS], by: [0, 2], size: [6, 6], compares: true },
  sessions: { metrics: [], by: [0, 0], size: [6, 6] },
  text: { metrics: [], by: [0, 0], size: [3, 3] },
};

/** An id that no other widget has. */
export function newId(widgets: readonly Pick<Widget, 'id'>[]): string {
  for (let number = widgets.length + 1; ; number++) {
    const id = `w${number}`;
    if (!widgets.some((other) => other.id === id)) return id;
  }
}

/** A widget as its kind takes it: what does not fit any more goes, and what is lacking comes. */
export function fitted(widget: Widget): Widget {
  const needs = NEEDS[widget.kind];
  const metric = needs.metrics.includes(widget.metric ?? '') ? widget.metric : (needs.metrics[0] ?? null);
  const by = (widget.by ?? []).slice(0, needs.by[1]);
  const threshold = needs.threshold === undefined ? null : widget.threshold;
  return {
    ...widget,
    metric,
    by: needs.by[1] === 0 ? null : by.length < needs.by[0] ? ['model'] : by,
    filters: widget.kind === 'text' || Object.keys(widget.filters ?? {}).length === 0 ? null : widget.filters,
    compare: needs.compares ? widget.compare : null,
    threshold: threshold ?? (needs.threshold === 'must' ? '100' : null),
    colour: needs.metrics.length === 0 ? null : widget.colour,
    text: widget.kind === 'text' ? (widget.text ?? '') : null,
  };
}

/** A new widget; the place is found for it. */
export function made(kind: WidgetKind, id: string, own: Partial<Widget> = {}): Widget {
  const [w, h] = NEEDS[kind].size;
  return fitted({
    id,
    kind,
    title: null,
    x: 0,
    y: 0,
    w,
    h,
    metric: null,
    by: null,
    filters: null,
    compare: null,
    threshold: null,
    colour: null,
    text: null,
    ...own,
  });
}

function widgetOf(widget: DashboardWidget): Widget {
  return {
    ...made(widget.kind as WidgetKind, widget.id),
    ...(widget as Partial<Widget>),
  };
}

/** What is laid out in what the server answers. */
export function boardOf(item: DashboardItem): Board {
  return {
    title: item.title,
    visibility: item.visibility as Board['visibility'],
    widgets: item.widgets.map(widgetOf),
  };
}

/** The file that is exported: what the API takes. */
export function toFile(board: Board): string {
  return `${JSON.stringify({ title: board.title, visibility: board.visibility, widgets: board.widgets }, null, 2)}\n`;
}

/** A file that was exported; null for what is no such thing. What is in it, the server checks. */
export function fromFile(text: string): Board | null {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  const isBoard =
    typeof found === 'object' &&
    found !== null &&
    'title' in found &&
    typeof found.title === 'string' &&
    'widgets' in found &&
    Array.isArray(found.widgets);
  return isBoard ? (found as Board) : null;
}
