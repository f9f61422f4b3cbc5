import type { Budget, BudgetCounter, BudgetList } from '../api/client';
import { toNano } from '../format/money';
import type { Filter } from '../scope/filters';

/** How far a counter is: what it has left, or a stage that is reached, or nothing left. */
export type Tone = 'good' | 'warn' | 'bad';

/** A counter of a budget as the page shows it; money in whole nano-dollars. */
export interface Standing {
  /** Tells counters apart. */
  readonly key: string;
  readonly budget: Budget;
  /** Null where nothing was used yet. */
  readonly counter: BudgetCounter | null;
  readonly spent: bigint;
  readonly reserved: bigint;
  /** The bound and what is granted beyond it. */
  readonly room: bigint;
  readonly left: bigint;
  /** Spent of the room, from 0; 1 and more when nothing is left. */
  readonly share: number;
  readonly tone: Tone;
}

function share(spent: bigint, room: bigint): number {
  if (room === 0n) return 1;
  // To a ten-thousandth: enough for a bar and a percentage, whatever the amount.
  return Number((spent * 10_000n) / room) / 10_000;
}

function standing(budget: Budget, counter: BudgetCounter | null): Standing {
  const room = toNano(budget.limitUsd) + toNano(counter?.grantedUsd ?? '0');
  const spent = toNano(counter?.spentUsd ?? '0');
  const left = counter === null ? room : toNano(counter.remainingUsd);
  return {
    key: `${budget.document} ${budget.name} ${JSON.stringify(counter?.scope ?? {})}`,
    budget,
    counter,
    spent,
    reserved: toNano(counter?.reservedUsd ?? '0'),
    room,
    left,
    share: share(spent, room),
    tone: left === 0n ? 'bad' : (counter?.stage ?? 0) > 0 ? 'warn' : 'good',
  };
}

/** Every counter of every budget, those with the least left first. */
export function standingsOf({ budgets }: BudgetList): Standing[] {
  return budgets
    .flatMap((budget) =>
      budget.counters.length === 0
        ? [standing(budget, null)]
        : budget.counters.map((counter) => standing(budget, counter)),
    )
    .toSorted((a, b) => b.share - a.share || a.key.localeCompare(b.key));
}

/** The dimensions of usage that parts of a scope are; the others hold whole workspaces. */
const DIMENSIONS: Readonly<Record<string, string>> = {
  team: 'team',
  user: 'user',
  key: 'key',
  model: 'requestedModel',
  provider: 'provider',
};

/** What a counter counts, as filters of usage; null where they cannot say it: a pattern in the middle of a name. */
export function filtersOf({ budget, counter }: Standing): Filter[] | null {
  const filters: Filter[] = [];
  for (const [part, pattern] of Object.entries({ ...budget.scope, ...counter?.scope })) {
    const dimension = DIMENSIONS[part] ?? (part.startsWith('tag.') ? part : null);
    // The workspace that is looked at is the only one that is seen.
    if (dimension === null || pattern === '*') continue;
    const star = pattern.indexOf('*');
    if (star >= 0 && star < pattern.length - 1) return null;
    filters.push(
      star < 0
        ? { dimension, relation: 'in', values: [pattern] }
        : { dimension, relation: 'prefix', values: [pattern.slice(0, -1)] },
    );
  }
  return filters;
}

/** A range that shows how spending went: some windows back, as Explore has it. */
export function rangeOf(window: string): string {
  const span = /^(\d+)([mhd])$/.exec(window);
  const hours = span
    ? Number(span[1]) / { m: 60, h: 1, d: 1 / 24 }[span[2] as 'm' | 'h' | 'd']
    : { hour: 1, day: 24, week: 168 }[window as 'hour' | 'day' | 'week'];
  if (hours === undefined) return '90d';
  return hours <= 1 ? '24h' : hours <= 24 ? '7d' : hours <= 168 ? '30d' : '90d';
}
