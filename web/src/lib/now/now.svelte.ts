import { type ApiClient, type LiveChange, type LiveMessage, type RequestItem } from '../api/client';
import { endOfDay, startOfDay } from '../format/time';
import { LiveFeed, type FeedState } from '../live/feed';
import type { Changed } from './changed.svelte';
import { Newest, type Row } from './newest';
import { Recent, WINDOW, type Metric } from './recent';
import { largest, Today, type Figures, type Share } from './today';

const METRICS = { tokens: 'totalTokens', cost: 'costUsd', requests: 'requests' } as const;

/** Rows of the breakdowns and of the list. */
const SHARES = 6;
const ROWS = 60;
/** The list comes to its length by so many rows a frame, so that none takes long. */
const ROWS_A_FRAME = 12;
/** The least time between two views, in milliseconds: faster than that nobody reads, and frames would come late. */
const VIEW_EVERY = 100;
/** How often the server is asked how many requests it is answering, in milliseconds. */
const IN_FLIGHT_EVERY = 2_000;
/** Changes that wait for their sums; a server that answers no summary must not fill the memory. */
const MOST_WAITING = 20_000;
/** A clock that is further off than this is put right by the server's. */
const SKEW = 2_000;
/** How long after a failure the sums are asked for again, in milliseconds. */
const RETRY_AFTER = 10_000;

/** Everything that the page shows, as it stood at one moment. */
export interface View {
  readonly at: number;
  /** Today's sums; null as long as they could not be read. */
  readonly total: Figures | null;
  readonly byModel: { readonly shares: readonly Share[]; readonly others: readonly Share[] };
  readonly byClient: { readonly shares: readonly Share[]; readonly others: readonly Share[] };
  readonly rows: readonly Row[];
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
}

/** How far the page is with today's sums. */
export type Loading = 'loading' | 'ready' | 'failed';

/**
 * The live store of "Now": it reads today's sums, listens to what changes, and shows both at most once a frame, however
 * fast they come. Begins with {@link start}; {@link stop} ends everything that it began.
 */
export class Now {
  readonly #api: ApiClient;
  readonly #feed: LiveFeed;
  readonly #recent = new Recent(Date.now() / 1000);
  readonly #newest = new Newest(ROWS);
  #today: Today | null = null;
  #waiting: LiveChange[] = [];
  /** What a summary must hold at least, or the changes before the first one told would be missing. */
  #toldFrom = 0;
  #changed: Changed | null = null;
  #reading = false;
  #retryAt = 0;
  #skew = 0;
  #frame: number | null = null;
  #shownAt = -VIEW_EVERY;
  #ticks: ReturnType<typeof setInterval>[] = [];
  #stopped = false;

  #view = $state.raw<View>(emptyView());
  #loading = $state<Loading>('loading');
  #failure = $state<string | null>(null);
  #feedState = $state.raw<FeedState>({ name: 'connecting' });
  #everAnything = $state(false);
  #inFlight = $state<number | null>(null);
  #paused = $state(false);
  #unseen = $state(0);

