import * as m from '$messages';
import { getTag } from '../i18n/locale';
import type { Interval } from '../scope/range';

/** Ways to write times, made when they are first used. */
const made = new Map<string, Intl.DateTimeFormat>();

/**
 * The API's points carry the clock of the zone that was asked for (`2026-03-29T00:00:00+01:00`): what is written is that clock,
 * whatever zone the browser is in.
 */
function write(time: string, options: Intl.DateTimeFormatOptions): string {
  const id = JSON.stringify(options);
  let format = made.get(id);
  if (format === undefined)
    made.set(id, (format = new Intl.DateTimeFormat(getTag(), { ...options, timeZone: 'UTC' })));
  return format.format(new Date(`${time.slice(0, 19)}Z`));
}

const SHORT: Readonly<Record<Interval, Intl.DateTimeFormatOptions>> = {
  minute: { hour: '2-digit', minute: '2-digit' },
  hour: { day: 'numeric', hour: '2-digit', minute: '2-digit' },
  day: { day: 'numeric', month: 'short' },
  week: { day: 'numeric', month: 'short' },
  month: { month: 'short', year: 'numeric' },
};

const FULL: Readonly<Record<Interval, Intl.DateTimeFormatOptions>> = {
  minute: { dateStyle: 'medium', timeStyle: 'short' },
  hour: { dateStyle: 'medium', timeStyle: 'short' },
  day: { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' },
  week: { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' },
  month: { month: 'long', year: 'numeric' },
};

/** A place along the axis, short. */
export function placeShort(time: string, interval: Interval): string {
  return write(time, SHORT[interval]);
}

/** The same in full. */
export function placeName(time: string, interval: Interval): string {
  return write(time, FULL[interval]);
}

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** A weekday as the API names it, in the language of the page. */
export function weekdayName(weekday: string): string {
  // 5 January 1970 was a Monday.
  const date = 5 + Math.max(0, DAYS.indexOf(weekday));
  return write(`1970-01-${String(date).padStart(2, '0')}T00:00:00`, { weekday: 'short' });
}

const NAMES: Readonly<Record<Interval, () => string>> = {
  minute: m.minute,
  hour: m.hour,
  day: m.day,
  week: m.week,
  month: m.month,
};

export function intervalName(interval: Interval): string {
  return NAMES[interval]();
}
