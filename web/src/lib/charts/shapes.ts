import { colourAt, type Colours } from './options';
import type { Plot } from './plot';

interface Words {
  readonly color: string;
  readonly fontFamily: string;
  readonly fontSize: number;
}

/** What ECharts is told of a chart whose marks are members. */
export function shapeOf(plot: Plot, colours: Colours, words: Words) {
  const [figures, across] = plot.series;
  const data = plot.labels.map((name, at) => ({
    name,
    value: figures?.values[at] ?? 0,
    itemStyle: { color: colourAt(plot, at, colours), borderColor: colours.ground, borderWidth: 2 },
  }));
  const own = { data, emphasis: { disabled: true }, label: { show: false } };
  switch (plot.kind) {
    case 'pie':
      return {
        animation: false,
        series: [{ ...own, type: 'pie', radius: ['48%', '92%'], labelLine: { show: false } }],
      };
    case 'funnel':
      return {
        animation: false,
        series: [{ ...own, type: 'funnel', left: 8, right: 8, top: 8, bottom: 8, minSize: '4%', gap: 2 }],
      };
    case 'treemap':
      return {
        animation: false,
        series: [
          {
            ...own,
            type: 'treemap',
            left: 0,
            right: 0,
            top: 0,
            bottom: 0,
            roam: false,
            nodeClick: false,
            breadcrumb: { show: false },
          },
        ],
      };
    default: {
      const axis = {
        type: 'value',
        axisLabel: words,
        axisLine: { lineStyle: { color: colours.line } },
        splitLine: { lineStyle: { color: colours.line } },
      };
      return {
        animation: false,
        grid: { left: 4, right: 16, top: 16, bottom: 22, containLabel: true },
        xAxis: {
          ...axis,
          min: 0,
          splitNumber: 4,
          name: across?.name,
          nameLocation: 'middle',
          nameGap: 24,
          nameTextStyle: words,
          axisLabel: { ...words, hideOverlap: true, formatter: plot.formatAcross },
        },
        yAxis: { ...axis, min: 0, splitNumber: 4, axisLabel: { ...words, formatter: plot.format } },
        series: [
          {
            type: 'scatter',
            symbolSize: 12,
            data: data.map(({ name, value, itemStyle }, at) => ({
              name,
              value: [across?.values[at] ?? 0, value],
              itemStyle,
            })),
            emphasis: { disabled: true },
          },
        ],
      };
    }
  }
}
