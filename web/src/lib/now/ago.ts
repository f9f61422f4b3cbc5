/**
 * How long ago a moment was, in milliseconds since 1970: `just now`, `3 min ago`, `5 h ago`, `2 days ago`. In steps so large that a
 * list of them does not flicker; a moment that is yet to come, by another clock, is now.
 */
export function formatAgo(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return days === 1 ? '1 day ago' : `${days} days ago`;
}
