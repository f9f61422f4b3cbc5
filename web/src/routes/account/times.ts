import { getTag } from '$lib/i18n/locale';

/** A moment as day and time, in the reader's own place. */
export function day(time: string): string {
  return new Date(time).toLocaleString(getTag(), {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
}
