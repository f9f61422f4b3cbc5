import type { RequestItem } from '../api/client';
import { formatMoney, toNano } from '../format/money';
import { formatTokens } from '../format/numbers';
import { formatSpan } from '../format/time';
import { valueName } from '../scope/words';
import type { Column } from './columns.svelte';
import { statusName } from './status';

/** Whether it ended otherwise than well or by the caller's own hang-up. */
export function isError(status: string): boolean {
  return status !== 'ok' && status !== 'caller_aborted';
}

/** The sum of what was reported; null when nothing was. */
export function sum(...parts: (number | null)[]): number | null {
  return parts.every((part) => part === null)
    ? null
    : parts.reduce<number>((all, part) => all + (part ?? 0), 0);
}

/** All tokens of a request. */
export function tokensOf(item: RequestItem): number | null {
  return sum(
    item.inputTokens,
    item.cacheReadTokens,
    item.cacheWrite5mTokens,
    item.cacheWrite1hTokens,
    item.outputTokens,
  );
}

/** What a cell of the list says. */
export function cellOf(item: RequestItem, column: Column): string {
  switch (column) {
    case 'input':
      return formatTokens(sum(item.inputTokens, item.cacheWrite5mTokens, item.cacheWrite1hTokens));
    case 'cached':
      return formatTokens(item.cacheReadTokens);
    case 'output':
      return formatTokens(item.outputTokens);
    case 'tokens':
      return formatTokens(tokensOf(item));
    case 'cost':
      return item.costUsd === null && (tokensOf(item) ?? 0) === 0 ? '–' : formatMoney(toNano(item.costUsd));
    case 'duration':
      return formatSpan(item.durationMs);
    case 'first':
      return formatSpan(item.timeToFirstTokenMs);
    case 'status':
      return statusName(item.status);
    default:
      return valueName(item[column]);
  }
}
