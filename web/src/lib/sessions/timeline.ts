import * as m from '$messages';
import type { SessionNode } from '../api/client';
import type { Plot, Series } from '../charts/plot';
import { formatExact, formatMoney, fromNano, toPlot } from '../format/money';
import { formatCount } from '../format/numbers';
import { formatFull, formatMinute, formatMoment, formatSpan } from '../format/time';
import { valueName } from '../scope/words';
import { below, costOf, ownOf } from './tree';

/** The most places of the timeline. */
const PLACES = 60;
/** Models with a series of their own. */
const MODELS = 6;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WIDTHS = [
  10,
  20,
  50,
  100,
  200,
  500,
  SECOND,
  5 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
];

/** A request of the tree at its time. */
export interface Mark {
  readonly at: number;
  readonly model: string | null;
  /** Nano-dollars; null for unknown. */
  readonly cost: bigint | null;
}

/** All requests of a tree that have a time. */
export function marksOf(root: SessionNode): Mark[] {
  const marks: Mark[] = [];
  const visit = (node: SessionNode) => {
    if (node.kind === 'request' && node.startedAt !== null)
      marks.push({ at: Date.parse(node.startedAt), model: node.name, cost: costOf(ownOf(node)) });
    below(node).forEach(visit);
  };
  visit(root);
  return marks;
}

/** How time is cut: where the first place begins, how long each is, how many there are. */
export interface Cut {
  readonly start: number;
  readonly width: number;
  readonly places: number;
}

/** The finest even cut that has room for all marks. */
export function cutOf(marks: readonly Mark[]): Cut | null {
  if (marks.length === 0) return null;
  const [first, last] = marks.reduce(
    ([least, most], { at }) => [Math.min(least, at), Math.max(most, at)],
    [Infinity, -Infinity],
  );
  for (const width of WIDTHS) {
    const start = Math.floor(first / width) * width;
    const places = Math.floor((last - start) / width) + 1;
    if (places <= PLACES) return { start, width, places };
  }
  const width = Math.ceil((last - first + 1) / PLACES / DAY) * DAY;
  const start = Math.floor(first / width) * width;
  return { start, width, places: Math.floor((last - start) / width) + 1 };
}

interface Slot {
  requests: number;
  cost: bigint | null;
}

/** The cost of a session's requests over its time, by model; null for none. */
export function timelineOf(root: SessionNode): { plot: Plot; cut: Cut } | null {
  const marks = marksOf(root);
  const cut = cutOf(marks);
  if (cut === null) return null;
  const counts = new Map<string | null, number>();
  for (const { model } of marks) counts.set(model, (counts.get(model) ?? 0) + 1);
  const models = [...counts].toSorted(([, a], [, b]) => b - a).map(([model]) => model);
  const own = models.slice(0, models.length <= MODELS + 1 ? MODELS + 1 : MODELS);
  const slots = (belongs: (model: string | null) => boolean): Slot[] => {
    const all = Array.from({ length: cut.places }, (): Slot => ({ requests: 0, cost: 0n }));
    for (const mark of marks) {
      if (!belongs(mark.model)) continue;
      const slot = all[Math.floor((mark.at - cut.start) / cut.width)]!;
      // All unknown is unknown; beside what is known it adds nothing.
      slot.cost =
        mark.cost === null ? (slot.requests === 0 ? null : slot.cost) : (slot.cost ?? 0n) + mark.cost;
      slot.requests++;
    }
    return all;
  };
  const seriesOf = (key: string, name: string, all: Slot[]): Series => ({
    key,
    name,
    values: all.map(({ cost }) => (cost === null ? null : toPlot(cost))),
    words: (at) =>
      `${formatExact(all[at]!.cost)} · ${m.sessions_requests_count({ count: formatCount(all[at]!.requests) })}`,
    raw: (at) => (all[at]!.cost === null ? '' : fromNano(all[at]!.cost)),
  });
  const series = own.map((model) =>
    seriesOf(
      `=${model}`,
      valueName(model),
      slots((one) => one === model),
    ),
  );
  if (own.length < models.length)
    series.push({
      ...seriesOf(
        'rest',
        m.others(),
        slots((one) => !own.includes(one)),
      ),
      role: 'rest',
    });
  const times = Array.from({ length: cut.places }, (_, at) => new Date(cut.start + at * cut.width));
  const isLong = cut.places * cut.width > DAY;
  const labelOf = (time: Date) =>
    cut.width < MINUTE
      ? formatSpan(time.getTime() - cut.start)
      : isLong
        ? formatMoment(time, new Date(0))
        : formatMinute(time);
  return {
    cut,
    plot: {
      kind: 'bar',
      title: m.sessions_cost_over_time(),
      axis: m.time(),
      labels: times.map(labelOf),
      places: times.map(formatFull),
      series,
      format: (value) => formatMoney(BigInt(Math.round(value * 1e9))),
    },
  };
}
