import type { ApiClient, LiveMessage, RequestItem } from '../api/client';
import { LiveFeed, type FeedState } from '../live/feed';
import { holds, type Filter } from '../scope/filters';

/** Requests of one page of the API's answer. */
const PAGE = 50;
/** The most that the page keeps: more is found by narrowing. */
const MOST = 2_000;

/** What is asked for. */
export interface Asked {
  /** Range, zone and filters as the API takes them. */
  readonly query: Readonly<Record<string, string>>;
  readonly filters: readonly Filter[];
  /** The range ends now: what comes belongs to it. */
  readonly live: boolean;
}

/** The value of a dimension of a request; null is "unknown". */
export function valueOf(item: RequestItem, dimension: string): string | null {
  if (dimension.startsWith('tag.')) return item.tags[dimension.slice(4)] ?? null;
  const value = item[dimension as keyof RequestItem];
  return typeof value === 'string' ? value : null;
}

/** A list, newest first, with one request put in or put in another's place. */
export function merged(items: readonly RequestItem[], item: RequestItem): readonly RequestItem[] {
  const known = items.findIndex(({ id }) => id === item.id);
  if (known >= 0) return items[known]!.revision >= item.revision ? items : items.with(known, item);
  const time = Date.parse(item.startedAt);
  const after = items.findIndex(({ startedAt }) => Date.parse(startedAt) <= time);
  return items.toSpliced(after < 0 ? items.length : after, 0, item);
}

/**
 * The list of requests: read page by page, and joined by what comes. Begins with {@link start}; {@link stop} ends everything
 * that it began.
 */
export class Listed {
  readonly #api: ApiClient;
  readonly #asked: Asked;
  readonly #feed: LiveFeed;
  #items = $state.raw<readonly RequestItem[]>([]);
  #next = $state<string | null>(null);
  #loading = $state<'first' | 'more' | 'ready' | 'failed'>('first');
  #failure = $state<string | null>(null);
  #state = $state.raw<FeedState>({ name: 'connecting' });
  #arrived = $state.raw<ReadonlySet<string>>(new Set());
  #waiting: RequestItem[] | null = null;
  #stopped = false;

  constructor(api: ApiClient, headers: Readonly<Record<string, string>>, asked: Asked) {
    this.#api = api;
    this.#asked = asked;
    this.#feed = new LiveFeed({
      headers,
      topics: 'requests',
      message: (message) => this.#take(message),
      state: (state) => (this.#state = state),
    });
  }

  get items(): readonly RequestItem[] {
    return this.#items;
  }
  get hasMore(): boolean {
    return this.#next !== null && this.#items.length < MOST;
  }
  get loading() {
    return this.#loading;
  }
  get failure(): string | null {
    return this.#failure;
  }
  get feed(): FeedState {
    return this.#state;
  }
  /** The ids of what came while the page was open. */
  get arrived(): ReadonlySet<string> {
    return this.#arrived;
  }

  start(): void {
    if (this.#asked.live) {
      void this.#feed.run();
      addEventListener('online', this.#retry);
      addEventListener('offline', this.#drop);
    }
    void this.#read();
  }

  stop(): void {
    this.#stopped = true;
    this.#feed.stop();
    removeEventListener('online', this.#retry);
    removeEventListener('offline', this.#drop);
  }

  retry(): void {
    this.#feed.retryNow();
    if (this.#loading === 'failed') void this.#read();
  }

  /** Reads the page that follows. */
  async more(): Promise<void> {
    if (this.#next === null || this.#loading !== 'ready') return;
    this.#loading = 'more';
    const answer = await this.#page(this.#next);
    if (this.#stopped) return;
    this.#loading = 'ready';
    if (answer.data === null) {
      this.#failure = answer.words;
      return;
    }
    const known = new Set(this.#items.map(({ id }) => id));
    this.#failure = null;
    this.#items = [...this.#items, ...answer.data.items.filter(({ id }) => !known.has(id))];
    this.#next = answer.data.next;
  }

  #retry = (): void => this.#feed.retryNow();
  #drop = (): void => this.#feed.drop();

  #page(cursor: string | null) {
    const query = { ...this.#asked.query, limit: String(PAGE), ...(cursor === null ? {} : { cursor }) };
    return this.#api.get('/api/v1/usage/requests', query as never);
  }

  async #read(): Promise<void> {
    if (this.#waiting !== null) return;
    // What is told meanwhile is put in after: it may be newer than the answer, or in it.
    this.#waiting = [];
    const answer = await this.#page(null);
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    if (this.#stopped) return;
    if (answer.data === null) {
      this.#failure = answer.words;
      this.#loading = 'failed';
      return;
    }
    this.#failure = null;
    this.#loading = 'ready';
    this.#items = answer.data.items;
    this.#next = answer.data.next;
    for (const item of waiting) this.#put(item);
  }

  #take(message: LiveMessage): void {
    switch (message.type) {
      case 'snapshot':
        // A beginning, or a gap that the feed could not close: the list is read anew.
        if (this.#loading === 'ready') void this.#read();
        break;
      case 'changes':
        for (const { request } of message.changes) {
          if (this.#waiting !== null) this.#waiting.push(request);
          else this.#put(request);
        }
        break;
      default:
        break;
    }
  }

  #put(item: RequestItem): void {
    const isKnown = this.#items.some(({ id }) => id === item.id);
    const belongs = holds(this.#asked.filters, (dimension) => valueOf(item, dimension));
    if (!belongs) {
      // What became known may take it out.
      if (isKnown) this.#items = this.#items.filter(({ id }) => id !== item.id);
      return;
    }
    const last = this.#items.at(-1);
    // What lies before the last of a list that goes on comes with its page.
    if (!isKnown && this.#next !== null && last && Date.parse(item.startedAt) < Date.parse(last.startedAt))
      return;
    this.#items = merged(this.#items, item);
    if (!isKnown) this.#arrived = new Set([...this.#arrived, item.id]);
  }
}
