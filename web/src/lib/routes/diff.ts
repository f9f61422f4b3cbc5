/** A line of a unified diff. */
export interface DiffLine {
  readonly kind: 'added' | 'removed' | 'same' | 'gap';
  /** Its number before; null where it was not there. */
  readonly before: number | null;
  /** Its number after; null where it is not there any more. */
  readonly after: number | null;
  /** Without the sign; of a gap its place, as the diff writes it. */
  readonly text: string;
}

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/u;

/** The lines of a unified diff with their numbers, without the names above and the notes on missing line ends. */
export function linesOf(diff: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let before = 0;
  let after = 0;
  let isInside = false;
  for (const line of diff.split('\n')) {
    const hunk = HUNK.exec(line);
    if (hunk) {
      [before, after] = [Number(hunk[1]), Number(hunk[2])];
      isInside = true;
      lines.push({ kind: 'gap', before: null, after: null, text: hunk[0] });
    } else if (isInside) {
      const text = line.slice(1);
      if (line.startsWith('+')) lines.push({ kind: 'added', before: null, after: after++, text });
      else if (line.startsWith('-')) lines.push({ kind: 'removed', before: before++, after: null, text });
      else if (line.startsWith(' ')) lines.push({ kind: 'same', before: before++, after: after++, text });
    }
  }
  return lines;
}
