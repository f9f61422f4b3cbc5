import type { PriceList } from '../api/client';

export type Price = PriceList['items'][number];

/** A name without the date behind it, which is no part of a price's. */
export function undated(model: string): string {
  return model.replace(/-\d{4}-?\d{2}-?\d{2}$/, '');
}

/** Whether a pattern of the configuration (`claude-*`) is for a model. */
function matches(pattern: string, model: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i').test(model);
}

/**
 * The prices that may be in force for a model at a provider: the user's own, else those of the catalogue that has the provider's
 * name, else every catalogue's that knows the model.
 */
export function pricesOf(list: readonly Price[], provider: string, model: string): readonly Price[] {
  const names = [model, undated(model)];
  const named = list.filter(({ model: pattern }) => names.some((name) => matches(pattern, name)));
  const own = named.filter(
    ({ source, catalogue }) => source === 'configuration' && (catalogue === null || catalogue === provider),
  );
  if (own.length > 0) return own;
  const listed = named.filter(({ source }) => source === 'catalogue');
  const same = listed.filter(({ catalogue }) => catalogue === provider);
  return same.length > 0 ? same : listed;
}
