import { describe, expect, it } from 'vitest';
import { linesOf } from './diff';

describe('linesOf', () => {
  it('numbers what was, what is, and what stayed', () => {
    const diff =
      '--- version 1\n+++ version 2\n@@ -3,3 +3,3 @@\n a\n-b\n+c\n d\n\\ No newline at end of file\n';
    expect(linesOf(diff)).toEqual([
      { kind: 'gap', before: null, after: null, text: '@@ -3,3 +3,3 @@' },
      { kind: 'same', before: 3, after: 3, text: 'a' },
      { kind: 'removed', before: 4, after: null, text: 'b' },
      { kind: 'added', before: null, after: 4, text: 'c' },
      { kind: 'same', before: 5, after: 5, text: 'd' },
    ]);
  });

  it('takes lines that look like the names above for what they are', () => {
    const lines = linesOf('--- a\n+++ b\n@@ -1 +1 @@\n--- x\n+++ y\n');
    expect(lines.slice(1)).toEqual([
      { kind: 'removed', before: 1, after: null, text: '-- x' },
      { kind: 'added', before: null, after: 1, text: '++ y' },
    ]);
  });

  it('begins anew at each place', () => {
    const lines = linesOf('@@ -1,0 +2 @@\n+a\n@@ -9 +11,0 @@\n-b\n');
    expect(lines.filter(({ kind }) => kind !== 'gap')).toEqual([
      { kind: 'added', before: null, after: 2, text: 'a' },
      { kind: 'removed', before: 9, after: null, text: 'b' },
    ]);
  });

  it('has no lines for no difference', () => expect(linesOf('')).toEqual([]));
});
