import type { LiveMessage } from '../api/client';
import { LiveFeed, type FeedState } from '../live/feed';

/** At most so often is anything read anew, in milliseconds. */
const PACE = 2_000;

/** The sessions that a message tells of; null for "perhaps any". */
export function toldOf(message: LiveMessage): readonly string[] | null {
  switch (message.type) {
    case 'sessions':
      return message.sessions;
    case 'changes':
      return message.changes.flatMap(({ request }) => (request.session === null ? [] : [request.session]));
    case 'gap':
      return null;
    default:
      return [];
  }
}

/** That there is news of sessions: by their agents, and by the requests that pass. `heard` is called with what is new, not too often. */
export class News {
  readonly #feed: LiveFeed;
  readonly #heard: (ids: ReadonlySet<string> | null) => void;
  #state = $state.raw<FeedState>({ name: 'connecting' });
  #ids: Set<string> | null = new Set();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wasLive = false;

  constructor(headers: Readonly<Record<string, string>>, heard: (ids: ReadonlySet<string> | null) => void) {
    this.#heard = heard;
    this.#feed = new LiveFeed({
      headers,
      topics: 'requests,sessions',
      message: (message) => this.#take(toldOf(message)),
      state: (state) => {
        // Sessions are not numbered: who comes back reads them again.
        if (state.name === 'live' && this.#wasLive) this.#take(null);
        this.#wasLive ||= state.name === 'live';
        this.#state = state;
      },
    });
  }

  get state(): FeedState {
    return this.#state;
  }

  start(): void {
    void this.#feed.run();
    addEventListener('online', this.retry);
    addEventListener('offline', this.#drop);
  }

  stop(): void {
    this.#feed.stop();
    clearTimeout(this.#timer);
    removeEventListener('online', this.retry);
    removeEventListener('offline', this.#drop);
  }

  retry = (): void => this.#feed.retryNow();
  #drop = (): void => this.#feed.drop();

  #take(ids: readonly string[] | null): void {
    if (ids?.length === 0) return;
    if (ids === null) this.#ids = null;
    else for (const id of ids) this.#ids?.add(id);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const told = this.#ids;
      this.#ids = new Set();
      this.#heard(told);
    }, PACE);
  }
}
