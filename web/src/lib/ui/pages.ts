import * as m from '$messages';
import type { IconName } from './Icon.svelte';

/** A page that the frame leads to. */
export interface PageEntry {
  readonly href: string;
  readonly name: () => string;
  readonly icon: IconName;
  /** Without it the page is not offered; the server refuses its figures anyway. */
  readonly permission: string;
  /** Opens it too. */
  readonly or?: string;
  /** A role for single teams, projects or keys opens it too. */
  readonly inPart?: true;
  /** Takes range and filters along. */
  readonly scoped?: true;
  /** The letter that leads there after `g`. */
  readonly letter: string;
}

/** The pages that the frame leads to, in order. A page that is not here cannot be found: add it with its route. */
export const PAGES: readonly PageEntry[] = [
  { href: '/', name: m.page_now, icon: 'now', permission: 'analytics:view', letter: 'n' },
  {
    href: '/explore',
    name: m.page_explore,
    icon: 'explore',
    permission: 'analytics:view',
    inPart: true,
    scoped: true,
    letter: 'e',
  },
  {
    href: '/requests',
    name: m.page_requests,
    icon: 'requests',
    permission: 'analytics:view',
    inPart: true,
    scoped: true,
    letter: 'r',
  },
  {
    href: '/sessions',
    name: m.sessions_page,
    icon: 'sessions',
    permission: 'analytics:view',
    scoped: true,
    letter: 's',
  },
  {
    href: '/models',
    name: m.models_page,
    icon: 'models',
    permission: 'analytics:view',
    scoped: true,
    letter: 'm',
  },
  {
    href: '/handoffs',
    name: m.handoffs_page,
    icon: 'handoffs',
    permission: 'analytics:view',
    scoped: true,
    letter: 'h',
  },
  { href: '/limits', name: m.limits_page, icon: 'limits', permission: 'analytics:view', letter: 'l' },
  { href: '/budgets', name: m.budgets_page, icon: 'budgets', permission: 'budgets:view', letter: 'b' },
  {
    href: '/keys',
    name: m.keys_page,
    icon: 'keys',
    permission: 'keys:view',
    or: 'keys:own',
    letter: 'k',
  },
  {
    href: '/people',
    name: m.people_page,
    icon: 'person',
    permission: 'users:view',
    or: 'teams:view',
    letter: 'p',
  },
  { href: '/audit', name: m.audit_page, icon: 'audit', permission: 'audit:view', letter: 'u' },
  { href: '/routes', name: m.routes_page, icon: 'routes', permission: 'config:read', letter: 't' },
  {
    href: '/dashboards',
    name: m.boards_page,
    icon: 'boards',
    permission: 'analytics:view',
    scoped: true,
    letter: 'd',
  },
  { href: '/system', name: m.system_page, icon: 'server', permission: 'instance:view', letter: 'y' },
];
