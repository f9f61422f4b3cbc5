import {
  CSRF_HEADER,
  KEY_HEADER,
  createApi,
  type ApiClient,
  type Caller,
  type SignInStep,
} from '../api/client';

const KEY = 'weir.key';
/** That somebody is signed in; the session itself is in a cookie that no script reads. */
const PERSON = 'weir.person';

/** What a sign-in came to; words when it failed, a ticket when a code is asked for. */
export type SignIn =
  | { readonly ok: true; readonly ticket?: undefined }
  | { readonly ok: false; readonly words: string; readonly ticket?: undefined }
  | { readonly ok: false; readonly words: null; readonly ticket: string };

function stored(name: string): string | null {
  try {
    return sessionStorage.getItem(name) ?? localStorage.getItem(name);
  } catch {
    // No storage: what is known lives as long as the page.
    return null;
  }
}

function forget(): void {
  try {
    sessionStorage.removeItem(KEY);
    localStorage.removeItem(KEY);
    localStorage.removeItem(PERSON);
  } catch {
    // As above.
  }
}

const strangers = createApi(
  () => null,
  () => undefined,
);

/**
 * Who is signed in: a person, by the session in this browser's cookie; or a Weir key, kept in this tab or, if wished, in this
 * browser.
 */
class Session {
  #headers = $state.raw<Readonly<Record<string, string>> | null>(null);
  #person = $state.raw<Caller | null>(null);
  #notice = $state<string | null>(null);
  #known = $state(false);

  readonly api: ApiClient = createApi(
    () => this.#headers,
    (who) => {
      if (who !== this.#headers) return;
      this.#forget(
        this.#person === null
          ? 'The server no longer takes this key. Sign in with another one.'
          : 'The session is over. Sign in again.',
      );
    },
  );

  /** What every call carries; null when nobody is signed in. */
  get headers(): Readonly<Record<string, string>> | null {
    return this.#headers;
  }

  /** The person; null for a key, and for nobody. */
  get person(): Caller | null {
    return this.#person;
  }

  /** Why nobody is signed in any more; null when there is nothing to say. */
  get notice(): string | null {
    return this.#notice;
  }

  /** False until it is known whether anybody is signed in, and in the prerendered page. */
  get known(): boolean {
    return this.#known;
  }

  /** Takes up what an earlier visit left. */
  async restore(): Promise<void> {
    const key = stored(KEY);
    if (key !== null) this.#headers = { [KEY_HEADER]: key };
    else if (stored(PERSON) !== null && !(await this.refresh()))
      this.#forget('The session is over. Sign in again.');
    this.#known = true;
  }

  /** Asks anew who is signed in by cookie, and for the word that changes must carry; false for nobody. */
  async refresh(): Promise<boolean> {
    const answer = await strangers.get('/api/v1/auth/session');
    if (answer.data === null || answer.data.csrf === null) return false;
    this.#person = answer.data;
    this.#headers = { [CSRF_HEADER]: answer.data.csrf };
    this.#notice = null;
    try {
      localStorage.setItem(PERSON, '1');
    } catch {
      // No storage: signed in until the page is left.
    }
    return true;
  }

  /** Takes one step: a name and a password, a code, an invitation, a passkey. */
  async step(path: string, body: unknown): Promise<SignIn> {
    const answer = await strangers.send<SignInStep>('POST', path, body);
    if (answer.data === null) return { ok: false, words: answer.words };
    if (answer.data.ticket) return { ok: false, words: null, ticket: answer.data.ticket };
    forget();
    return (await this.refresh())
      ? { ok: true }
      : { ok: false, words: 'This browser keeps no cookie of the server: allow it, or use a Weir key.' };
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
    const headers = { [KEY_HEADER]: key };
    const trial = createApi(
      () => headers,
      () => undefined,
    );
    const answer = await trial.get('/api/v1/usage/requests', { limit: 1 });
    if (answer.data === null) return { ok: false, words: answer.words };
    try {
      forget();
      (keep ? localStorage : sessionStorage).setItem(KEY, key);
    } catch {
      // No storage: signed in until the page is left.
    }
    this.#notice = null;
    this.#person = null;
    this.#headers = headers;
    return { ok: true };
  }

  /** Signs out: a person's session ends on the server too. */
  async leave(): Promise<void> {
    if (this.#person !== null) await this.api.send('POST', '/api/v1/auth/sign-out');
    this.#forget(null);
  }

  #forget(notice: string | null): void {
    forget();
    this.#headers = null;
    this.#person = null;
    this.#notice = notice;
  }
}

export const session = new Session();
