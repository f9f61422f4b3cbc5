import * as m from '$messages';
import type { ApiClient, UsageDistribution, UsageFigures, UsageHeatmap, UsageSeries } from '../api/client';
import { pathOf } from '../api/copies';
import type { Plot, Series } from '../charts/plot';
import { formatMoney } from '../format/money';
import { formatCount } from '../format/numbers';
import { formatSpan } from '../format/time';
import { narrowed, type Filter } from '../scope/filters';
import { endOfPoint } from '../scope/range';
import { dimensionName, valueName } from '../scope/words';
import {
  atAxis,
  drawn,
  exact,
  figureOf,
  isSpread,
  metricName,
  raw,
  read,
  total,
  type Figure,
} from './figures';
import type { Sum } from './figures';
import type { Question } from './question';
import { intervalName, placeName, placeShort, weekdayName } from './places';

/** Lines of a chart; what else there is, is one more. */
const LINES = 7;
/** Rows of the table; what else there is, is one more. */
const ROWS = 25;

/** A row of the table. */
export interface Row {
  /** By dimension; null is "unknown". */
  readonly keys: Readonly<Record<string, string | null>>;
  readonly value: Figure;
  /** The same in the period that is compared with; undefined where none is. */
  readonly before?: Figure;
  readonly requests: number;
  readonly errors: number;
  readonly cost: string;
  /** Of a spread: its quantiles, as people read them. */
  readonly quantiles?: readonly string[];
  /** What leads to the requests behind it. */
  readonly filters: readonly Filter[];
}

/** Everything that the page shows. */
export interface Explored {
  readonly plot: Plot;
  /** The address of the API's answer behind the chart. */
  readonly source: string;
  readonly rows: readonly Row[];
  /** What the rows leave, and of how many members; null for nothing. */
  readonly rest: (Omit<Row, 'keys'> & { readonly members: number }) | null;
  readonly total: Omit<Row, 'keys' | 'filters'>;
  /** Beginning and end of what is behind a place along the axis and a series; null where there is no such thing. */
  readonly behind: (at: number, series: number) => Behind | null;
}

export interface Behind {
  readonly from: string;
  readonly to: string;
  readonly filters: readonly Filter[];
}

/** An answer, or why there is none. */
export type Outcome = { readonly data: Explored } | { readonly data: null; readonly words: string };

class Refused extends Error {}

type Query = Record<string, string>;

/** Asks the API a question. `query` is range, zone and filters. */
export async function explore(
  api: ApiClient,
  question: Question,
  query: Query,
  filters: readonly Filter[],
  compare: string | null,
): Promise<Outcome> {
  // Each path's own type of query is narrower than what stands in the address; the server has the last word on it.
  const ask = async <T>(path: Parameters<ApiClient['get']>[0], own: Query): Promise<T> => {
    const answer = await api.get(path, own as never);
    if (answer.data === null) throw new Refused(answer.words);
    return answer.data as T;
  };
  try {
    return { data: await new Asking(ask, question, query, filters, compare).answer() };
  } catch (fault) {
    if (fault instanceof Refused) return { data: null, words: fault.message };
    throw fault;
  }
}

type Ask = <T>(path: Parameters<ApiClient['get']>[0], own: Query) => Promise<T>;
type Summed = UsageFigures & { readonly keys: Record<string, string | null> };

/** One question on its way. */
class Asking {
  constructor(
    readonly ask: Ask,
    readonly question: Question,
    readonly query: Query,
    readonly filters: readonly Filter[],
    readonly compare: string | null,
  ) {}

  answer(): Promise<Explored> {
    return isSpread(this.question.metric) ? this.spread() : this.sums(this.question.metric);
  }

