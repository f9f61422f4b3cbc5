import type { Kind } from './plot';

const PARTS: Readonly<Record<Kind, () => Promise<unknown>>> = {
  line: () => import('./kinds/line'),
  area: () => import('./kinds/line'),
  stacked: () => import('./kinds/line'),
  bar: () => import('./kinds/bar'),
  histogram: () => import('./kinds/bar'),
  heatmap: () => import('./kinds/heatmap'),
};

/** ECharts with what one kind of chart needs, and no more. */
export async function load(kind: Kind) {
  const [{ init }] = await Promise.all([import('./core'), PARTS[kind]()]);
  return init;
}
