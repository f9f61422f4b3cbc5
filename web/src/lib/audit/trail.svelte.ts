import type { ApiClient, AuditItem, AuditPage } from '../api/client';
import { pathOf } from '../api/copies';
import { Watched } from '../live/watched.svelte';

const PATH = '/api/v1/audit';

/** The entries that a question finds: the newest are read again as they come, older ones are brought when they are asked for. */
export class Trail {
  readonly source: string;
  readonly #api: ApiClient;
  readonly #query: Readonly<Record<string, string>>;
  readonly #newest: Watched<AuditPage>;
  #older = $state.raw<readonly AuditItem[]>([]);
  /** Where the older ones end; null where nothing is older. */
  #next = $state.raw<string | null>(null);
  #busy = false;
  #failure = $state<string | null>(null);

  /** Whether nothing lies between the newest page and the older entries: with more than a page of news they no longer meet. */
  readonly #meets: boolean = $derived.by(() => {
    const newest = this.#newest.data?.items ?? [];
    const last = newest.at(-1)?.seq ?? 0;
    return this.#older.some(({ seq }) => seq >= last);
  });
  readonly items: readonly AuditItem[] | null = $derived.by(() => {
    const page = this.#newest.data;
    if (page === null || !this.#meets) return page?.items ?? null;
    const known = new Set(page.items.map(({ seq }) => seq));
    return [...page.items, ...this.#older.filter(({ seq }) => !known.has(seq))];
  });
  readonly next: string | null = $derived.by(() =>
    this.#meets ? this.#next : (this.#newest.data?.next ?? null),
  );
  readonly failure: string | null = $derived.by(() => this.#failure ?? this.#newest.failure);

  constructor(
    api: ApiClient,
    headers: Readonly<Record<string, string>>,
    query: Readonly<Record<string, string>>,
  ) {
    this.#api = api;
    this.#query = query;
    this.source = Object.keys(query).length === 0 ? PATH : pathOf(PATH, query);
    this.#newest = new Watched<AuditPage>({
      headers,
      topics: 'activity',
      // Not everything that is noted is told of.
      every: 15_000,
      read: () => api.read<AuditPage>(this.source),
    });
  }

  get feed() {
    return this.#newest.feed;
  }

  start(): void {
    this.#newest.start();
  }

  stop(): void {
    this.#newest.stop();
  }

  retry(): void {
    this.#failure = null;
    this.#newest.retry();
  }

  async more(): Promise<void> {
    if (this.next === null || this.#busy) return;
    this.#busy = true;
    const held = this.items ?? [];
    const answer = await this.#api.read<AuditPage>(pathOf(PATH, { ...this.#query, cursor: this.next }));
    this.#busy = false;
    this.#failure = answer.data === null ? answer.words : null;
    if (answer.data === null) return;
    // What the newest page lets go of, as new ones come, stays.
    this.#older = [...held, ...answer.data.items];
    this.#next = answer.data.next;
  }
}

/** One entry by its number; null where there is none, or it cannot be read. */
export async function entryOf(api: ApiClient, seq: number): Promise<AuditItem | null> {
  const { data } = await api.read<AuditPage>(pathOf(PATH, { cursor: `${seq + 1}`, limit: '1' }));
  return data?.items.find((item) => item.seq === seq) ?? null;
}