  async sums(metric: Sum): Promise<Explored> {
    const { by, interval, kind } = this.question;
    // What the series without groups says of the range holds for all that follows: "7d" would be another moment each time.
    const whole = await this.ask<UsageSeries>('/api/v1/usage/series', {
      ...this.query,
      metric,
      interval,
      ...(this.compare === null ? {} : { compare: this.compare }),
    });
    const query = { ...this.query, from: whole.from, to: whole.to };
    const [ranked, earlier] = await Promise.all([
      this.ranked(metric, query),
      whole.previous
        ? this.ranked(metric, { ...query, from: whole.previous.from, to: whole.previous.to }, 1_000)
        : null,
    ]);
    const before = earlier && new Map(earlier.rows.map((row) => [keyOf(row.keys), figureOf(metric, row)]));
    const rows = ranked.rows.map((row) =>
      this.row(metric, row, row.keys, before?.get(keyOf(row.keys)) ?? 0n, before),
    );
    const values = rows.map(({ value }) => value);
    const sum = this.figures(metric, ranked.total, earlier && figureOf(metric, earlier.total), earlier);
    const rest = ranked.other && {
      ...this.figures(
        metric,
        ranked.other,
        earlier && minus(figureOf(metric, earlier.total), total(rows.map((row) => row.before ?? null))),
        earlier,
      ),
      members: ranked.members,
      filters:
        by.length === 1
          ? narrowed(
              this.filters,
              by[0]!,
              rows.map((row) => row.keys[by[0]!]!),
              'not',
            )
          : this.filters,
    };
    const drawing =
      kind === 'heatmap'
        ? await this.heatmap(metric, query)
        : await this.lines(
            metric,
            query,
            whole,
            rows.slice(0, values.length <= LINES + 1 ? LINES + 1 : LINES),
          );
    return { rows, rest, total: sum, ...drawing };
  }

  /** The largest members of one dimension, or the combinations of two. */
  async ranked(metric: Sum, query: Query, limit = ROWS) {
    const { by } = this.question;
    if (by.length === 1) {
      const answer = await this.ask<{
        rows: (UsageFigures & { key: string | null })[];
        other: (UsageFigures & { members: number }) | null;
        total: UsageFigures;
      }>('/api/v1/usage/top', { ...query, by: by[0]!, metric, limit: String(limit) });
      return {
        rows: answer.rows.map((row) => ({ ...row, keys: { [by[0]!]: row.key } })),
        other: answer.other,
        members: answer.other?.members ?? 0,
        total: answer.total,
      };
    }
    const { rows, total: all } = await this.ask<{ rows: Summed[]; total: UsageFigures }>(
      '/api/v1/usage/summary',
      {
        ...query,
        ...(by.length === 0 ? {} : { groupBy: by.join(',') }),
      },
    );
    if (by.length === 0) return { rows: [], other: null, members: 0, total: all };
    const sorted = rows.toSorted((a, b) => {
      const [one, two] = [figureOf(metric, a) ?? -1n, figureOf(metric, b) ?? -1n];
      return one === two ? b.requests - a.requests : one > two ? -1 : 1;
    });
    const others = sorted.slice(limit);
    return {
      rows: sorted.slice(0, limit).map((row) => ({ ...row, keys: this.inOrder(row.keys) })),
      other: others.length === 0 ? null : together(others),
      members: others.length,
      total: all,
    };
  }

  /** The keys of a group in the order in which they were asked for: the API has its own. */
  inOrder(keys: Row['keys']): Record<string, string | null> {
    return Object.fromEntries(this.question.by.map((dimension) => [dimension, keys[dimension] ?? null]));
  }

  row(metric: Sum, row: UsageFigures, keys: Row['keys'], before: Figure, compared: unknown): Row {
    const filters = Object.entries(keys).reduce(
      (all, [dimension, key]) => narrowed(all, dimension, [key]),
      [...this.filters],
    );
    return { ...this.figures(metric, row, before, compared), keys, filters };
  }

  figures(metric: Sum, row: UsageFigures, before: Figure, compared: unknown) {
    return {
      value: figureOf(metric, row),
      ...(compared ? { before } : {}),
      requests: row.requests,
      errors: row.errors,
      cost: formatMoney(read('costUsd', row.costUsd)),
    };
  }

