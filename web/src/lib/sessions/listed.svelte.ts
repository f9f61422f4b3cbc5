import type { ApiClient, SessionItem } from '../api/client';
import type { Filter } from '../scope/filters';

/** Sessions of one page of the API's answer. */
const PAGE = 50;

/** The dimensions that the list of sessions can be narrowed by. */
export const TAKEN = ['client', 'project', 'user'] as const;

/** Whether the list heeds a filter: it takes "is one of" alone. */
export function isTaken({ dimension, relation }: Filter): boolean {
  return relation === 'in' && (TAKEN as readonly string[]).includes(dimension);
}

/** The first page read anew before what was read further down, each session once. */
export function renewed(first: readonly SessionItem[], before: readonly SessionItem[]): SessionItem[] {
  const known = new Set(first.map(({ id }) => id));
  return [...first, ...before.filter(({ id }) => !known.has(id))];
}

/** The sessions of a range, page by page. */
export class SessionList {
  readonly #api: ApiClient;
  readonly #query: Readonly<Record<string, string>>;
  #items = $state.raw<readonly SessionItem[]>([]);
  #next = $state<string | null>(null);
  #loading = $state<'first' | 'more' | 'ready' | 'failed'>('first');
  #failure = $state<string | null>(null);
  #asking = false;
  #stopped = false;

  constructor(api: ApiClient, query: Readonly<Record<string, string>>) {
    this.#api = api;
    this.#query = query;
  }

  get items(): readonly SessionItem[] {
    return this.#items;
  }
  get hasMore(): boolean {
    return this.#next !== null;
  }
  get loading() {
    return this.#loading;
  }
  get failure(): string | null {
    return this.#failure;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Reads the first page; again, it renews what is known. */
  async read(): Promise<void> {
    if (this.#asking) return;
    const answer = await this.#page(null);
    if (this.#stopped) return;
    if (answer.data === null) {
      this.#failure = answer.words;
      if (this.#loading === 'first') this.#loading = 'failed';
      return;
    }
    this.#failure = null;
    // Where all fitted into one page, the page is all.
    const goesOn = this.#next !== null || this.#items.length > PAGE;
    this.#items = goesOn ? renewed(answer.data.items, this.#items) : answer.data.items;
    if (!goesOn || this.#loading !== 'ready') this.#next = answer.data.next;
    this.#loading = 'ready';
  }

  /** Reads the page that follows. */
  async more(): Promise<void> {
    if (this.#next === null || this.#asking) return;
    this.#loading = 'more';
    const answer = await this.#page(this.#next);
    if (this.#stopped) return;
    this.#loading = 'ready';
    if (answer.data === null) {
      this.#failure = answer.words;
      return;
    }
    this.#failure = null;
    this.#items = renewed(this.#items, answer.data.items);
    this.#next = answer.data.next;
  }

  async #page(cursor: string | null) {
    this.#asking = true;
    const query = { ...this.#query, limit: String(PAGE), ...(cursor === null ? {} : { cursor }) };
    const answer = await this.#api.get('/api/v1/sessions', query as never);
    this.#asking = false;
    return answer;
  }
}
