import * as m from '$messages';
import { dimensionName } from '../scope/words';

/** The columns that the list can have, in their order. */
export const COLUMNS = [
  'provider',
  'client',
  'project',
  'user',
  'team',
  'key',
  'session',
  'agent',
  'route',
  'status',
  'input',
  'cached',
  'output',
  'tokens',
  'cost',
  'duration',
  'first',
] as const;

export type Column = (typeof COLUMNS)[number];

const USUAL: readonly Column[] = [
  'client',
  'project',
  'status',
  'input',
  'cached',
  'output',
  'cost',
  'duration',
];
const STORED = 'weir.columns';

const NAMES: Partial<Readonly<Record<Column, () => string>>> = {
  input: m.metric_input,
  cached: m.cached,
  output: m.metric_output,
  tokens: m.metric_tokens,
  cost: m.metric_cost,
  duration: m.metric_duration,
  first: m.metric_first_token,
};

export function columnName(column: Column): string {
  return NAMES[column]?.() ?? dimensionName(column);
}

/** Whether a column holds figures, which stand at the end of their cell. */
export function isNumber(column: Column): boolean {
  return column in NAMES;
}

/** The columns that this browser's reader wants. */
class Columns {
  #chosen = $state.raw<readonly Column[]>(USUAL);

  get chosen(): readonly Column[] {
    return this.#chosen;
  }

  restore(): void {
    try {
      const kept = localStorage.getItem(STORED)?.split(',');
      if (kept) this.#chosen = COLUMNS.filter((column) => kept.includes(column));
    } catch {
      // No storage: the usual ones.
    }
  }

  toggle(column: Column): void {
    const has = this.#chosen.includes(column);
    this.#chosen = COLUMNS.filter((one) => (one === column ? !has : this.#chosen.includes(one)));
    try {
      localStorage.setItem(STORED, this.#chosen.join(','));
    } catch {
      // No storage: until the page is left.
    }
  }
}

export const columns = new Columns();