  async lines(metric: Sum, query: Query, whole: UsageSeries, rows: readonly Row[]) {
    const { by, interval, kind } = this.question;
    const zone = this.query['timezone'] ?? 'UTC';
    const all = whole.series[0]?.points ?? [];
    const times = all.map(({ time }) => time);
    let own: Query = { ...query, metric, interval };
    let grouped: UsageSeries | null = null;
    if (by.length > 0 && rows.length > 0) {
      own = { ...own, groupBy: by.join(',') };
      for (const dimension of by) {
        const values = [...new Set(rows.map(({ keys }) => keys[dimension] ?? ''))];
        // A comma parts values: one that has it cannot be asked for by itself, and is among the rest.
        own[dimension] = values.filter((value) => !value.includes(',')).join(',');
      }
      grouped = await this.ask<UsageSeries>('/api/v1/usage/series', own);
    }
    const points = new Map(grouped?.series.map((line) => [keyOf(line.keys), line.points]));
    const series: Series[] = [];
    const filters: (readonly Filter[])[] = [];
    const left = all.map(({ value }) => read(metric, value));
    for (const row of rows) {
      const line = points.get(keyOf(row.keys));
      if (!line) continue;
      const figures = times.map((_, at) => read(metric, line[at]?.value));
      figures.forEach((figure, at) => (left[at] = minus(left[at]!, figure)));
      series.push(seriesOf(metric, keyOf(row.keys), nameOf(row.keys), figures));
      filters.push(row.filters);
    }
    const isWhole = by.length === 0 || series.length === 0;
    if (isWhole || left.some((figure) => figure !== null && figure !== 0n)) {
      const [key, name] = isWhole ? ['all', metricName(metric)] : ['rest', m.others()];
      series.push({ ...seriesOf(metric, key, name, left), ...(isWhole ? {} : { role: 'rest' as const }) });
      const shown = by.length === 1 ? rows.map((row) => row.keys[by[0]!]!) : [];
      filters.push(
        isWhole || shown.length === 0 ? this.filters : narrowed(this.filters, by[0]!, shown, 'not'),
      );
    }
    // The period before is one line: two of each would be a thicket.
    const earlier = whole.previous?.series[0]?.points;
    if (earlier) {
      const figures = times.map((_, at) => read(metric, earlier[at]?.value));
      const name = this.compare === 'year' ? m.compare_year() : m.compare_previous();
      series.push({ ...seriesOf(metric, isWhole ? 'all' : 'before', name, figures), role: 'before' });
    }
    const plot: Plot = {
      kind,
      title: titleOf(this.question),
      axis: intervalName(interval),
      labels: times.map((time) => placeShort(time, interval)),
      places: times.map((time) => placeName(time, interval)),
      series,
      format: (value) => atAxis(metric, value),
    };
    const behind = (at: number, one: number): Behind | null => {
      if (series[one]?.role === 'before') {
        const from = earlier?.[at]?.time;
        if (from === undefined || !whole.previous) return null;
        const to = endOfPoint(
          earlier!.map(({ time }) => time),
          at,
          whole.previous.to,
        );
        return { from, to, filters: this.filters };
      }
      const from = times[at];
      if (from === undefined) return null;
      // The first interval may begin before the range does.
      const begin = Date.parse(from) < Date.parse(whole.from) ? whole.from : from;
      return { from: begin, to: endOfPoint(times, at, whole.to), filters: filters[one] ?? this.filters };
    };
    return { plot, behind, source: pathOf('/api/v1/usage/series', { ...own, timezone: zone }) };
  }

  async heatmap(metric: Sum, query: Query) {
    const own = { ...query, metric };
    const { days } = await this.ask<UsageHeatmap>('/api/v1/usage/heatmap', own);
    const hours = days[0]?.hours.map((_, hour) => `${String(hour).padStart(2, '0')}:00`) ?? [];
    const plot: Plot = {
      kind: 'heatmap',
      title: titleOf({ ...this.question, by: [] }),
      axis: m.hour(),
      labels: hours,
      places: hours,
      series: days.map((day) =>
        seriesOf(
          metric,
          day.weekday,
          weekdayName(day.weekday),
          day.hours.map(({ value }) => read(metric, value)),
        ),
      ),
      format: (value) => atAxis(metric, value),
    };
    // An hour of a weekday is many stretches of time; the API's list of requests takes one.
    return { plot, behind: () => null, source: pathOf('/api/v1/usage/heatmap', own) };
  }

