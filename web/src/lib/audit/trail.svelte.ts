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
  /** Where the older ones end; undefined while none were brought. */
  #next = $state.raw<string | null | undefined>(undefined);
  #failure = $state<string | null>(null);

  readonly items: readonly AuditItem[] | null = $derived.by(() => {
    const page = this.#newest.data;
    if (page === null) return null;
    const known = new Set(page.items.map(({ seq }) => seq));
    return [...page.items, ...this.#older.filter(({ seq }) => !known.has(seq))];
  });
  readonly next: string | null = $derived.by(() =>
    this.#next === undefined ? (this.#newest.data?.next ?? null) : this.#next,
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
    if (this.next === null) return;
    const held = this.items ?? [];
    const answer = await this.#api.read<AuditPage>(pathOf(PATH, { ...this.#query, cursor: this.next }));
    this.#failure = answer.data === null ? answer.words : null;
    if (answer.data === null) return;
    // What the newest page lets go of, as new ones come, stays.
    this.#older = [...held, ...answer.data.items];
    this.#next = answer.data.next;
  }
}
