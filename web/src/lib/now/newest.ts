import type { LiveChange, RequestItem } from '../api/client';
import { toNano } from '../format/money';
import { endOf } from './recent';
import { isError, tokensOf } from './today';

/** A request as the list shows it. The same object as long as nothing about it changes. */
export interface Row {
  readonly id: string;
  readonly revision: number;
  readonly endedAt: number;
  readonly model: string | null;
  readonly requestedModel: string | null;
  readonly client: string | null;
  readonly project: string | null;
  readonly input: number | null;
  readonly cached: number | null;
  readonly output: number | null;
  readonly tokens: number | null;
  readonly cost: bigint | null;
  readonly durationMs: number | null;
  readonly status: string;
  readonly isError: boolean;
  readonly errorType: string | null;
  readonly httpStatus: number | null;
  readonly estimated: boolean;
  /** Came while the page was open. */
  readonly isNew: boolean;
}

function sum(...parts: (number | null)[]): number | null {
  return parts.every((part) => part === null)
    ? null
    : parts.reduce<number>((all, part) => all + (part ?? 0), 0);
}

function rowOf(item: RequestItem, isNew: boolean): Row {
  return {
    id: item.id,
    revision: item.revision,
    endedAt: endOf(item),
    model: item.model ?? item.requestedModel,
    requestedModel: item.requestedModel,
    client: item.client,
    project: item.project,
    input: sum(item.inputTokens, item.cacheWrite5mTokens, item.cacheWrite1hTokens),
    cached: item.cacheReadTokens,
    output: item.outputTokens,
    tokens: tokensOf(item),
    cost: toNano(item.costUsd),
    durationMs: item.durationMs,
    status: item.status,
    isError: isError(item.status),
    errorType: item.errorType,
    httpStatus: item.httpStatus,
    estimated: item.estimated,
    isNew,
  };
}

/** The requests that ended last, newest first, at most `most` of them. */
export class Newest {
  #rows: Row[] = [];

  constructor(readonly most: number) {}

  get rows(): readonly Row[] {
    return this.#rows;
  }

  /** Begins anew with what a snapshot shows. */
  reset(items: readonly RequestItem[]): void {
    const known = new Map(this.#rows.map((row) => [row.id, row]));
    this.#rows = items
      .map((item) => {
        const row = known.get(item.id);
        return row?.revision === item.revision ? row : rowOf(item, false);
      })
      .sort((a, b) => b.endedAt - a.endedAt)
      .slice(0, this.most);
  }

  apply(change: LiveChange): void {
    const row = rowOf(change.request, true);
    const known = this.#rows.findIndex((other) => other.id === row.id);
    if (known >= 0) {
      this.#rows = this.#rows.with(known, { ...row, isNew: this.#rows[known]!.isNew });
      return;
    }
    const after = this.#rows.findIndex((other) => other.endedAt <= row.endedAt);
    const at = after < 0 ? this.#rows.length : after;
    if (at < this.most) this.#rows = this.#rows.toSpliced(at, 0, row).slice(0, this.most);
  }
}
