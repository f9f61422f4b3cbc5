import { browser } from '$app/environment';
import { goto } from '$app/navigation';
import { page } from '$app/state';
import { isDimension, readFilters, writeFilters, type Filter } from './filters';
import { asked, type Range } from './range';

export type Compare = 'previous' | 'year';

/** A change of what is looked at: what is named changes, null takes it away. */
export interface ScopeChange {
  readonly range?: Range;
  readonly timezone?: string;
  readonly compare?: Compare | null;
  readonly filters?: readonly Filter[];
  /** Parameters that a page has for itself. */
  readonly own?: Readonly<Record<string, string | null>>;
}

const NAMES = ['from', 'to', 'timezone', 'compare'];
const DEFAULT_FROM = '7d';

function isScope(name: string): boolean {
  return NAMES.includes(name) || isDimension(name.replace(/\.(in|not|prefix)$/, ''));
}

/** The address of a page with parameters; commas and colons stay readable. */
function address(path: string, params: URLSearchParams): string {
  const query = params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return query === '' ? path : `${path}?${query}`;
}

/**
 * What all pages look at: range, zone, comparison and filters. It stands in the address and nowhere else, so that every view
 * has a link and the browser's way back is the page's.
 */
class Scope {
  // Pages are written at build time, when an address has no parameters.
  readonly #params = $derived(browser ? page.url.searchParams : new URLSearchParams());

  readonly range: Range = $derived({
    from: this.#params.get('from') || DEFAULT_FROM,
    to: this.#params.get('to') ?? '',
  });
  readonly filters: readonly Filter[] = $derived(readFilters(this.#params));
  readonly compare: Compare | null = $derived.by(() => {
    const word = this.#params.get('compare');
    return word === 'previous' || word === 'year' ? word : null;
  });
  /** An IANA name: the reader's own zone unless the address says another. */
  readonly timezone: string = $derived(
    this.#params.get('timezone') ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  );

  /** A parameter that one page has for itself; null when it is not there. */
  own(name: string): string | null {
    return this.#params.get(name);
  }

  /** Range, zone and filters as the API takes them. */
  query(now = new Date()): Record<string, string> {
    return {
      ...asked(this.range, this.timezone, now),
      timezone: this.timezone,
      ...Object.fromEntries(writeFilters(this.filters)),
    };
  }

  /** The address of a page that looks at the same, with some of it changed. */
  link(path: string, change: ScopeChange = {}): string {
    const params = new URLSearchParams();
    // A page's own parameters stay as long as the page does.
    const stays = browser && path === page.url.pathname;
    for (const [name, value] of this.#params) if (stays || isScope(name)) params.append(name, value);
    const set = (name: string, value: string | null) =>
      value === null || value === '' ? params.delete(name) : params.set(name, value);
    if (change.range) {
      set('from', change.range.from);
      set('to', change.range.to);
    }
    if (change.timezone !== undefined) set('timezone', change.timezone);
    if (change.compare !== undefined) set('compare', change.compare);
    if (change.filters) {
      for (const name of [...params.keys()]) if (isScope(name) && !NAMES.includes(name)) params.delete(name);
      for (const [name, value] of writeFilters(change.filters)) params.set(name, value);
    }
    for (const [name, value] of Object.entries(change.own ?? {})) set(name, value);
    return address(path, params);
  }

  /** Looks at something else, on the same page; the focus stays where it is. */
  change(change: ScopeChange): Promise<void> {
    return goto(this.link(page.url.pathname, change), { keepFocus: true, noScroll: true });
  }
}

export const scope = new Scope();
