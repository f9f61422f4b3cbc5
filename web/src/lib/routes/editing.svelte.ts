import type { ApiClient, ConfigCheck, ConfigDocument, ConfigFault } from '../api/client';

const PATH = '/api/v1/config';

/** How long nothing is typed before it is looked through, in milliseconds. */
const PAUSE = 500;

/** A text of the configuration in the making: what it was made of, what is wrong with it, and what came meanwhile. */
export class Editing {
  /** What the text was made of; null until it was read. */
  base = $state.raw<ConfigDocument | null>(null);
  text = $state('');
  faults = $state.raw<readonly ConfigFault[]>([]);
  /** The one in force, where that is not what the text was made of. */
  theirs = $state.raw<ConfigDocument | null>(null);
  /** Why it was not saved or looked through. */
  failure = $state<string | null>(null);
  /** What was replaced last by this page; null for nothing. */
  replaced = $state.raw<ConfigDocument | null>(null);
  busy = $state(false);

  readonly isChanged: boolean = $derived(this.base !== null && this.text !== this.base.text);

  readonly #api: ApiClient;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** Takes what is in force, unless something is being made of another. */
  hear(document: ConfigDocument): void {
    if (this.busy || document.etag === this.base?.etag) return;
    // What was asked for before a change may be answered after it.
    if ((document.version ?? Infinity) < (this.base?.version ?? 0)) return;
    if (this.isChanged) this.theirs = document;
    else this.take(document);
  }

  take(document: ConfigDocument): void {
    clearTimeout(this.#pause);
    this.base = document;
    this.text = document.text;
    this.faults = [];
    this.theirs = null;
    this.failure = null;
  }

  /** Goes on with this text, over what came meanwhile. */
  keep(): void {
    if (this.theirs !== null) this.base = this.theirs;
    this.theirs = null;
  }

  write(text: string): void {
    this.text = text;
    this.replaced = null;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => void this.validate(), PAUSE);
  }

  stop(): void {
    clearTimeout(this.#pause);
  }

  async validate(): Promise<void> {
    const { text } = this;
    const answer = await this.#api.send<ConfigCheck>('POST', `${PATH}/validate`, { text });
    // What was typed since is looked through by itself.
    if (text !== this.text) return;
    this.failure = answer.data === null ? answer.words : null;
    this.faults = answer.data?.faults ?? [];
  }

  /** Puts the text in force, or an earlier one back. */
  async save(comment: string): Promise<boolean> {
    return this.#put('PUT', PATH, { text: this.text, comment: said(comment) });
  }

  async rollBack(version: number, comment: string): Promise<boolean> {
    return this.#put('POST', `${PATH}/rollback`, { version, comment: said(comment) });
  }

  async #put(method: 'PUT' | 'POST', path: string, body: object): Promise<boolean> {
    if (this.base === null) return false;
    clearTimeout(this.#pause);
    this.busy = true;
    const answer = await this.#api.send<ConfigDocument>(method, path, body, this.base.etag);
    this.busy = false;
    if (answer.data !== null) {
      const before = this.base;
      this.take(answer.data);
      this.replaced = before;
      return true;
    }
    this.failure = answer.words;
    this.faults = answer.faults ?? [];
    if (answer.status === 412) {
      const { data } = await this.#api.get(PATH);
      if (data !== null) this.theirs = data;
    }
    return false;
  }
}

const said = (comment: string) => (comment.trim() === '' ? null : comment.trim());
