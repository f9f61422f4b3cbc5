import * as m from '$messages';

const STANDS: Readonly<Record<string, () => string>> = {
  ready: m.models_ready,
  returning: m.models_returning,
  full: m.models_full,
  cooling: m.models_cooling,
  probing: m.models_probing,
  open: m.models_open,
};

/** How a target stands, in words; one that the pages do not know yet stands as it is. */
export function standsName(stands: string | null): string {
  return stands === null ? m.models_not_asked() : (STANDS[stands]?.() ?? stands);
}

/** The colour of how it stands. */
export function standsTone(stands: string | null): 'good' | 'warn' | 'bad' | 'idle' {
  if (stands === null) return 'idle';
  return stands === 'ready' ? 'good' : stands === 'open' || stands === 'probing' ? 'bad' : 'warn';
}

/** The colour of an event. */
export function severityTone(severity: string): 'good' | 'warn' | 'bad' {
  return severity === 'error' ? 'bad' : severity === 'warning' ? 'warn' : 'good';
}
