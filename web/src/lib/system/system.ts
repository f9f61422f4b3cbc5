import type {
  Answer,
  ApiClient,
  ProviderHealthList,
  SystemErrors,
  SystemPerformance,
  SystemStatus,
} from '../api/client';

/** How far back timelines go. */
export const RANGES = ['1h', '24h', '7d'] as const;
export type Range = (typeof RANGES)[number];

export function isRange(text: string | null): text is Range {
  return (RANGES as readonly (string | null)[]).includes(text);
}

/** What the page shows. */
export interface System {
  readonly status: SystemStatus;
  readonly performance: SystemPerformance;
  readonly errors: SystemErrors;
  /** Null where the reader may not see how providers stand. */
  readonly health: ProviderHealthList | null;
}

/** Reads all of it; the failure of one part is the whole's. */
export async function readSystem(api: ApiClient, range: Range, seesHealth: boolean): Promise<Answer<System>> {
  const [status, performance, errors, health] = await Promise.all([
    api.get('/api/v1/system/status'),
    api.get('/api/v1/system/performance', { range }),
    api.get('/api/v1/system/errors'),
    seesHealth ? api.get('/api/v1/providers/health') : null,
  ]);
  if (status.data === null) return status;
  if (performance.data === null) return performance;
  if (errors.data === null) return errors;
  if (health !== null && health.data === null) return health;
  return {
    data: {
      status: status.data,
      performance: performance.data,
      errors: errors.data,
      health: health?.data ?? null,
    },
    date: status.date,
  };
}

/** A measure as it is told; undefined where the server does not know it. */
export function seriesOf(performance: SystemPerformance, name: string) {
  return performance.series.find((series) => series.name === name);
}

/** The newest sample of a measure; null where it is not known. */
export function latestOf(performance: SystemPerformance, name: string): number | null {
  return seriesOf(performance, name)?.latest ?? null;
}

/** What is passed over now, by provider and model. */
export function passedOver(health: ProviderHealthList | null): string[] {
  return (health?.providers ?? []).flatMap(({ provider, models }) =>
    models
      .filter(({ stands }) => stands === 'open' || stands === 'probing' || stands === 'cooling')
      .map(({ model }) => (model ? `${provider} · ${model}` : provider)),
  );
}
