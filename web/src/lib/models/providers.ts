import type { UsageSummary } from '../api/client';
import { toNano } from '../format/money';
import type { Standing } from '../now/standings';

export type SummaryRow = UsageSummary['rows'][number];

/** A model at a provider: how it stands, and what came of it in the range. */
export interface ModelAt {
  readonly model: string | null;
  /** Null where nothing was asked of it in the range. */
  readonly figures: SummaryRow | null;
  /** Null where nothing is known of it since the server started. */
  readonly standing: Standing | null;
}

export interface ProviderAt {
  readonly provider: string | null;
  readonly figures: SummaryRow | null;
  readonly models: readonly ModelAt[];
  /** It stands in the configuration. */
  readonly isConfigured: boolean;
}

const costOf = (figures: SummaryRow | null) => (figures === null ? -1n : (toNano(figures.costUsd) ?? 0n));

/** The costliest first, then what was asked most, then by name. */
function byCost(
  a: { figures: SummaryRow | null; name: string },
  b: { figures: SummaryRow | null; name: string },
): number {
  const [one, two] = [costOf(a.figures), costOf(b.figures)];
  if (one !== two) return one > two ? -1 : 1;
  const more = (b.figures?.requests ?? 0) - (a.figures?.requests ?? 0);
  return more !== 0 ? more : a.name < b.name ? -1 : 1;
}

/**
 * Providers with their models: what was asked in the range and what stands in the configuration, together.
 * @param byModel The sums by provider and model.
 * @param byProvider The sums by provider: quantiles cannot be added up.
 */
export function providersOf(
  byModel: readonly SummaryRow[],
  byProvider: readonly SummaryRow[],
  standings: readonly Standing[],
): ProviderAt[] {
  const found = new Map<
    string | null,
    { figures: SummaryRow | null; models: Map<string | null, ModelAt>; isConfigured: boolean }
  >();
  const at = (provider: string | null) => {
    let one = found.get(provider);
    if (one === undefined)
      found.set(provider, (one = { figures: null, models: new Map(), isConfigured: false }));
    return one;
  };
  for (const figures of byProvider) at(figures.keys['provider'] ?? null).figures = figures;
  for (const figures of byModel) {
    const model = figures.keys['model'] ?? null;
    at(figures.keys['provider'] ?? null).models.set(model, { model, figures, standing: null });
  }
  for (const standing of standings) {
    const one = at(standing.provider);
    one.isConfigured = true;
    if (standing.model === null) continue;
    // Requests that name no model stand under the empty name there, under none in the ledger.
    const model = standing.model === '' ? null : standing.model;
    one.models.set(model, { model, figures: one.models.get(model)?.figures ?? null, standing });
  }
  return [...found]
    .map(([provider, { figures, models, isConfigured }]) => ({
      provider,
      figures,
      isConfigured,
      models: [...models.values()].toSorted((a, b) =>
        byCost({ figures: a.figures, name: a.model ?? '' }, { figures: b.figures, name: b.model ?? '' }),
      ),
    }))
    .toSorted((a, b) =>
      byCost({ figures: a.figures, name: a.provider ?? '' }, { figures: b.figures, name: b.provider ?? '' }),
    );
}

type Counts = Pick<
  SummaryRow,
  'inputTokens' | 'cacheReadTokens' | 'cacheWrite5mTokens' | 'cacheWrite1hTokens' | 'outputTokens'
>;

/** The tokens that were read from the cache, and all of the prompts. */
export function cachedOf(figures: Counts): readonly [number, number] {
  return [
    figures.cacheReadTokens,
    figures.inputTokens + figures.cacheReadTokens + figures.cacheWrite5mTokens + figures.cacheWrite1hTokens,
  ];
}

/** All tokens. */
export function tokensOf(figures: Counts): number {
  return cachedOf(figures)[1] + figures.outputTokens;
}

/**
 * What a million tokens came to, of all classes as they were used: whole nano-dollars, rounded down. Null where the cost of a
 * part is not known, or nothing was used.
 */
export function perMillion(
  figures: Counts & Pick<SummaryRow, 'costUsd' | 'unpricedRequests'>,
): bigint | null {
  const tokens = tokensOf(figures);
  const cost = toNano(figures.costUsd);
  if (tokens === 0 || cost === null || figures.unpricedRequests > 0) return null;
  return (cost * 1_000_000n) / BigInt(tokens);
}
