import type { SessionFigures, SessionNode } from '../api/client';
import { toNano } from '../format/money';

/** Steps of one parent that are shown at first; the others come by the hundred. */
export const SHOWN = 100;
/** A tree of so many steps stands open as a whole. */
const SMALL = 120;

/** A line of the tree: a step, or the rest of a step's own that is not shown yet. */
export type Line =
  | {
      readonly kind: 'step';
      /** Its place from the root on: `0.3.1`. */
      readonly key: string;
      readonly node: SessionNode;
      readonly level: number;
      /** Its place among its siblings, from 1. */
      readonly place: number;
      readonly siblings: number;
      /** Its place among its siblings of the same kind, from 1. */
      readonly number: number;
      /** Null where nothing stands below it. */
      readonly isOpen: boolean | null;
    }
  | {
      readonly kind: 'more';
      readonly key: string;
      readonly parent: string;
      readonly level: number;
      readonly left: number;
    };

/** What stands below a step. That a session began, and that a prompt was answered, shows in the times of the others. */
export function below(node: SessionNode): readonly SessionNode[] {
  return node.children.filter(({ kind }) => kind !== 'turn' && kind !== 'life');
}

/** The lines of what is open: nothing else is looked at, however large the tree is. */
export function linesOf(
  root: SessionNode,
  open: ReadonlySet<string>,
  shown: ReadonlyMap<string, number>,
): Line[] {
  const lines: Line[] = [];
  const add = (parent: SessionNode, path: string, level: number) => {
    const nodes = below(parent);
    const most = shown.get(path) ?? SHOWN;
    const numbers = new Map<string, number>();
    nodes.slice(0, most).forEach((node, at) => {
      const number = (numbers.get(node.kind) ?? 0) + 1;
      numbers.set(node.kind, number);
      const key = path === '' ? `${at}` : `${path}.${at}`;
      const isOpen = below(node).length === 0 ? null : open.has(key);
      lines.push({ kind: 'step', key, node, level, place: at + 1, siblings: nodes.length, number, isOpen });
      if (isOpen) add(node, key, level + 1);
    });
    if (nodes.length > most)
      lines.push({ kind: 'more', key: `${path}+`, parent: path, level, left: nodes.length - most });
  };
  add(root, '', 1);
  return lines;
}

/** The keys of the steps to open, from the first on, so that no more than `most` lines are shown; and whether these are all. */
export function openWithin(root: SessionNode, most: number): { keys: string[]; isAll: boolean } {
  const keys: string[] = [];
  let lines = Math.min(below(root).length, SHOWN);
  let isAll = true;
  const visit = (node: SessionNode, path: string) =>
    below(node)
      .slice(0, SHOWN)
      .forEach((child, at) => {
        const count = Math.min(below(child).length, SHOWN);
        if (count === 0) return;
        isAll &&= lines + count <= most;
        if (!isAll) return;
        const key = path === '' ? `${at}` : `${path}.${at}`;
        keys.push(key);
        lines += count;
        visit(child, key);
      });
  visit(root, '');
  return { keys, isAll };
}

/** How many steps there are. */
export function sizeOf(root: SessionNode): number {
  return below(root).reduce((sum, child) => sum + 1 + sizeOf(child), 0);
}

/** What stands open at first: everything of a small tree, the first level of a large one. */
export function openAtFirst(root: SessionNode): ReadonlySet<string> {
  if (sizeOf(root) <= SMALL) return new Set(openWithin(root, SMALL).keys);
  return new Set(below(root).length === 1 ? ['0'] : []);
}

/** What a step used itself, without what stands below it; null where it used nothing of its own. */
export function ownOf(node: SessionNode): SessionFigures | null {
  return node.kind === 'request' ? (node.own ?? node.usage) : null;
}

/** All tokens. */
export function tokensOf(figures: SessionFigures): number {
  return promptOf(figures) + figures.outputTokens;
}

/** The tokens of prompts, from wherever they were read. */
function promptOf(figures: SessionFigures): number {
  return (
    figures.inputTokens + figures.cacheReadTokens + figures.cacheWrite5mTokens + figures.cacheWrite1hTokens
  );
}

/** The tokens read from the cache, and all of the prompts: a share to be written. */
export function cachedOf(figures: SessionFigures): readonly [read: number, all: number] {
  return [figures.cacheReadTokens, promptOf(figures)];
}

/** What figures cost; null where a part of it is not known and the rest is nothing. */
export function costOf(figures: SessionFigures | null): bigint | null {
  return figures === null ? null : toNano(figures.costUsd);
}

/** The path to the request that cost most by itself: every step to be opened, and the request last. Empty where none has a cost. */
export function costliest(root: SessionNode): readonly string[] {
  let most = 0n;
  let best: readonly string[] = [];
  const visit = (node: SessionNode, path: readonly string[]) =>
    below(node).forEach((child, at) => {
      const own = [...path, path.length === 0 ? `${at}` : `${path.at(-1)}.${at}`];
      const cost = costOf(ownOf(child)) ?? 0n;
      if (cost > most) [most, best] = [cost, own];
      visit(child, own);
    });
  visit(root, []);
  return best;
}

/** What a key means at a line of the tree. */
export type Move = { readonly to: string } | { readonly open: string } | { readonly close: string } | null;

/** As ARIA's treegrid has it: the way up and down, into what is closed, and out to the parent. */
export function moveBy(lines: readonly Line[], key: string, pressed: string): Move {
  const at = lines.findIndex((line) => line.key === key);
  const line = lines[at];
  if (line === undefined) return null;
  const go = (to: number): Move => {
    const other = lines[Math.max(0, Math.min(lines.length - 1, to))];
    return other === undefined ? null : { to: other.key };
  };
  switch (pressed) {
    case 'ArrowDown':
      return go(at + 1);
    case 'ArrowUp':
      return go(at - 1);
    case 'PageDown':
      return go(at + 10);
    case 'PageUp':
      return go(at - 10);
    case 'Home':
      return go(0);
    case 'End':
      return go(lines.length - 1);
    case 'ArrowRight':
      if (line.kind === 'more' || line.isOpen === null) return null;
      return line.isOpen ? go(at + 1) : { open: key };
    case 'ArrowLeft': {
      if (line.kind === 'step' && line.isOpen) return { close: key };
      const parent = line.kind === 'more' ? line.parent : key.slice(0, Math.max(0, key.lastIndexOf('.')));
      return parent === '' ? null : { to: parent };
    }
    default:
      return null;
  }
}
