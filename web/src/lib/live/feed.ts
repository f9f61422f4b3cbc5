import { type LiveMessage } from '../api/client';
import { EventParser } from './events';

/** How the page stands with `/live`. */
export type FeedState =
  | { readonly name: 'connecting' }
  | { readonly name: 'live' }
  /** Broken off; the next attempt begins at `retryAt` (milliseconds of `Date.now()`). */
  | { readonly name: 'reconnecting'; readonly retryAt: number }
  /** The server takes the key no longer (401) or not for this (403). */
  | { readonly name: 'refused'; readonly status: number };

export interface FeedOptions {
  /** Who asks: a key's header, or none where a session's cookie says it. */
  readonly headers: Readonly<Record<string, string>>;
  /** What to be told of, as `topics` has it. */
  readonly topics: string;
  readonly message: (message: LiveMessage) => void;
  readonly state: (state: FeedState) => void;
  readonly fetch?: typeof fetch;
  /** From 0 to 1; spreads the attempts of many pages. */
  readonly random?: () => number;
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
/** The server says something every 15 seconds; after three silent beats the connection is dead. */
const SILENCE = 45_000;

/**
 * Listens to `/live` until it is stopped: by `fetch`, since an `EventSource` can send no key. After a break it comes back
 * to the place where it was, waiting twice as long after each failure in a row, at most 15 seconds.
 */
export class LiveFeed {
  readonly #options: FeedOptions;
  readonly #stop = new AbortController();
  #place: string | null = null;
  #failures = 0;
  #wake: (() => void) | null = null;
  #open: AbortController | null = null;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** Begins; completes when stopped or refused. */
  async run(): Promise<void> {
    this.#options.state({ name: 'connecting' });
    while (!this.#stop.signal.aborted) {
      const refused = await this.#listen();
      if (this.#stop.signal.aborted) return;
      if (refused !== null) {
        this.#options.state({ name: 'refused', status: refused });
        return;
      }
      await this.#wait();
    }
  }

  /** Ends the wait for the next attempt. */
  retryNow(): void {
    this.#wake?.();
  }

  /** Takes the connection for broken: the network is known to be gone. */
  drop(): void {
    this.#open?.abort();
  }

  stop(): void {
    this.#stop.abort();
    this.#wake?.();
  }

  /** One connection until it ends; the status when the server refuses the key. */
  async #listen(): Promise<number | null> {
    const own = (this.#open = new AbortController());
    const end = () => own.abort();
    this.#stop.signal.addEventListener('abort', end);
    let silence = setTimeout(end, SILENCE);
    try {
      const answer = await (this.#options.fetch ?? fetch)(
        `/live?topics=${this.#options.topics}${this.#place === null ? '' : `&after=${this.#place}`}`,
        {
          headers: { ...this.#options.headers, accept: 'text/event-stream' },
          cache: 'no-store',
          signal: own.signal,
        },
      );
      if (answer.status === 401 || answer.status === 403) return answer.status;
      if (!answer.ok || !answer.body) return null;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      const parser = new EventParser();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return null;
        clearTimeout(silence);
        silence = setTimeout(end, SILENCE);
        for (const data of parser.push(value)) this.#take(data, parser.id);
      }
    } catch {
      // Unreachable, broken off or silent: the next attempt tells.
      return null;
    } finally {
      clearTimeout(silence);
      this.#stop.signal.removeEventListener('abort', end);
      own.abort();
    }
  }

  #take(data: string, place: string | null): void {
    const message = JSON.parse(data) as LiveMessage;
    if (this.#failures > 0 || this.#place === null) this.#options.state({ name: 'live' });
    this.#failures = 0;
    // A place may have two numbers, of which the message names one.
    this.#place = place;
    this.#options.message(message);
  }

  #wait(): Promise<void> {
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures++);
    const wait = longest * (0.5 + (this.#options.random ?? Math.random)() / 2);
    this.#options.state({ name: 'reconnecting', retryAt: Date.now() + wait });
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), wait);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
    });
  }
}
