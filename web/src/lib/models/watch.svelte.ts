import type { ActivityEvent, ApiClient } from '../api/client';
import { LiveFeed, type FeedState } from '../live/feed';
import { Health } from '../now/health.svelte';

/** What becomes of targets by itself is told by nobody: a rest that ends, a share that grows. */
const PACE = 5_000;
/** The most incidents that are shown. */
const MOST = 30;
/** The events that tell how targets stand. */
const KINDS = 'breaker,probe,cooldown,target,provider_key';

/** How the providers stand and what happened to them, as it happens. */
export class Watch {
  readonly health: Health;
  readonly #api: ApiClient;
  readonly #feed: LiveFeed;
  readonly #range: { readonly from: string; readonly to?: string };
  #state = $state.raw<FeedState>({ name: 'connecting' });
  #incidents = $state.raw<readonly ActivityEvent[] | null>(null);
  #hasMore = $state(false);
  #failure = $state<string | null>(null);
  #timer: ReturnType<typeof setInterval> | undefined;
  #stopped = false;

  constructor(
    api: ApiClient,
    headers: Readonly<Record<string, string>>,
    range: { readonly from: string; readonly to?: string },
  ) {
    this.#api = api;
    this.#range = range;
    this.health = new Health(api);
    this.#feed = new LiveFeed({
      headers,
      topics: 'activity',
      message: ({ type }) => {
        if (type === 'activity' || type === 'gap') this.#read();
      },
      state: (state) => {
        // Who comes back has missed what was told meanwhile.
        if (state.name === 'live') this.#read();
        this.#state = state;
      },
    });
  }

  get state(): FeedState {
    return this.#state;
  }
  /** The newest first; null while they are not known. */
  get incidents(): readonly ActivityEvent[] | null {
    return this.#incidents;
  }
  /** There are more than are shown. */
  get hasMore(): boolean {
    return this.#hasMore;
  }
  get failure(): string | null {
    return this.#failure;
  }

  start(): void {
    void this.#feed.run();
    this.#timer = setInterval(() => void this.health.read(Date.now), PACE);
    addEventListener('online', this.retry);
    addEventListener('offline', this.#drop);
    this.#read();
  }

  stop(): void {
    this.#stopped = true;
    this.#feed.stop();
    this.health.stop();
    clearInterval(this.#timer);
    removeEventListener('online', this.retry);
    removeEventListener('offline', this.#drop);
  }

  retry = (): void => this.#feed.retryNow();
  #drop = (): void => this.#feed.drop();

  #read(): void {
    void this.health.read(Date.now);
    void this.#readIncidents();
  }

  async #readIncidents(): Promise<void> {
    const answer = await this.#api.get('/api/v1/activity', {
      kind: KINDS,
      from: this.#range.from,
      limit: String(MOST),
    } as never);
    if (this.#stopped) return;
    this.#failure = answer.data === null ? answer.words : null;
    if (answer.data === null) return;
    const end = this.#range.to === undefined ? Infinity : Date.parse(this.#range.to);
    this.#incidents = answer.data.items.filter(({ at }) => Date.parse(at) < end);
    this.#hasMore = answer.data.next !== null;
  }
}
