import * as m from '$messages';
import { made, type Board, type Widget, type WidgetKind } from './board';
import { withRoom } from './layout';

type Part = readonly [WidgetKind, Partial<Widget>];

export interface Template {
  readonly id: string;
  readonly name: () => string;
  readonly parts: readonly Part[];
}

const number = (metric: string): Part => ['number', { metric, compare: 'previous' }];

/** What most begin with. */
export const TEMPLATES: readonly Template[] = [
  {
    id: 'tokens',
    name: m.boards_template_tokens,
    parts: [
      number('totalTokens'),
      number('inputTokens'),
      number('cacheReadTokens'),
      number('outputTokens'),
      ['stacked', { metric: 'totalTokens', by: ['model'], w: 8, h: 6 }],
      ['pie', { metric: 'totalTokens', by: ['project'] }],
      ['line', { metric: 'cacheReadTokens', by: ['client'] }],
      ['heatmap', { metric: 'totalTokens' }],
    ],
  },
  {
    id: 'cost',
    name: m.boards_template_cost,
    parts: [
      number('costUsd'),
      number('billedUsd'),
      number('savingsUsd'),
      number('requests'),
      ['stacked', { metric: 'costUsd', by: ['model'], w: 8, h: 6, compare: 'previous' }],
      ['treemap', { metric: 'costUsd', by: ['project'] }],
      ['table', { metric: 'costUsd', by: ['user'] }],
      ['pie', { metric: 'costUsd', by: ['team'], w: 6 }],
    ],
  },
  {
    id: 'requests',
    name: m.boards_template_requests,
    parts: [
      number('requests'),
      number('errors'),
      number('totalTokens'),
      number('costUsd'),
      ['area', { metric: 'requests', w: 12, compare: 'previous' }],
      ['heatmap', { metric: 'requests' }],
      ['bar', { metric: 'requests', by: ['client'] }],
      ['sessions', { w: 12 }],
    ],
  },
  {
    id: 'latency',
    name: m.boards_template_latency,
    parts: [
      ['histogram', { metric: 'durationMs' }],
      ['histogram', { metric: 'timeToFirstTokenMs' }],
      ['table', { metric: 'durationMs', by: ['model'] }],
      ['table', { metric: 'timeToFirstTokenMs', by: ['provider'] }],
    ],
  },
  {
    id: 'errors',
    name: m.boards_template_errors,
    parts: [
      number('errors'),
      number('requests'),
      number('totalTokens'),
      number('costUsd'),
      ['bar', { metric: 'errors', by: ['status'], w: 8, h: 6, compare: 'previous' }],
      ['funnel', { metric: 'requests', by: ['status'] }],
      ['table', { metric: 'errors', by: ['model'] }],
      ['table', { metric: 'errors', by: ['provider'] }],
    ],
  },
  {
    id: 'efficiency',
    name: m.boards_template_efficiency,
    parts: [
      number('savingsUsd'),
      number('cacheReadTokens'),
      number('cacheWrite5mTokens'),
      number('outputTokens'),
      ['stacked', { metric: 'savingsUsd', by: ['model'], w: 8, h: 6 }],
      ['pie', { metric: 'cacheReadTokens', by: ['model'] }],
      ['scatter', { metric: 'costUsd', by: ['user'] }],
      ['table', { metric: 'savingsUsd', by: ['project'] }],
    ],
  },
];

/** A board made of a template, its parts beside each other as far as there is room. */
export function fromTemplate(template: Template, visibility: Board['visibility']): Board {
  const widgets: Widget[] = [];
  for (const [kind, own] of template.parts)
    widgets.push(withRoom(widgets, made(kind, `w${widgets.length + 1}`, own)));
  return { title: template.name(), visibility, widgets };
}
