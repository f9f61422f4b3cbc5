import * as m from '$messages';
import type { HandoffItem } from '../api/client';
import type { Plot, Series } from '../charts/plot';
import { formatExact, formatMoney, fromNano, toNano, toPlot } from '../format/money';
import { formatCount } from '../format/numbers';
import { valueName } from '../scope/words';
import { shortId } from '../sessions/words';

export const KINDS = ['model', 'subagent', 'session'] as const;
export type Kind = (typeof KINDS)[number];

/** The most rows and columns of the chart. */
const MOST = 12;

/** From whom something went to whom, all times together. */
export interface Pair {
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly requests: number;
  /** Nano-dollars; null where nothing of it is known. */
  readonly cost: bigint | null;
  /** Where the API told it. */
  readonly saved: bigint | null;
}

const shortOf = (id: string | null) => (id === null ? m.unknown() : shortId(id));

/** Kinds of subagents by their ids, as far as the handoffs tell them. */
export function typesOf(items: readonly HandoffItem[]): ReadonlyMap<string, string> {
  return new Map(
    items.flatMap(({ kind, id, agentType }): [string, string][] =>
      kind === 'subagent' && agentType !== null ? [[id, agentType]] : [],
    ),
  );
}

/** Who handed over, and to whom. A model that stays the same goes with its provider, which does not. */
export function endsOf(
  item: HandoffItem,
  types: ReadonlyMap<string, string>,
): { readonly from: string; readonly to: string } {
  switch (item.kind) {
    case 'model': {
      const isSame = item.requestedModel === item.model;
      const name = (model: string | null, provider: string | null) =>
        isSame ? `${valueName(model)} · ${valueName(provider)}` : valueName(model);
      return {
        from: name(item.requestedModel, item.requestedProvider),
        to: name(item.model, item.provider),
      };
    }
    case 'subagent':
      return {
        from:
          item.fromAgent === null
            ? m.handoffs_main()
            : (types.get(item.fromAgent) ?? shortOf(item.fromAgent)),
        to: item.agentType ?? shortOf(item.id),
      };
    default:
      return { from: shortOf(item.fromSession), to: shortOf(item.id) };
  }
}

const plus = (sum: bigint | null, usd: string | null) => (usd === null ? sum : (sum ?? 0n) + toNano(usd));

/** What the handoffs come to by kind and both ends, the most frequent first. */
export function pairsOf(items: readonly HandoffItem[]): Pair[] {
  const types = typesOf(items);
  const pairs = new Map<string, Pair>();
  for (const item of items) {
    const { from, to } = endsOf(item, types);
    const key = JSON.stringify([item.kind, from, to]);
    const before = pairs.get(key);
    pairs.set(key, {
      kind: item.kind,
      from,
      to,
      count: (before?.count ?? 0) + 1,
      requests: (before?.requests ?? 0) + item.requests,
      cost: plus(before?.cost ?? null, item.costUsd),
      saved: plus(before?.saved ?? null, item.savingsUsd),
    });
  }
  return [...pairs.values()].toSorted((a, b) => b.count - a.count || (a.from < b.from ? -1 : 1));
}

export type Measure = 'count' | 'cost';

/** Who handed over, by row, to whom, by column; null where there is nothing to be seen. */
export function mapOf(pairs: readonly Pair[], measure: Measure): Plot | null {
  if (pairs.length === 0) return null;
  const froms = [...new Set(pairs.map(({ from }) => from))].slice(0, MOST);
  const tos = [...new Set(pairs.map(({ to }) => to))].slice(0, MOST);
  const rows = froms.map((from): Series => {
    const cells = tos.map((to) =>
      pairs
        .filter((pair) => pair.from === from && pair.to === to)
        .reduce<{ count: number; cost: bigint | null } | null>(
          (sum, { count, cost }) => ({
            count: (sum?.count ?? 0) + count,
            cost: cost === null ? (sum?.cost ?? null) : (sum?.cost ?? 0n) + cost,
          }),
          null,
        ),
    );
    return {
      key: from,
      name: from,
      values: cells.map((cell) => {
        if (cell === null) return null;
        if (measure === 'count') return cell.count;
        return cell.cost === null ? null : toPlot(cell.cost);
      }),
      words: (at) => {
        const cell = cells[at];
        return cell ? `${formatCount(cell.count)} · ${formatExact(cell.cost)}` : '–';
      },
      raw: (at) => {
        const cell = cells[at];
        if (!cell) return '';
        if (measure === 'count') return String(cell.count);
        return cell.cost === null ? '' : fromNano(cell.cost);
      },
    };
  });
  return {
    kind: 'heatmap',
    title: m.handoffs_who_to_whom(),
    axis: m.handoffs_to(),
    labels: tos,
    places: tos.map((to) => m.handoffs_to_name({ name: to })),
    series: rows,
    format: (value) =>
      measure === 'count' ? formatCount(value) : formatMoney(BigInt(Math.round(value * 1e9))),
  };
}
