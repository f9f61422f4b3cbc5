import * as m from '$messages';
import type { ActivityEvent, ApiClient, LiveMessage } from '../api/client';
import { Changes, type Change } from './changes';

/** Events of a page of the feed, lines that are shown at first and with each "Show earlier", and what is kept at most. */
const PAGE = 50;
const LINES = 20;
const MOST = 500;
/** How many pages one "Show earlier" reads at most: they may hold nothing but what is one line already. */
const PAGES = 5;
/** How long after a failure the feed is read again, in milliseconds. */
const RETRY_AFTER = 10_000;
/** How long what comes is gathered before a screen reader is told of it, and the least time between two tellings. */
const GATHER = 1_000;
const QUIET = 10_000;

/** How far the list is with the feed. */
export type Reading = 'loading' | 'ready' | 'failed';
/** What lies before what is shown: nothing, something, or more than the page keeps. */
export type Earlier = 'none' | 'more' | 'loading' | 'failed' | 'beyond';

/**
 * "What changed": the activity feed's newest events, read once and gone on with by what `/live` tells. The page's live store
 * hands it the messages, and ends it with {@link stop}.
 */
export class Changed {
  readonly #api: ApiClient;
  readonly #ontold: () => void;
  readonly #changes = new Changes(MOST);
  #most = LINES;
  #held: ActivityEvent[] | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #telling: ReturnType<typeof setTimeout> | undefined;
  #toldAt = -QUIET;
  #untold = 0;
  #stopped = false;

  #lines = $state.raw<readonly Change[]>([]);
  #reading = $state<Reading>('loading');
  #failure = $state<string | null>(null);
  #earlier = $state<Earlier>('none');
  #said = $state('');

  /** @param ontold Is called when something came just now. */
  constructor(api: ApiClient, ontold: () => void) {
    this.#api = api;
    this.#ontold = ontold;
  }

  get lines(): readonly Change[] {
    return this.#lines;
  }
  get reading(): Reading {
    return this.#reading;
  }
  /** Why it could not be read. */
  get failure(): string | null {
    return this.#failure;
  }
  get earlier(): Earlier {
    return this.#earlier;
  }
  /** For screen readers: what came just now, said seldom. */
  get said(): string {
    return this.#said;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#telling);
  }

  /** Reads the newest events: whenever the page has begun to listen, since what came before that is told by nobody. */
  async read(): Promise<void> {
    clearTimeout(this.#retry);
    const answer = await this.#api.get('/api/v1/activity', { limit: PAGE });
    if (this.#stopped) return;
    if (answer.data === null) {
      this.#failure = answer.words;
      this.#reading = 'failed';
      this.#retry = setTimeout(() => void this.read(), RETRY_AFTER);
      return;
    }
    this.#failure = null;
    if (this.#held !== null && this.#reading === 'ready') this.#hold(answer.data.items);
    else {
      this.#reading = 'ready';
      this.#changes.begin(answer.data);
      this.#show();
    }
  }

  /** Takes what was told; while it stands still it is kept for later. */
  take(message: Extract<LiveMessage, { type: 'activity' }>): void {
    if (message.missed) {
      this.#changes.clear();
      void this.read();
    }
    if (this.#held === null) this.#tell(message.events);
    else this.#hold(message.events);
  }

  pause(): void {
    this.#held ??= [];
  }

  resume(): void {
    const held = this.#held ?? [];
    this.#held = null;
    this.#tell(held);
  }

  /** Shows more lines, and reads them where they are not known yet. */
  async showEarlier(): Promise<void> {
    const before = this.#lines.length;
    this.#most += LINES;
    this.#show();
    for (let i = 0; i < PAGES && this.#lines.length === before && this.#earlier === 'more'; i++) {
      this.#earlier = 'loading';
      const { data } = await this.#api.get('/api/v1/activity', {
        limit: PAGE,
        before: String(this.#changes.earlier),
      });
      if (this.#stopped) return;
      if (data === null) {
        this.#earlier = 'failed';
        return;
      }
      this.#changes.extend(data);
      this.#show();
    }
  }

  #hold(events: readonly ActivityEvent[]): void {
    this.#held = [...(this.#held ?? []), ...events].slice(-MOST);
  }

  #tell(events: readonly ActivityEvent[]): void {
    const fresh = this.#changes.tell(events);
    if (fresh.length === 0) return;
    this.#show();
    this.#ontold();
    this.#untold += fresh.length;
    this.#telling ??= setTimeout(
      () => this.#say(),
      Math.max(GATHER, this.#toldAt + QUIET - performance.now()),
    );
  }

  #say(): void {
    const last = this.#lines[0];
    this.#telling = undefined;
    this.#toldAt = performance.now();
    if (last === undefined) return;
    const words = `${last.event.severity}: ${last.event.text}`;
    this.#said = this.#untold === 1 ? words : m.now_changes_said({ count: this.#untold, text: words });
    this.#untold = 0;
  }

  #show(): void {
    const all = this.#changes.lines();
    this.#lines = all.slice(0, this.#most);
    this.#earlier =
      all.length > this.#lines.length
        ? 'more'
        : this.#changes.earlier === null
          ? 'none'
          : this.#changes.isFull
            ? 'beyond'
            : 'more';
  }
}
