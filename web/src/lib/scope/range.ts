/**
 * The range of time that a page shows, as it stands in the address. `from` is a preset (`today`, `week`, `month`), a span back
 * from now as the API has it (`24h`, `7d`), a day (`2026-11-02`) or a moment; `to` is empty for "until now".
 */
export interface Range {
  readonly from: string;
  readonly to: string;
}

export const PRESETS = ['1h', '24h', '7d', '30d', '90d', '365d', 'today', 'week', 'month'] as const;
export type Preset = (typeof PRESETS)[number];

export const INTERVALS = ['minute', 'hour', 'day', 'week', 'month'] as const;
export type Interval = (typeof INTERVALS)[number];

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const DAY = UNITS['d']!;

export function isPreset(from: string): from is Preset {
  return (PRESETS as readonly string[]).includes(from);
}

/** The date of a moment by a zone's calendar: `2026-11-02`. */
export function dayIn(moment: Date, zone: string): string {
  // Sweden writes dates as ISO does.
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(moment);
}

/** A date some days later, or before. */
function moved(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** What the API is asked: presets become the day that they begin on, by the zone's calendar. */
export function asked({ from, to }: Range, zone: string, now: Date): { from: string; to?: string } {
  const today = dayIn(now, zone);
  const start =
    from === 'today'
      ? today
      : from === 'month'
        ? `${today.slice(0, 8)}01`
        : from === 'week'
          ? moved(today, -((new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7))
          : from;
  return to === '' ? { from: start } : { from: start, to };
}

/** How long a range is, in milliseconds, to within a day. */
export function lengthOf(range: Range, now: Date): number {
  const span = /^(\d+)([smhdw])$/.exec(range.from);
  if (span && range.to === '') return Number(span[1]) * UNITS[span[2]!]!;
  const { from, to } = asked(range, 'UTC', now);
  const end = to === undefined ? now.getTime() : Date.parse(to);
  const start = span ? now.getTime() - Number(span[1]) * UNITS[span[2]!]! : Date.parse(from);
  return Number.isNaN(end - start) ? 7 * DAY : Math.max(0, end - start);
}

/** The interval that gives a range some dozens of points. */
export function intervalFor(range: Range, now: Date): Interval {
  const length = lengthOf(range, now);
  if (length <= 2 * UNITS['h']!) return 'minute';
  if (length <= 3 * DAY) return 'hour';
  if (length <= 120 * DAY) return 'day';
  if (length <= 500 * DAY) return 'week';
  return 'month';
}

/** A range of two dates, the last of which is part of it, as people say it. */
export function ofDays(first: string, last: string): Range {
  return { from: first, to: moved(last, 1) };
}

/** The last date of a range that ends at a midnight; the end itself where it does not. */
export function lastDay(to: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(to) ? moved(to, -1) : to;
}

/** Where the interval that begins at a point ends: the next point's beginning, else the range's end. */
export function endOfPoint(times: readonly string[], at: number, rangeEnd: string): string {
  return times[at + 1] ?? rangeEnd;
}
