import type { ApiClient } from '../api/client';
import { standingsOf, type Standing } from './standings';

/** How the providers stand, as far as the caller may know. It is read whenever it is told to. */
export class Health {
  readonly #api: ApiClient;
  #asking = false;
  #again = false;
  #stopped = false;

  #standings = $state.raw<readonly Standing[]>([]);
  #reading = $state<'loading' | 'ready' | 'failed'>('loading');
  #failure = $state<string | null>(null);
  #isHidden = $state(false);

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** As they stood when they were last read. */
  get standings(): readonly Standing[] {
    return this.#standings;
  }
  get reading() {
    return this.#reading;
  }
  /** Why they could not be read. */
  get failure(): string | null {
    return this.#failure;
  }
  /** The caller may not know. */
  get isHidden(): boolean {
    return this.#isHidden;
  }

  stop(): void {
    this.#stopped = true;
  }

  /**
   * Reads them; once more when told to while it reads.
   * @param now The time by the server's clock, in milliseconds since 1970.
   */
  async read(now: () => number): Promise<void> {
    this.#again = this.#asking;
    if (this.#asking || this.#isHidden) return;
    this.#asking = true;
    const answer = await this.#api.get('/api/v1/providers/health');
    this.#asking = false;
    if (this.#stopped) return;
    if (answer.data !== null) {
      this.#standings = standingsOf(answer.data, now());
      this.#failure = null;
      this.#reading = 'ready';
    } else if (answer.status === 403) this.#isHidden = true;
    else {
      this.#failure = answer.words;
      this.#reading = 'failed';
    }
    if (this.#again) await this.read(now);
  }
}
