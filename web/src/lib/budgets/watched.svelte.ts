import type { ApiClient, BudgetList } from '../api/client';
import { LiveFeed, type FeedState } from '../live/feed';

/** How long what is told is gathered before budgets are read, and how often they are without being told; milliseconds. */
const GATHER = 500;
const EVERY = 15_000;

/** How the budgets and limits stand, read whenever something was used or changed. */
export class Watched {
  readonly #api: ApiClient;
  readonly #feed: LiveFeed;
  #list = $state.raw<BudgetList | null>(null);
  #failure = $state<string | null>(null);
  #state = $state.raw<FeedState>({ name: 'connecting' });
  #soon: ReturnType<typeof setTimeout> | undefined;
  #often: ReturnType<typeof setInterval> | undefined;
  #asked = 0;
  #stopped = false;

  constructor(api: ApiClient, headers: Readonly<Record<string, string>>) {
    this.#api = api;
    this.#feed = new LiveFeed({
      headers,
      topics: 'requests,activity',
      message: ({ type }) => {
        if (type !== 'beat') this.#soon ??= setTimeout(() => void this.read(), GATHER);
      },
      state: (state) => (this.#state = state),
    });
  }

  /** Null until they were read. */
  get list(): BudgetList | null {
    return this.#list;
  }
  /** Why they could not be read; what was read before stays. */
  get failure(): string | null {
    return this.#failure;
  }
  get feed(): FeedState {
    return this.#state;
  }

  start(): void {
    void this.#feed.run();
    // Windows slide and grants end though nobody uses anything.
    this.#often = setInterval(() => document.hidden || void this.read(), EVERY);
    void this.read();
  }

  stop(): void {
    this.#stopped = true;
    this.#feed.stop();
    clearInterval(this.#often);
    clearTimeout(this.#soon);
  }

  retry(): void {
    this.#feed.retryNow();
    void this.read();
  }

  async read(): Promise<void> {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    const own = ++this.#asked;
    const answer = await this.#api.get('/api/v1/budgets');
    if (this.#stopped || own !== this.#asked) return;
    this.#failure = answer.data === null ? answer.words : null;
    if (answer.data !== null) this.#list = answer.data;
  }
}
