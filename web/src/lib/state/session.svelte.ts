import * as m from '$messages';
import { CSRF_HEADER, KEY_HEADER, createApi, type ApiClient, type Caller } from '../api/client';

const KEY = 'weir.key';
/** That somebody is signed in; the session itself is in a cookie that no script reads. */
const PERSON = 'weir.person';

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

/** The management API as nobody: no call carries more than the cookie. */
export const strangers = createApi(
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
  #caller = $state.raw<Caller | null>(null);
  #notice = $state<string | null>(null);
  #known = $state(false);

  readonly api: ApiClient = createApi(
    () => this.#headers,
    (who) => {
      if (who !== this.#headers) return;
      this.#forget(this.#person === null ? m.account_key_refused() : m.account_over());
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

  /**
   * Whether a permission is had in the whole workspace, as far as is known: a page that might open is shown. `orInPart` is for
   * what a role for single teams or projects gives too, of which a person's list says nothing.
   */
  may(permission: string, orInPart = false): boolean {
    const caller = this.#person ?? this.#caller;
    return (
      caller === null ||
      caller.permissions.includes(permission) ||
      // A session that lacks its second factor has none; what it may do later is not known yet.
      (orInPart && caller.key === null)
    );
  }

  /** Asks what a key may do; a person's own answer says it already. */
  async learn(): Promise<void> {
    if (this.#person !== null || this.#headers === null) return;
    const answer = await this.api.get('/api/v1/auth/session');
    this.#caller = answer.data;
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
    else if (stored(PERSON) !== null && !(await this.refresh())) this.#forget(m.account_over());
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

  /** Takes up the session that a sign-in has just begun; false when the browser kept no cookie of it. */
  enter(): Promise<boolean> {
    forget();
    return this.refresh();
  }

  /** Signs in with a key that the server takes; `keep` keeps it beyond this tab. */
  enterWithKey(key: string, keep: boolean): void {
    forget();
    try {
      (keep ? localStorage : sessionStorage).setItem(KEY, key);
    } catch {
      // No storage: signed in until the page is left.
    }
    this.#notice = null;
    this.#person = null;
    this.#headers = { [KEY_HEADER]: key };
  }

  /** Signs out: a person's session ends on the server too. */
  async leave(): Promise<void> {
    if (this.#person !== null) await this.api.send('POST', '/api/v1/auth/sign-out');
    this.#forget(null);
  }

  #forget(notice: string | null): void {
    forget();
    this.#headers = null;
    this.#caller = null;
    this.#person = null;
    this.#notice = notice;
  }
}

export const session = new Session();
