import type { Override } from '../api/client';
import { session } from '../state/session.svelte';

/** How often it is asked what others have set, in milliseconds. */
const EVERY = 15_000;

/** What is set in the place of what the configuration says, as the frame of all pages shows it. */
class Overrides {
  #list = $state.raw<readonly Override[]>([]);

  /** The oldest first; none before it was read. */
  get list(): readonly Override[] {
    return this.#list;
  }

  /** Follows it until what is given back is called. */
  follow(): () => void {
    const read = () => document.hidden || void this.read();
    read();
    const timer = setInterval(read, EVERY);
    document.addEventListener('visibilitychange', read);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', read);
    };
  }

  /** Reads it anew; what was read before stays where that fails. */
  async read(): Promise<void> {
    if (session.headers === null || !session.may('analytics:view')) return;
    const { data } = await session.api.get('/api/v1/overrides');
    if (data !== null) this.#list = data.overrides;
  }
}

export const overrides = new Overrides();
