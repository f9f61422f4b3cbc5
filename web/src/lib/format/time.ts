/** Times in the reader's own zone and language, and spans. */
import { getTag } from '../i18n/locale';
import { formatNumber } from './numbers';

/** A way to write times, made when it is first used: the browser takes milliseconds over each. */
function lazily(options: Intl.DateTimeFormatOptions): () => Intl.DateTimeFormat {
  let made: Intl.DateTimeFormat | undefined;
  return () => (made ??= new Intl.DateTimeFormat(getTag(), options));
}

const clock = lazily({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
const minute = lazily({ hour: '2-digit', minute: '2-digit' });
const day = lazily({ weekday: 'long', day: 'numeric', month: 'long' });
const dayAndMinute = lazily({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const full = lazily({ dateStyle: 'full', timeStyle: 'long' });
const zone = lazily({ timeZoneName: 'short' });

/** Midnight that began the day of a moment, in the reader's zone. */
export function startOfDay(moment: Date): Date {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());
}

/** Midnight that ends it; days are 23 to 25 hours long. */
export function endOfDay(moment: Date): Date {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate() + 1);
}

/** `14:03:22`, or `3 Jul, 14:03` for another day than today's. */
export function formatMoment(time: Date, now: Date): string {
  return startOfDay(time).getTime() === startOfDay(now).getTime()
    ? clock().format(time)
    : dayAndMinute().format(time);
}

/** `14:03`. */
export function formatMinute(time: Date): string {
  return minute().format(time);
}

/** `Thursday 3 July`. */
export function formatDay(time: Date): string {
  return day().format(time);
}

/** The reader's zone at a moment: `UTC`, `GMT+2`. */
export function formatZone(time: Date): string {
  return (
    zone()
      .formatToParts(time)
      .find((part) => part.type === 'timeZoneName')?.value ?? ''
  );
}

/** Everything about a moment, for titles. */
export function formatFull(time: Date): string {
  return full().format(time);
}

/** A span in milliseconds: `84 ms`, `1.24 s`, `2 m 05 s`; a dash when not measured. */
export function formatSpan(milliseconds: number | null): string {
  if (milliseconds === null) return '–';
  if (milliseconds < 999.5) return `${formatNumber(Math.round(milliseconds))} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${formatNumber(seconds, seconds < 9.995 ? 2 : 1)} s`;
  const all = Math.round(seconds);
  return `${formatNumber(Math.floor(all / 60))} m ${formatNumber(all % 60, 0, { minimumIntegerDigits: 2 })} s`;
}
