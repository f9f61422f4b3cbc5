import * as m from '$messages';
import { kindName as chartName } from '../charts/words';
import type { Kind } from '../charts/plot';
import { metricName, type Metric } from '../explore/figures';
import { dimensionName } from '../scope/words';
import type { Widget, WidgetKind } from './board';

const OTHERS: Readonly<Record<Exclude<WidgetKind, Kind>, () => string>> = {
  number: m.boards_kind_number,
  gauge: m.boards_kind_gauge,
  table: m.boards_kind_table,
  sessions: m.boards_kind_sessions,
  text: m.boards_kind_text,
};

export function kindName(kind: WidgetKind): string {
  return kind in OTHERS ? OTHERS[kind as keyof typeof OTHERS]() : chartName(kind as Kind);
}

/** What stands over a widget: its own title, or what it shows in a few words. */
export function titleOf(widget: Widget): string {
  if (widget.title) return widget.title;
  if (widget.metric === null) return kindName(widget.kind);
  const metric = metricName(widget.metric as Metric);
  const dimensions = (widget.by ?? []).map(dimensionName).join(', ');
  return dimensions === '' ? metric : m.metric_by({ metric, dimensions });
}
