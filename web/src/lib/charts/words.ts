import * as m from '$messages';
import type { Kind } from './plot';

const NAMES: Readonly<Record<Kind, () => string>> = {
  line: m.chart_line,
  area: m.chart_area,
  stacked: m.chart_stacked,
  bar: m.chart_bar,
  heatmap: m.chart_heatmap,
  histogram: m.chart_histogram,
  pie: m.boards_kind_pie,
  treemap: m.boards_kind_treemap,
  funnel: m.boards_kind_funnel,
  scatter: m.boards_kind_scatter,
};

export function kindName(kind: Kind): string {
  return NAMES[kind]();
}
