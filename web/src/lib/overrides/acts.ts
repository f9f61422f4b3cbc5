import * as m from '$messages';
import type { Override, RouteItem } from '../api/client';
import { session } from '../state/session.svelte';

/** What can be done at once, from anywhere. */
export type ActName = 'stop' | 'off' | 'move' | 'raise';

/** One of them, in words. */
export interface Act {
  readonly name: ActName;
  readonly words: string;
}

/** Those that who is signed in may do. */
export function acts(): Act[] {
  const all = [
    { name: 'stop', words: m.overrides_stop(), permission: 'budgets:set' },
    { name: 'off', words: m.overrides_off(), permission: 'config:write' },
    { name: 'move', words: m.overrides_move(), permission: 'config:write' },
    { name: 'raise', words: m.overrides_raise(), permission: 'costs:approve' },
  ] as const;
  return all.filter(({ permission }) => session.may(permission));
}

/** A target as people write it: `anthropic/claude-sonnet-5`. */
export function targetName({
  provider,
  model = null,
}: {
  readonly provider: string | null;
  readonly model?: string | null;
}): string {
  return model === null ? (provider ?? '') : `${provider}/${model}`;
}

/** What an override does, in a sentence without its end. */
export function overrideName({ kind, subject, target, everywhere }: Override): string {
  if (kind === 'spending-stopped')
    return everywhere ? m.overrides_is_stopped_everywhere() : m.overrides_is_stopped();
  if (kind === 'provider-off') return m.overrides_is_off({ name: subject });
  return m.overrides_is_moved({ route: subject, target: target === null ? '' : targetName(target) });
}

/** What lifts it, for a button. */
export function liftName({ kind }: Override): string {
  if (kind === 'spending-stopped') return m.overrides_lift_stop();
  return kind === 'provider-off' ? m.overrides_lift_off() : m.overrides_lift_move();
}

/** Where it is set and lifted. */
export function overridePath(kind: string, subject: string): string {
  if (kind === 'spending-stopped') return '/api/v1/overrides/spending';
  const list = kind === 'provider-off' ? 'providers' : 'routes';
  return `/api/v1/overrides/${list}/${encodeURIComponent(subject)}`;
}

/** Whether who is signed in may lift it. */
export function mayLift({ kind, own }: Override): boolean {
  return own && session.may(kind === 'spending-stopped' ? 'budgets:set' : 'config:write');
}

/** Where a route may be moved: its own targets, as they are written, then every other provider. */
export function targetsOf(
  route: RouteItem,
  providers: readonly string[],
): { readonly provider: string; readonly model: string | null }[] {
  const own = route.targets.map(({ provider, model }) => ({ provider, model }));
  return [
    ...own,
    ...providers
      .filter((name) => own.every(({ provider, model }) => provider !== name || model !== null))
      .map((provider) => ({ provider, model: null })),
  ];
}
