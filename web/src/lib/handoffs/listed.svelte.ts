import type { ApiClient, HandoffItem, UsageSummary } from '../api/client';

/** Handoffs of one page of the API's answer: enough that most ranges are whole. */
const PAGE = 500;

/** What was handed over in a range, and what that saved. */
export class Handed {
  readonly #api: ApiClient;
  readonly #query: Readonly<Record<string, string>>;
  readonly #kind: string | null;
  #items = $state.raw<readonly HandoffItem[]>([]);
  #total = $state.raw<UsageSummary['total'] | null>(null);
  #next = $state<string | null>(null);
  #loading = $state<'first' | 'more' | 'ready' | 'failed'>('first');
  #failure = $state<string | null>(null);
  #range: { readonly from: string; readonly to: string } | null = null;
  #asking = false;
  #stopped = false;

  constructor(api: ApiClient, query: Readonly<Record<string, string>>, kind: string | null) {
    this.#api = api;
    this.#query = query;
    this.#kind = kind;
  }

  get items(): readonly HandoffItem[] {
    return this.#items;
  }
  /** All requests of the range. */
  get total(): UsageSummary['total'] | null {
    return this.#total;
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

  /** Reads what is newest, and the sums of the same range. */
  async read(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const summary = await this.#api.get('/api/v1/usage/summary', this.#query as never);
    const range = summary.data === null ? null : { from: summary.data.from, to: summary.data.to };
    const answer = summary.data === null || range === null ? summary : await this.#page(range, null);
    this.#asking = false;
    if (this.#stopped) return;
    if (summary.data === null || answer.data === null) {
      this.#failure = answer.data === null ? answer.words : null;
      if (this.#loading === 'first') this.#loading = 'failed';
      return;
    }
    this.#failure = null;
    this.#range = range;
    this.#total = summary.data.total;
    const page = answer.data as { items: HandoffItem[]; next: string | null };
    this.#items = page.items;
    this.#next = page.next;
    this.#loading = 'ready';
  }

  /** Reads the page that follows. */
  async more(): Promise<void> {
    if (this.#next === null || this.#range === null || this.#asking) return;
    this.#asking = true;
    this.#loading = 'more';
    const answer = await this.#page(this.#range, this.#next);
    this.#asking = false;
    if (this.#stopped) return;
    this.#loading = 'ready';
    this.#failure = answer.data === null ? answer.words : null;
    if (answer.data === null) return;
    this.#items = [...this.#items, ...answer.data.items];
    this.#next = answer.data.next;
  }

  #page(range: { readonly from: string; readonly to: string }, cursor: string | null) {
    const session = this.#query['session'];
    return this.#api.get('/api/v1/handoffs', {
      ...range,
      limit: String(PAGE),
      ...(session === undefined ? {} : { session }),
      ...(this.#kind === null ? {} : { kind: this.#kind }),
      ...(cursor === null ? {} : { cursor }),
    } as never);
  }
}
