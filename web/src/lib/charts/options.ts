import { isShape, type Plot, type Series } from './plot';
import { shapeOf } from './shapes';

/** The theme's colours of the moment, as a canvas takes them. */
export interface Colours {
  readonly series: readonly string[];
  readonly rest: string;
  readonly text: string;
  readonly line: string;
  readonly ground: string;
  readonly low: string;
  readonly bad: string;
  readonly font: string;
}

const SERIES = [1, 2, 4, 5, 6, 7, 8, 3].map((number) => `--series-${number}`);

/** Reads tokens through an element, since only an element's colour is resolved for the theme. */
export function readColours(probe: HTMLElement): Colours {
  const read = (token: string) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  return {
    series: SERIES.map(read),
    rest: read('--series-rest'),
    text: read('--text-muted'),
    line: read('--line'),
    ground: read('--surface'),
    low: read('--sunken'),
    bad: read('--bad'),
    font: getComputedStyle(probe).fontFamily,
  };
}

/** The colour of a series; one of another period has that of its partner. */
export function colourOf(plot: Plot, index: number, colours: Colours): string {
  const series = plot.series[index]!;
  if (series.role === 'rest') return colours.rest;
  if (series.role === 'before') {
    const partner = plot.series.findIndex((other) => other.role !== 'before' && other.key === series.key);
    return partner < 0 ? colours.rest : colourOf(plot, partner, colours);
  }
  return colours.series[(index + (plot.first ?? 0)) % colours.series.length]!;
}

/** The colour of a member; what the others leave has its own. */
export function colourAt(plot: Plot, at: number, colours: Colours): string {
  return plot.rest === at ? colours.rest : colours.series[(at + (plot.first ?? 0)) % colours.series.length]!;
}

function lineOf(plot: Plot, series: Series, index: number, colours: Colours) {
  const colour = colourOf(plot, index, colours);
  const isBefore = series.role === 'before';
  const isFilled = !isBefore && (plot.kind === 'area' || plot.kind === 'stacked');
  return {
    type: 'line' as const,
    name: series.name,
    data: [...series.values],
    // A single place is a point: a line needs two.
    showSymbol: series.values.length === 1,
    symbolSize: 6,
    sampling: 'lttb' as const,
    ...(plot.kind === 'stacked' && !isBefore ? { stack: 'all' } : {}),
    lineStyle: {
      width: plot.kind === 'stacked' && !isBefore ? 0.75 : isBefore ? 1.25 : 1.75,
      color: colour,
      type: isBefore ? [4, 4] : 'solid',
    },
    itemStyle: { color: colour },
    ...(isFilled ? { areaStyle: { color: colour, opacity: plot.kind === 'stacked' ? 0.55 : 0.14 } } : {}),
    emphasis: { disabled: true },
    z: isBefore ? 1 : 2,
  };
}

function barOf(plot: Plot, series: Series, index: number, colours: Colours) {
  return {
    type: 'bar' as const,
    name: series.name,
    data: [...series.values],
    // What was before stands beside what is now, and everything of one time on one another.
    stack: series.role === 'before' ? 'before' : 'now',
    itemStyle: { color: colourOf(plot, index, colours), opacity: series.role === 'before' ? 0.4 : 1 },
    barCategoryGap: plot.kind === 'histogram' ? '4%' : '24%',
    barMaxWidth: plot.kind === 'histogram' ? 400 : 56,
    large: series.values.length > 2_000,
    emphasis: { disabled: true },
  };
}

/** The bound is a line of its own: the part of ECharts that marks lines would weigh more. */
function boundOf(plot: Plot, value: number, colours: Colours) {
  return {
    type: 'line' as const,
    data: plot.labels.map(() => value),
    showSymbol: plot.labels.length === 1,
    lineStyle: { color: colours.bad, width: 1.25, type: 'dashed' as const },
    itemStyle: { color: colours.bad },
    emphasis: { disabled: true },
    z: 3,
  };
}

/** What ECharts is told. Tooltips, legends and tables are the page's own: they are quicker, and say themselves to everybody. */
export function optionsOf(plot: Plot, colours: Colours, width: number) {
  const words = { color: colours.text, fontFamily: colours.font, fontSize: 11 };
  if (isShape(plot.kind)) return shapeOf(plot, colours, words);
  const common = {
    animation: false,
    grid: { left: 4, right: 12, top: 12, bottom: 4, containLabel: true },
    xAxis: {
      type: 'category' as const,
      data: [...plot.labels],
      boundaryGap: plot.kind === 'bar' || plot.kind === 'histogram' || plot.kind === 'heatmap',
      axisLabel: {
        ...words,
        hideOverlap: true,
        interval: every(plot.labels.length, width),
        showMinLabel: true,
      },
      axisLine: { lineStyle: { color: colours.line } },
      axisTick: { show: false },
      splitLine: { show: false },
    },
  };
  if (plot.kind === 'heatmap') {
    const data = plot.series.flatMap(({ values }, y) => values.map((value, x) => [x, y, value ?? '-']));
    return {
      ...common,
      yAxis: {
        type: 'category' as const,
        inverse: true,
        data: plot.series.map(({ name }) => name),
        axisLabel: words,
        axisLine: { show: false },
        axisTick: { show: false },
      },
      visualMap: {
        type: 'continuous' as const,
        show: false,
        min: 0,
        max: Math.max(...plot.series.flatMap(({ values }) => values.map((value) => value ?? 0)), 1e-12),
        inRange: { color: [colours.low, colours.series[0]!] },
      },
      series: [
        {
          type: 'heatmap' as const,
          data,
          itemStyle: { borderColor: colours.ground, borderWidth: 2, borderRadius: 3 },
          emphasis: { disabled: true },
        },
      ],
    };
  }
  const draw = plot.kind === 'bar' || plot.kind === 'histogram' ? barOf : lineOf;
  return {
    ...common,
    yAxis: {
      type: 'value' as const,
      min: 0,
      splitNumber: 4,
      axisLabel: { ...words, formatter: plot.format },
      splitLine: { lineStyle: { color: colours.line } },
    },
    series: [
      ...plot.series.map((series, index) => draw(plot, series, index, colours)),
      ...(plot.threshold === undefined ? [] : [boundOf(plot, plot.threshold, colours)]),
    ],
  };
}

/** Every how many places are named, so that names have room: some 74 pixels each. */
function every(places: number, width: number): number {
  const room = Math.max(1, Math.floor((width - 60) / 74));
  return Math.max(0, Math.ceil(places / room) - 1);
}
