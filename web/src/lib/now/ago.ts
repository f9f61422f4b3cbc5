import { getTag } from '../i18n/locale';

const relative = (numeric: 'always' | 'auto') =>
  new Intl.RelativeTimeFormat(getTag(), { numeric, style: 'short' });
let past: Intl.RelativeTimeFormat | undefined;
let present: string | undefined;

/**
 * How long ago a moment was, in milliseconds since 1970: `now`, `3 min ago`, `5 hr ago`, `2 days ago`. In steps so large that a
 * list of them does not flicker; a moment that is yet to come, by another clock, is now.
 */
export function formatAgo(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return (present ??= relative('auto').format(0, 'second'));
  past ??= relative('always');
  if (minutes < 60) return past.format(-minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? past.format(-hours, 'hour') : past.format(-Math.floor(hours / 24), 'day');
}
