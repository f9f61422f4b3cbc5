import type { SessionNode } from '../api/client';
import { costliest, linesOf, openAtFirst, openWithin, SHOWN, type Line } from './tree';

/** With more lines at once the browser would take long. */
const MOST = 1_000;

/** What of a session's tree stands open, and which line has the focus. The tree may grow meanwhile. */
export class Opened {
  readonly #tree: () => SessionNode;
  #open = $state.raw<ReadonlySet<string>>(new Set());
  #shown = $state.raw<ReadonlyMap<string, number>>(new Map());
  #focused = $state('0');
  #isPart = $state(false);

  readonly lines: readonly Line[] = $derived.by(() => linesOf(this.#tree(), this.#open, this.#shown));
  /** One line is reached by Tab: the one that was left. */
  readonly current: string = $derived(
    this.lines.some(({ key }) => key === this.#focused) ? this.#focused : (this.lines[0]?.key ?? ''),
  );

  constructor(tree: () => SessionNode) {
    this.#tree = tree;
    this.#open = openAtFirst(tree());
  }

  /** All was asked for, and less was opened. */
  get isPart(): boolean {
    return this.#isPart;
  }

  focus(key: string): void {
    this.#focused = key;
  }

  toggle(key: string, isOpen: boolean): void {
    const next = new Set(this.#open);
    if (isOpen) next.add(key);
    else next.delete(key);
    this.#open = next;
  }

  openAll(): void {
    const { keys, isAll } = openWithin(this.#tree(), MOST);
    this.#open = new Set(keys);
    this.#isPart = !isAll;
  }

  closeAll(): void {
    this.#open = new Set();
    this.#isPart = false;
  }

  /** Brings more of a step's own; the key of the first that came. */
  showMore(line: Line & { readonly kind: 'more' }): string {
    const at = this.lines.findIndex(({ key }) => key === line.key);
    this.#shown = new Map([...this.#shown, [line.parent, (this.#shown.get(line.parent) ?? SHOWN) + SHOWN]]);
    return this.lines[at]?.key ?? this.current;
  }

  /** Opens the way to the request that cost most, and brings it in from among many; its key, null where there is none. */
  showCostliest(): string | null {
    const path = costliest(this.#tree());
    this.#open = new Set([...this.#open, ...path.slice(0, -1)]);
    const shown = new Map(this.#shown);
    for (const key of path) {
      const cut = key.lastIndexOf('.');
      const parent = cut < 0 ? '' : key.slice(0, cut);
      shown.set(parent, Math.max(shown.get(parent) ?? SHOWN, Number(key.slice(cut + 1)) + 1));
    }
    this.#shown = shown;
    return path.at(-1) ?? null;
  }
}
