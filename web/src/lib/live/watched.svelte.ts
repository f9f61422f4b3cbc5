import type { Answer } from '../api/client';
import { LiveFeed, type FeedState } from './feed';

/** How long what is told is gathered before it is read anew, in milliseconds. */
const GATHER = 500;

export interface WatchedOptions<T> {
  readonly headers: Readonly<Record<string, string>>;
  /** What to be told of, as `topics` of `/live` has it. */
  readonly topics: string;
  /** How often it is read though nothing is told: what time alone changes. Milliseconds. */
  readonly every: number;
  readonly read: () => Promise<Answer<T>>;
}

/**
 * An answer of the API that is read whenever `/live` tells that it may be another. One reading at a time: what is told meanwhile
 * leads to one more, so that neither a slow server nor a busy one keeps the page from its figures.
 */
export class Watched<T> {
  readonly #options: WatchedOptions<T>;
  readonly #feed: LiveFeed;
  #data = $state.raw<T | null>(null);
  #failure = $state<string | null>(null);
  #state = $state.raw<FeedState>({ name: 'connecting' });
  #soon: ReturnType<typeof setTimeout> | undefined;
  #often: ReturnType<typeof setInterval> | undefined;
  #isReading = false;
  #again = false;
  #stopped = false;

  constructor(options: WatchedOptions<T>) {
    this.#options = options;
    this.#feed = new LiveFeed({
      headers: options.headers,
      topics: options.topics,
      message: ({ type }) => {
        if (type !== 'beat') this.#soon ??= setTimeout(() => void this.read(), GATHER);
      },
      state: (state) => (this.#state = state),
    });
  }

  /** Null until it was read. */
  get data(): T | null {
    return this.#data;
  }
  /** Why it could not be read; what was read before stays. */
  get failure(): string | null {
    return this.#failure;
  }
  get feed(): FeedState {
    return this.#state;
  }

  start(): void {
    void this.#feed.run();
    this.#often = setInterval(() => document.hidden || void this.read(), this.#options.every);
    addEventListener('online', this.#online);
    addEventListener('offline', this.#offline);
    void this.read();
  }

  stop(): void {
    this.#stopped = true;
    this.#feed.stop();
    clearInterval(this.#often);
    clearTimeout(this.#soon);
    removeEventListener('online', this.#online);
    removeEventListener('offline', this.#offline);
  }

  retry(): void {
    this.#feed.retryNow();
    void this.read();
  }

  async read(): Promise<void> {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    this.#again = this.#isReading;
    if (this.#isReading) return;
    this.#isReading = true;
    const answer = await this.#options.read();
    this.#isReading = false;
    if (this.#stopped) return;
    if ('words' in answer) this.#failure = answer.words;
    else {
      this.#failure = null;
      this.#data = answer.data;
    }
    if (this.#again) await this.read();
  }

  #online = (): void => this.#feed.retryNow();
  #offline = (): void => this.#feed.drop();
}
