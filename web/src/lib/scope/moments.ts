const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** How far a zone's clock is ahead of UTC at a moment, in milliseconds. */
function aheadOf(zone: string, moment: number): number {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(moment);
  return Date.parse(`${parts.replace(' ', 'T')}Z`) - Math.floor(moment / 1000) * 1000;
}

/** The moment at which a day begins by a zone's calendar. */
export function beginOf(day: string, zone: string): string {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // The clock may have been changed between the guess and the day's beginning.
  const guess = midnight - aheadOf(zone, midnight);
  return new Date(midnight - aheadOf(zone, guess)).toISOString();
}

/** Range of a question for the routes that know no zones: days become the moments at which they begin. */
export function inMoments(query: Readonly<Record<string, string>>): Record<string, string> {
  const zone = query['timezone'] ?? 'UTC';
  const rest: Record<string, string> = { ...query };
  delete rest['timezone'];
  for (const name of ['from', 'to']) {
    const value = rest[name];
    if (value !== undefined && DAY.test(value)) rest[name] = beginOf(value, zone);
  }
  return rest;
}