  async spread(): Promise<Explored> {
    const { metric, by } = this.question;
    const own: Query = {
      ...this.query,
      of: metric,
      buckets: '30',
      ...(by.length === 0 ? {} : { groupBy: by.join(',') }),
    };
    const all = { ...own };
    delete all['groupBy'];
    const [answer, whole] = await Promise.all([
      this.ask<UsageDistribution>('/api/v1/usage/distribution', own),
      this.ask<UsageDistribution>('/api/v1/usage/distribution', all),
    ]);
    const edges = answer.edgesMs;
    const names = edges.slice(0, -1).map((edge, at) => `${formatSpan(edge)} – ${formatSpan(edges[at + 1]!)}`);
    const shown = answer.groups.slice(0, LINES);
    const others = answer.groups.slice(LINES);
    const series = shown.map(({ keys, bars }) =>
      seriesOf(
        'requests',
        keyOf(keys),
        by.length === 0 ? m.metric_requests() : nameOf(this.inOrder(keys)),
        bars.map((bar) => BigInt(bar)),
      ),
    );
    if (others.length > 0) {
      const left = names.map((_, at) => total(others.map(({ bars }) => BigInt(bars[at] ?? 0))));
      series.push({ ...seriesOf('requests', 'rest', m.others(), left), role: 'rest' });
    }
    const rowOf = (group: UsageDistribution['groups'][number]) => ({
      value: BigInt(group.count),
      requests: group.count + group.unknown,
      errors: 0,
      cost: '',
      quantiles: [group.p50, group.p75, group.p90, group.p95, group.p99].map(formatSpan),
    });
    const rows = by.length === 0 ? [] : answer.groups.slice(0, ROWS);
    const nothing = { count: 0, unknown: 0, p50: null, p75: null, p90: null, p95: null, p99: null };
    const left = answer.groups.slice(ROWS);
    return {
      plot: {
        kind: 'histogram',
        title: titleOf(this.question),
        axis: metricName(metric),
        labels: edges.slice(0, -1).map(formatSpan),
        places: names,
        series,
        format: formatCount,
      },
      source: pathOf('/api/v1/usage/distribution', own),
      rows: rows.map((group) => ({
        ...rowOf(group),
        keys: this.inOrder(group.keys),
        filters: Object.entries(group.keys).reduce(
          (found, [dimension, key]) => narrowed(found, dimension, [key]),
          [...this.filters],
        ),
      })),
      rest:
        left.length === 0 || by.length === 0
          ? null
          : {
              value: total(left.map(({ count }) => BigInt(count))),
              requests: left.reduce((sum, group) => sum + group.count + group.unknown, 0),
              errors: 0,
              cost: '',
              members: left.length,
              filters: this.filters,
            },
      total: rowOf({ ...nothing, ...whole.groups[0] } as UsageDistribution['groups'][number]),
      // The API's list of requests cannot be narrowed by how long they took: a bar leads to its group.
      behind: (_, one) => {
        const group = shown[one];
        if (!group) return { from: answer.from, to: answer.to, filters: this.filters };
        const found = Object.entries(group.keys).reduce(
          (all, [dimension, key]) => narrowed(all, dimension, [key]),
          [...this.filters],
        );
        return { from: answer.from, to: answer.to, filters: found };
      },
    };
  }
}

function minus(from: Figure, what: Figure): Figure {
  return from === null ? null : from - (what ?? 0n);
}

function keyOf(keys: Readonly<Record<string, string | null>>): string {
  return JSON.stringify(Object.entries(keys).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The names of a group, one after the other. */
export function nameOf(keys: Readonly<Record<string, string | null>>): string {
  return Object.values(keys).map(valueName).join(' · ');
}

function titleOf({ metric, by }: Pick<Question, 'metric' | 'by'>): string {
  const name = metricName(metric);
  return by.length === 0 ? name : m.metric_by({ metric: name, dimensions: by.map(dimensionName).join(', ') });
}

function seriesOf(
  metric: Parameters<typeof exact>[0],
  key: string,
  name: string,
  figures: readonly Figure[],
): Series {
  return {
    key,
    name,
    values: figures.map((figure) => drawn(metric, figure)),
    words: (at) => exact(metric, figures[at] ?? null),
    raw: (at) => raw(metric, figures[at] ?? null),
  };
}

/** The sums of several rows. */
function together(rows: readonly UsageFigures[]): UsageFigures {
  const sum = { ...rows[0]! };
  const money = (name: 'costUsd' | 'billedUsd' | 'savingsUsd') => {
    const all = total(rows.map((row) => read(name, row[name])));
    sum[name] = all === null ? null : raw(name, all);
  };
  for (const name of Object.keys(sum) as (keyof UsageFigures)[])
    if (typeof sum[name] === 'number')
      (sum as Record<string, unknown>)[name] = rows.reduce((all, row) => all + (row[name] as number), 0);
  money('costUsd');
  money('billedUsd');
  money('savingsUsd');
  return sum;
}
