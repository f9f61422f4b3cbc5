import { createApi, type ApiClient } from '../api/client';

const STORED = 'weir.key';

/** What a sign-in came to; words when it failed. */
export type SignIn = { readonly ok: true } | { readonly ok: false; readonly words: string };

function stored(): string | null {
  try {
    return sessionStorage.getItem(STORED) ?? localStorage.getItem(STORED);
  } catch {
    // No storage: the key lives as long as the page.
    return null;
  }
}

function forget(): void {
  try {
    sessionStorage.removeItem(STORED);
    localStorage.removeItem(STORED);
  } catch {
    // As above.
  }
}

/** Who is signed in: the Weir key that the page calls the API with, kept in this tab or, if wished, in this browser. */
class Session {
  #key = $state<string | null>(null);
  #notice = $state<string | null>(null);
  #known = $state(false);

  readonly api: ApiClient = createApi(
    () => this.#key,
    (key) => {
      if (key === this.#key) this.signOut('The server no longer takes this key. Sign in with another one.');
    },
  );

  get key(): string | null {
    return this.#key;
  }

  /** Why nobody is signed in any more; null when there is nothing to say. */
  get notice(): string | null {
    return this.#notice;
  }

  /** False until the browser's storage has been looked at, and in the prerendered page. */
  get known(): boolean {
    return this.#known;
  }

  /** Takes the key that an earlier visit left. */
  restore(): void {
    this.#key = stored();
    this.#known = true;
  }

  /** Tries a key; it is kept only when the server takes it. */
  async signIn(text: string, keep: boolean): Promise<SignIn> {
    const key = text.trim();
    if (!/^wk_[A-Za-z0-9_-]+$/.test(key)) {
      return {
        ok: false,
        words:
          key === '' ? 'Enter a key.' : 'A Weir key begins with wk_ and has letters and digits after it.',
      };
    }
    const trial = createApi(
      () => key,
      () => undefined,
    );
    const answer = await trial.get('/api/v1/usage/requests', { limit: 1 });
    if (answer.data === null) return { ok: false, words: answer.words };
    try {
      forget();
      (keep ? localStorage : sessionStorage).setItem(STORED, key);
    } catch {
      // No storage: signed in until the page is left.
    }
    this.#notice = null;
    this.#key = key;
    return { ok: true };
  }

  signOut(notice: string | null = null): void {
    forget();
    this.#key = null;
    this.#notice = notice;
  }
}

export const session = new Session();
