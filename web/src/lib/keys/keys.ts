import * as m from '$messages';
import type { KeyItem } from '../api/client';

/** What becomes of a caller that shows a key. */
export type KeyState = 'active' | 'expired' | 'revoked' | 'shut';

const STATES: Readonly<Record<KeyState, () => string>> = {
  active: m.keys_state_active,
  expired: m.keys_state_expired,
  revoked: m.keys_state_revoked,
  shut: m.keys_state_shut,
};

const SCOPES: Readonly<Record<string, () => string>> = {
  gateway: m.keys_scope_gateway,
  read: m.keys_scope_read,
  ingest: m.keys_scope_ingest,
  admin: m.keys_scope_admin,
};

/** How a key stands at a moment. */
export function stateOf(key: KeyItem, now: Date): KeyState {
  if (key.revokedAt !== null) return 'revoked';
  if (key.expiresAt !== null && Date.parse(key.expiresAt) <= now.getTime()) return 'expired';
  return key.ownerState === null || key.ownerState === 'active' ? 'active' : 'shut';
}

export function stateName(state: KeyState): string {
  return STATES[state]();
}

/** What a key may do; a permission that was given by itself stands by its name. */
export function scopeNames({ scopes }: Pick<KeyItem, 'scopes'>): string[] {
  return scopes.map((scope) => SCOPES[scope]?.() ?? scope);
}

/** Whom it stands for, from the person outwards; its owner where it stands for nobody. */
export function holderOf({ user, team, project, ownerName }: KeyItem): string {
  return [user ?? ownerName, team, project].filter((part) => part !== null).join(' · ');
}

/** Those that a search finds, by name. */
export function found(keys: readonly KeyItem[], search: string): KeyItem[] {
  const words = search.toLowerCase().split(/\s+/u).filter(Boolean);
  return keys
    .filter((key) => {
      const text = [key.name, key.prefix, holderOf(key), ...key.scopes].join(' ').toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .toSorted((a, b) => a.name.localeCompare(b.name));
}