  constructor(api: ApiClient, headers: Readonly<Record<string, string>>) {
    this.#api = api;
    this.#feed = new LiveFeed({
      headers,
      topics: 'requests,activity',
      message: (message) => this.#take(message),
      state: (state) => (this.#feedState = state),
    });
  }

  get view(): View {
    return this.#view;
  }
  get loading(): Loading {
    return this.#loading;
  }
  /** Why the sums could not be read. */
  get failure(): string | null {
    return this.#failure;
  }
  get feed(): FeedState {
    return this.#feedState;
  }
  /** False as long as the ledger holds no request at all. */
  get hasRequests(): boolean {
    return this.#everAnything;
  }
  /** Requests being answered now; null when the key may not know. */
  get inFlight(): number | null {
    return this.#inFlight;
  }
  get paused(): boolean {
    return this.#paused;
  }
  /** Changes since it was paused. */
  get unseen(): number {
    return this.#unseen;
  }

  line(metric: Metric) {
    return this.#recent.line(metric);
  }
  minutes(metric: Metric) {
    return this.#recent.minutes(metric);
  }

  start(): void {
    void this.#feed.run();
    void this.#readSums();
    void this.#askInFlight();
    this.#ticks = [
      setInterval(() => this.#tick(), 1_000),
      setInterval(() => void this.#askInFlight(), IN_FLIGHT_EVERY),
    ];
    addEventListener('online', this.#retry);
    addEventListener('offline', this.#drop);
    document.addEventListener('visibilitychange', this.#retry);
  }

  stop(): void {
    this.#stopped = true;
    this.#feed.stop();
    this.#ticks.forEach(clearInterval);
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    removeEventListener('online', this.#retry);
    removeEventListener('offline', this.#drop);
    document.removeEventListener('visibilitychange', this.#retry);
  }

  /** Tries again at once what failed. */
  retry(): void {
    this.#feed.retryNow();
    if (this.#loading === 'failed') void this.#readSums();
  }

  /** From now on the activity feed is told to this list, which comes after the figures; null for to nobody. */
  tellChanges(to: Changed | null): void {
    this.#changed = to;
    if (this.#paused) to?.pause();
  }

  pause(): void {
    this.#paused = true;
    this.#unseen = 0;
    this.#changed?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#changed?.resume();
    this.#show();
  }

  #retry = (): void => {
    if (!document.hidden) this.#feed.retryNow();
  };

  #drop = (): void => this.#feed.drop();

  /** Now, by the server's clock where the page's own is wrong, in milliseconds since 1970. */
  time(): number {
    return Date.now() + this.#skew;
  }

  #take(message: LiveMessage): void {
    switch (message.type) {
      case 'snapshot':
        this.#toldFrom = message.cursor;
        this.#newest.reset(message.requests);
        this.#everAnything ||= message.requests.length > 0;
        if (this.#today && this.#today.asOf < message.cursor) void this.#readSums();
        void this.#readLine(message.requests);
        break;
      case 'changes':
        this.#everAnything = true;
        for (const change of message.changes) this.#apply(change);
        if (this.#paused) this.#unseen += message.changes.length;
        break;
      case 'activity':
        this.#changed?.take(message);
        if (this.#paused) this.#unseen += message.events.length;
        return;
      case 'beat':
      case 'gap':
        // A snapshot follows a gap, and everything is read anew.
        return;
    }
    this.#schedule();
  }

  #apply(change: LiveChange): void {
    this.#recent.advance(this.time() / 1000);
    this.#recent.apply(change);
    this.#newest.apply(change);
    this.#today?.apply(change);
    if (this.#reading && this.#waiting.length < MOST_WAITING) this.#waiting.push(change);
  }

  /** Reads the day's sums, and adds what was told since the moment that they hold. */
  async #readSums(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    this.#waiting = [];
    const now = new Date(this.time());
    const [from, to] = [startOfDay(now), endOfDay(now)];
    const answer = await this.#api.get('/api/v1/usage/summary', {
      from: from.toISOString(),
      to: to.toISOString(),
      groupBy: 'model,client',
    });
    this.#reading = false;
    if (this.#stopped) return;
    if (answer.data === null) {
      this.#failure = answer.words;
      this.#loading = 'failed';
      this.#retryAt = Date.now() + RETRY_AFTER;
      return;
    }
    this.#heed(answer.date);
    const today = new Today(answer.data, from.getTime(), to.getTime());
    // It is older than the snapshot: what lies between the two was never told.
    if (today.asOf < this.#toldFrom) return this.#readSums();
    for (const change of this.#waiting) today.apply(change);
    this.#waiting = [];
    this.#today = today;
    this.#everAnything ||= answer.data.total.requests > 0;
    this.#failure = null;
    this.#loading = 'ready';
    this.#schedule();
  }

  /** Goes by the server's clock where the page's own is wrong. */
  #heed(date: Date | null): void {
    const skew = date === null ? 0 : date.getTime() - Date.now();
    this.#skew = Math.abs(skew) > SKEW ? skew : 0;
  }

  /** Fills the line: second by second as far as the snapshot goes back, by the minute before. */
  async #readLine(newest: readonly RequestItem[]): Promise<void> {
    this.#recent.clear(this.time() / 1000);
    for (const item of newest) this.#recent.add(item);
    const oldest =
      newest.length > 0 ? Math.min(...newest.map((item) => Date.parse(item.startedAt))) / 1000 : 0;
    const start = Math.floor(this.time() / 60_000) * 60 - WINDOW;
    // The snapshot holds the whole window.
    if (newest.length === 0 || oldest <= start) return;
    await Promise.all(
      (Object.keys(METRICS) as Metric[]).map(async (metric) => {
        const { data } = await this.#api.get('/api/v1/usage/series', {
          metric: METRICS[metric],
          interval: 'minute',
          from: new Date(start * 1000).toISOString(),
          to: new Date(oldest * 1000).toISOString(),
        });
        if (data && !this.#stopped) this.#recent.fill(metric, data, oldest);
      }),
    );
    this.#schedule();
  }

  async #askInFlight(): Promise<void> {
    if (document.hidden || this.#feedState.name === 'reconnecting') return;
    const { data } = await this.#api.get('/api/v1/system/status');
    if (!this.#stopped) this.#inFlight = data?.inFlight ?? null;
  }

  #tick(): void {
    this.#recent.advance(this.time() / 1000);
    const isYesterday = this.#today !== null && this.time() >= this.#today.to;
    if (this.#loading === 'failed' ? Date.now() >= this.#retryAt : isYesterday) void this.#readSums();
    this.#schedule();
  }

  #schedule(): void {
    this.#frame ??= requestAnimationFrame((time) => {
      this.#frame = null;
      if (time - this.#shownAt < VIEW_EVERY) this.#schedule();
      else if (!this.#paused) this.#show(time);
    });
  }

  #show(time = performance.now()): void {
    const today = this.#today;
    const all = this.#newest.rows;
    const rows = all.slice(0, this.#view.rows.length + ROWS_A_FRAME);
    this.#shownAt = rows.length < all.length ? -VIEW_EVERY : time;
    this.#view = {
      at: this.time(),
      total: today && { ...today.total },
      byModel: largest(today?.byModel ?? new Map(), SHARES),
      byClient: largest(today?.byClient ?? new Map(), SHARES),
      rows,
      requestsPerMinute: this.#recent.perMinute('requests'),
      tokensPerMinute: this.#recent.perMinute('tokens'),
    };
    if (rows.length < all.length) this.#schedule();
  }
}

function emptyView(): View {
  return {
    at: Date.now(),
    total: null,
    byModel: { shares: [], others: [] },
    byClient: { shares: [], others: [] },
    rows: [],
    requestsPerMinute: 0,
    tokensPerMinute: 0,
  };
}
