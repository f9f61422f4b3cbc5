import type { ApiClient, DashboardItem } from '../api/client';
import { LiveFeed, type FeedState } from '../live/feed';
import { boardOf, type Board } from './board';
import { begun, redone, stepped, undone, type History } from './history';

const PATH = '/api/v1/dashboards';

/** What a change came to: the dashboard as it is now, or why not. */
export type Saved =
  | { readonly data: DashboardItem }
  | { readonly data: null; readonly status: number | null; readonly words: string };

export const pathOfBoard = (id: string) => `${PATH}/${encodeURIComponent(id)}`;

export function create(api: ApiClient, board: Board): Promise<Saved> {
  return api.send<DashboardItem>('POST', PATH, board);
}

export function remove(api: ApiClient, id: string): Promise<Saved> {
  return api.send<DashboardItem>('DELETE', pathOfBoard(id));
}

/** One dashboard: as it is on the server, and what is made of it here. It hears of others' changes. */
export class Opened {
  item = $state.raw<DashboardItem | null>(null);
  failure = $state<{ readonly status: number | null; readonly words: string } | null>(null);
  feed = $state.raw<FeedState>({ name: 'connecting' });
  /** What is being made; null while it is only looked at. */
  draft = $state.raw<History<Board> | null>(null);
  /** The newest on the server, where that is not what the draft was made of. */
  theirs = $state.raw<DashboardItem | null>(null);
  /** Somebody else changed what is looked at. */
  news = $state(0);
  saving = $state(false);
  fault = $state<string | null>(null);

  readonly board: Board | null = $derived(
    this.draft?.now ?? (this.item === null ? null : boardOf(this.item)),
  );
  readonly isChanged: boolean = $derived(
    this.draft !== null &&
      this.item !== null &&
      JSON.stringify(this.draft.now) !== JSON.stringify(boardOf(this.item)),
  );

  readonly #listener: LiveFeed;
  #gone = false;

  constructor(
    readonly api: ApiClient,
    headers: Readonly<Record<string, string>>,
    readonly id: string,
  ) {
    this.#listener = new LiveFeed({
      headers,
      topics: 'dashboards',
      message: (message) => {
        if (message.type === 'dashboards' && message.dashboards?.includes(id) !== false) void this.#hear();
      },
      state: (state) => {
        // What changed while nobody listened is told by nobody.
        if (state.name === 'live' && this.feed.name === 'reconnecting') void this.#hear();
        this.feed = state;
      },
    });
  }

  async start(): Promise<void> {
    void this.#listener.run();
    await this.load();
  }

  stop(): void {
    this.#gone = true;
    this.#listener.stop();
  }

  async load(): Promise<void> {
    const answer = await this.api.read<DashboardItem>(pathOfBoard(this.id));
    if (this.#gone) return;
    this.failure = answer.data === null ? answer : null;
    if (answer.data !== null) this.item = answer.data;
  }

  async #hear(): Promise<void> {
    const answer = await this.api.read<DashboardItem>(pathOfBoard(this.id));
    if (this.#gone || this.saving) return;
    if (answer.data === null) {
      if (answer.status === 404 && this.draft === null) this.failure = answer;
      return;
    }
    if (this.item !== null && answer.data.version <= this.item.version) return;
    if (this.isChanged) this.theirs = answer.data;
    else this.#take(answer.data);
  }

  #take(item: DashboardItem): void {
    if (this.item !== null && item.version > this.item.version) this.news++;
    this.item = item;
    this.theirs = null;
    if (this.draft !== null) this.draft = begun(boardOf(item));
  }

  edit(): void {
    if (this.item !== null) this.draft ??= begun(boardOf(this.item));
  }

  change(change: (board: Board) => Board): void {
    if (this.draft !== null) this.draft = stepped(this.draft, change(this.draft.now));
  }

  undo(): void {
    if (this.draft !== null) this.draft = undone(this.draft);
  }

  redo(): void {
    if (this.draft !== null) this.draft = redone(this.draft);
  }

  discard(): void {
    this.draft = null;
    this.fault = null;
    if (this.theirs !== null) this.#take(this.theirs);
  }

  /** Theirs in the place of mine. */
  takeTheirs(): void {
    if (this.theirs !== null) this.#take(this.theirs);
  }

  /** Mine over theirs, which was seen. */
  keepMine(): Promise<boolean> {
    if (this.theirs !== null) this.item = this.theirs;
    this.theirs = null;
    return this.save();
  }

  /** Stores the draft; false when that failed, and `fault` or `theirs` says why. */
  async save(): Promise<boolean> {
    if (this.draft === null || this.item === null) return false;
    this.saving = true;
    const board = this.draft.now;
    const answer = await this.api.send<DashboardItem>(
      'PUT',
      pathOfBoard(this.id),
      board,
      `"${this.item.version}"`,
    );
    this.saving = false;
    if (answer.data !== null) {
      this.item = answer.data;
      this.fault = null;
      this.theirs = null;
      return true;
    }
    if (answer.status === 412) {
      const newest = await this.api.read<DashboardItem>(pathOfBoard(this.id));
      if (newest.data !== null) this.theirs = newest.data;
    } else this.fault = answer.words;
    return false;
  }
}
