import { describe, expect, it } from 'vitest';
import type { SessionFigures, SessionNode } from '../api/client';
import {
  cachedOf,
  costliest,
  linesOf,
  moveBy,
  openAtFirst,
  openWithin,
  SHOWN,
  sizeOf,
  tokensOf,
} from './tree';

const figures = (costUsd: string | null): SessionFigures => ({
  requests: 1,
  errors: 0,
  unpricedRequests: 0,
  estimatedRequests: 0,
  inputTokens: 10,
  cacheReadTokens: 60,
  cacheWrite5mTokens: 20,
  cacheWrite1hTokens: 10,
  outputTokens: 5,
  reasoningTokens: 0,
  costUsd,
  billedUsd: costUsd,
  savingsUsd: '0',
});

const node = (kind: string, children: SessionNode[] = [], cost: string | null = null): SessionNode => ({
  kind,
  id: kind,
  name: null,
  agent: null,
  startedAt: null,
  endedAt: null,
  durationMs: null,
  succeeded: null,
  usage: cost === null ? null : figures(cost),
  children,
});

const tree = node('session', [
  node('life'),
  node('prompt', [node('request', [node('tool')], '0.2'), node('turn'), node('request', [], '0.7')], '0.9'),
  node('prompt', [node('request', [], '0.3')], '0.3'),
]);
const keys = (open: string[]) => linesOf(tree, new Set(open), new Map()).map(({ key }) => key);

describe('the lines of a tree', () => {
  it('are those of what is open, without what shows by itself', () => {
    expect(keys([])).toEqual(['0', '1']);
    expect(keys(['0'])).toEqual(['0', '0.0', '0.1', '1']);
    expect(keys(['0', '0.0', '1'])).toEqual(['0', '0.0', '0.0.0', '0.1', '1', '1.0']);
    // What is open below what is closed waits.
    expect(keys(['0.0'])).toEqual(['0', '1']);
  });

  it('say their place, and whether they open', () => {
    const [first, request] = linesOf(tree, new Set(['0']), new Map());
    expect(first).toMatchObject({ level: 1, place: 1, siblings: 2, isOpen: true });
    expect(request).toMatchObject({ level: 2, place: 1, siblings: 2, isOpen: false });
    expect(linesOf(tree, new Set(['0']), new Map())[2]).toMatchObject({ key: '0.1', isOpen: null });
  });

  it('are numbered by their kind', () => {
    const mixed = node('session', [node('prompt'), node('compaction'), node('prompt'), node('compaction')]);
    const numbers = linesOf(mixed, new Set(), new Map()).map((line) => line.kind === 'step' && line.number);
    expect(numbers).toEqual([1, 1, 2, 2]);
  });

  it('of many siblings come by the hundred', () => {
    const wide = node(
      'session',
      Array.from({ length: 2_345 }, () => node('request', [], '0.1')),
    );
    const lines = linesOf(wide, new Set(), new Map());
    expect(lines).toHaveLength(SHOWN + 1);
    expect(lines.at(-1)).toMatchObject({ kind: 'more', left: 2_245, parent: '' });
    expect(linesOf(wide, new Set(), new Map([['', 200]])).at(-1)).toMatchObject({ left: 2_145 });
    expect(linesOf(wide, new Set(), new Map([['', 3_000]]))).toHaveLength(2_345);
  });
});

describe('what is open at first', () => {
  it('is everything of a small tree', () => expect([...openAtFirst(tree)]).toEqual(['0', '0.0', '1']));
  it('is little of a large one', () => {
    const prompts = Array.from({ length: 60 }, () => node('prompt', [node('request'), node('request')]));
    expect(sizeOf(node('session', prompts))).toBe(180);
    expect([...openAtFirst(node('session', prompts))]).toEqual([]);
    expect([...openAtFirst(node('session', [node('prompt', prompts)]))]).toEqual(['0']);
  });
  it('can be all, or as much as fits', () => {
    expect(openWithin(tree, 100)).toEqual({ keys: ['0', '0.0', '1'], isAll: true });
    expect(openWithin(tree, 4)).toEqual({ keys: ['0'], isAll: false });
    expect(openWithin(tree, 6)).toEqual({ keys: ['0', '0.0', '1'], isAll: true });
    const wide = node(
      'prompt',
      Array.from({ length: 150 }, () => node('request')),
    );
    expect(openWithin(node('session', [wide, wide, wide]), 210)).toEqual({ keys: ['0', '1'], isAll: false });
  });
});

describe('figures of a step', () => {
  it('lead to the request that cost most by itself', () => {
    expect(costliest(tree)).toEqual(['0', '0.1']);
    expect(costliest(node('session', [node('prompt')]))).toEqual([]);
  });
  it('are its own where something stands below it', () => {
    const outer = node('request', [node('agent', [node('request', [], '0.4')], '0.4')], '0.9');
    expect(costliest(node('session', [{ ...outer, own: figures('0.5') }]))).toEqual(['0']);
    expect(costliest(node('session', [{ ...outer, own: figures('0.3') }]))).toEqual(['0', '0.0', '0.0.0']);
  });
  it('hold tokens and the share of the cache', () => {
    expect(tokensOf(figures('1'))).toBe(105);
    expect(cachedOf(figures('1'))).toEqual([60, 100]);
  });
});

describe('keys', () => {
  const lines = linesOf(tree, new Set(['0', '0.0', '1']), new Map());
  it.each([
    ['0', 'ArrowDown', { to: '0.0' }],
    ['0', 'ArrowUp', { to: '0' }],
    ['1.0', 'ArrowDown', { to: '1.0' }],
    ['0', 'End', { to: '1.0' }],
    ['1.0', 'Home', { to: '0' }],
    ['0', 'ArrowRight', { to: '0.0' }],
    ['0', 'ArrowLeft', { close: '0' }],
    ['0.1', 'ArrowLeft', { to: '0' }],
    ['0.1', 'ArrowRight', null],
    ['0', 'a', null],
    ['9', 'ArrowDown', null],
  ])('%s, %s', (key, pressed, move) => expect(moveBy(lines, key, pressed)).toEqual(move));
  it('open what is closed, and leave what has no parent', () => {
    const closed = linesOf(tree, new Set(), new Map());
    expect(moveBy(closed, '1', 'ArrowRight')).toEqual({ open: '1' });
    expect(moveBy(closed, '1', 'ArrowLeft')).toBeNull();
  });
});
