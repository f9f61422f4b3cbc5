import type { Kind } from './plot';

const PARTS: Readonly<Record<Kind, () => Promise<unknown>>> = {
  line: () => import('./kinds/line'),
  area: () => import('./kinds/line'),
  stacked: () => import('./kinds/line'),
  bar: () => import('./kinds/bar'),
  histogram: () => import('./kinds/bar'),
  heatmap: () => import('./kinds/heatmap'),
  pie: () => import('./kinds/pie'),
  treemap: () => import('./kinds/treemap'),
  funnel: () => import('./kinds/funnel'),
  scatter: () => import('./kinds/scatter'),
};

/** ECharts with what one kind of chart needs, and no more. */
export async function load(kind: Kind, hasBound = false) {
  const [{ init }] = await Promise.all([import('./core'), PARTS[kind](), hasBound ? PARTS.line() : null]);
  return init;
}
