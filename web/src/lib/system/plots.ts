import * as m from '$messages';
import type { CacheItem, SystemPerformance } from '../api/client';
import type { Plot, Series } from '../charts/plot';
import { formatFull, formatMinute, formatMoment } from '../format/time';
import { formatMeasure, formatPart } from './figures';
import { seriesOf } from './system';
import { componentName, kindName, measureName } from './words';

interface Timeline {
  readonly title: () => string;
  readonly measures: readonly string[];
}

/** Measures that are drawn together: of one unit, and of about one size. */
export const TIMELINES: readonly Timeline[] = [
  { title: m.system_cpu, measures: ['cpu', 'paused'] },
  { title: m.system_working_set, measures: ['workingSet', 'heap', 'liveHeap'] },
  { title: m.system_allocated, measures: ['allocated'] },
  { title: m.system_collections, measures: ['gen0', 'gen1', 'gen2'] },
  { title: m.system_work, measures: ['inFlight', 'threads', 'threadQueue'] },
  { title: m.system_handles, measures: ['handles'] },
  { title: m.system_files, measures: ['databases', 'writeAheadLogs', 'journalBytes'] },
  { title: m.system_disk, measures: ['diskUsed', 'diskFree'] },
];

/** Some measures over time; of the first also the highest, where a step is more than one sample. */
export function timelineOf(performance: SystemPerformance, { title, measures }: Timeline, now: Date): Plot {
  const told = measures.flatMap((name) => seriesOf(performance, name) ?? []);
  const unit = told[0]?.unit ?? 'count';
  const series: Series[] = told.map(({ name, mean }) => line(name, measureName(name), unit, mean));
  const first = told[0];
  if (first?.max) {
    const { name, max } = first;
    series.push({
      ...line(`${name} max`, m.system_highest({ name: measureName(name) }), unit, max),
      role: 'before',
    });
  }
  const times = performance.times.map((time) => new Date(time));
  const isLong = performance.range !== '1h';
  return {
    kind: 'line',
    title: title(),
    axis: m.time(),
    labels: times.map((time) => (isLong ? formatMoment(time, now) : formatMinute(time))),
    places: times.map(formatFull),
    series,
    format: (value) => formatMeasure(unit, value),
  };
}

function line(key: string, name: string, unit: string, values: readonly (number | null)[]): Series {
  return {
    key,
    name,
    values,
    words: (at) => formatMeasure(unit, values[at] ?? null),
    raw: (at) => String(values[at] ?? ''),
  };
}

/** The share of hits by component and kind. */
export function cachesOf(caches: readonly CacheItem[]): Plot {
  const components = [...new Set(caches.map(({ component }) => component))];
  const places = caches.map(({ component, kind }) => kindName(component, kind));
  return {
    kind: 'heatmap',
    title: m.system_cache_hits(),
    axis: m.system_what(),
    labels: places,
    places,
    series: components.map((component) => {
      const shares = caches.map((cache) => (cache.component === component ? cache.hitShare : null));
      return {
        key: component,
        name: componentName(component),
        values: shares,
        words: (at) => formatPart(shares[at] ?? null),
        raw: (at) => String(shares[at] ?? ''),
      };
    }),
    format: formatPart,
  };
}

/** A line of values within a box, as an SVG path; gaps stay open. */
export function sparkOf(values: readonly (number | null)[], width: number, height: number): string {
  const known = values.filter((value) => value !== null);
  const most = Math.max(...known, 0);
  if (known.length < 2) return '';
  let isOpen = false;
  return values
    .map((value, at) => {
      if (value === null) {
        isOpen = false;
        return '';
      }
      const x = (at / (values.length - 1)) * width;
      const y = most === 0 ? height : height * (1 - value / most);
      const step = `${isOpen ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
      isOpen = true;
      return step;
    })
    .join('');
}
