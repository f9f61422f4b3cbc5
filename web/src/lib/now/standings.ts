import type { ProviderHealthList } from '../api/client';

/** How a model stands at a provider. */
export interface Standing {
  readonly key: string;
  readonly provider: string;
  /** Null for a provider that nothing is known of; empty for requests that name no model. */
  readonly model: string | null;
  /** The API's word; null where nothing is known. */
  readonly stands: string | null;
  /** When that may change by itself, in milliseconds since 1970; null where time changes nothing. */
  readonly until: number | null;
  /** The share of the requests that it is given, 0 to 1. */
  readonly share: number;
  readonly failures: number;
  /** The attempts that are remembered; none while nothing fails. */
  readonly attempts: number;
}

/** What needs a look, before what does not. */
const ORDER = ['open', 'probing', 'cooling', 'full', 'returning', 'ready'];
const rank = (standing: Standing) => {
  const at = standing.stands === null ? ORDER.length : ORDER.indexOf(standing.stands);
  // A word that a newer server has: nobody knows how bad it is.
  return at < 0 ? 0 : at;
};

/** The API's answer of a moment as lines: those that are passed over first, else in the document's order. */
export function standingsOf(list: ProviderHealthList, now: number): Standing[] {
  return list.providers
    .flatMap(({ provider, models }): Standing[] =>
      models.length === 0
        ? [standing(provider, null)]
        : models.map((model) => ({
            ...standing(provider, model.model),
            stands: model.stands,
            until: model.forSeconds === null ? null : now + model.forSeconds * 1000,
            share: model.share,
            failures: model.failures,
            attempts: model.attempts,
          })),
    )
    .sort((a, b) => rank(a) - rank(b));
}

function standing(provider: string, model: string | null): Standing {
  return {
    key: JSON.stringify([provider, model]),
    provider,
    model,
    stands: null,
    until: null,
    share: 1,
    failures: 0,
    attempts: 0,
  };
}
