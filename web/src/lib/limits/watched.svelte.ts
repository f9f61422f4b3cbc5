import type { ApiClient, BlockList, LimitList } from '../api/client';
import { LiveFeed, type FeedState } from '../live/feed';

/** How long what is told is gathered before the limits are read, and how often they are without being told; milliseconds. */
const GATHER = 1_000;
const EVERY = 60_000;

/** The limits and the blocks of a range, read whenever something about them was told. */
export class Watched {
  readonly #api: ApiClient;
  readonly #query: Readonly<Record<string, string>>;
  readonly #feed: LiveFeed;
  #limits = $state.raw<LimitList | null>(null);
  #blocks = $state.raw<BlockList | null>(null);
  #failure = $state<string | null>(null);
  #state = $state.raw<FeedState>({ name: 'connecting' });
  #soon: ReturnType<typeof setTimeout> | undefined;
  #often: ReturnType<typeof setInterval> | undefined;
  #asked = 0;
  #stopped = false;

  /** @param query The range of the blocks, as the API takes it. */
  constructor(
    api: ApiClient,
    headers: Readonly<Record<string, string>>,
    query: Readonly<Record<string, string>>,
  ) {
    this.#api = api;
    this.#query = query;
    this.#feed = new LiveFeed({
      headers,
      topics: 'requests,limits',
      message: ({ type }) => {
        if (type !== 'beat') this.#soon ??= setTimeout(() => void this.read(), GATHER);
      },
      state: (state) => (this.#state = state),
    });
  }

  /** Null until they were read. */
  get limits(): LimitList | null {
    return this.#limits;
  }
  get blocks(): BlockList | null {
    return this.#blocks;
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
    // Windows end though nobody uses anything.
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
    const [limits, blocks] = await Promise.all([
      this.#api.get('/api/v1/limits'),
      this.#api.get('/api/v1/blocks', this.#query as never),
    ]);
    if (this.#stopped || own !== this.#asked) return;
    this.#failure = limits.data === null ? limits.words : blocks.data === null ? blocks.words : null;
    if (limits.data !== null) this.#limits = limits.data;
    if (blocks.data !== null) this.#blocks = blocks.data;
  }
}
