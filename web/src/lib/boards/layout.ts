/** Where widgets lie on twelve columns. None lies over another, and none hangs in the air. */

export const COLUMNS = 12;
export const HIGHEST = 24;

export interface Placed {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

function overlap(a: Placed, b: Placed): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/** As one reads: from above, and in a row from its beginning. */
export function inOrder<T extends Placed>(all: readonly T[]): T[] {
  return all.toSorted((a, b) => a.y - b.y || a.x - b.x);
}

/**
 * Pulls everything up as far as it goes, in reading order; `first` is placed before the others and keeps its row, so that they
 * make room for it.
 */
export function settled<T extends Placed>(all: readonly T[], first: string | null = null): T[] {
  const placed: T[] = [];
  const mover = all.find(({ id }) => id === first);
  if (mover) placed.push(mover);
  for (const one of inOrder(all)) {
    if (one.id === first) continue;
    let own = { ...one };
    // Down past whatever lies there.
    for (let hit = lying(own, placed); hit; hit = lying(own, placed)) own = { ...own, y: hit.y + hit.h };
    // And up as far as nothing is in the way: what lies under another stays under it.
    while (!mover && own.y > 0 && !lying({ ...own, y: own.y - 1 }, placed)) own = { ...own, y: own.y - 1 };
    placed.push(own);
  }
  // The gaps that are left close.
  return mover ? settled(placed) : keptOrder(all, placed);
}

function lying<T extends Placed>(own: T, placed: readonly T[]): T | undefined {
  return placed.find((other) => overlap(own, other));
}

/** In the order of the first list: what is drawn does not change its place in the document. */
function keptOrder<T extends Placed>(all: readonly T[], placed: readonly T[]): T[] {
  return all.map(({ id }) => placed.find((one) => one.id === id)!);
}

const within = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value));

/** One widget moved by columns and rows; others make room. */
export function moved<T extends Placed>(all: readonly T[], id: string, dx: number, dy: number): T[] {
  const own = all.find((one) => one.id === id);
  if (!own) return [...all];
  // Downwards the place of whoever lies below is taken: a single row would fall back at once.
  const below =
    dy > 0
      ? all.filter((one) => one.y >= own.y + own.h && one.x < own.x + own.w && own.x < one.x + one.w)
      : [];
  const step = dy > 0 ? Math.min(...below.map((one) => one.y + one.h)) - own.y : dy;
  const above =
    dy < 0
      ? all.filter((one) => one.y + one.h <= own.y && one.x < own.x + own.w && own.x < one.x + one.w)
      : [];
  const up = dy < 0 ? Math.max(...above.map((one) => one.y)) - own.y : step;
  const rows = dy === 0 ? 0 : Number.isFinite(up) ? up : 0;
  const next = { ...own, x: within(own.x + dx, 0, COLUMNS - own.w), y: Math.max(0, own.y + rows) };
  return keptOrder(
    all,
    settled(
      all.map((one) => (one.id === id ? next : one)),
      id,
    ),
  );
}

/** One widget made wider or higher; others make room. */
export function resized<T extends Placed>(all: readonly T[], id: string, dw: number, dh: number): T[] {
  const next = all.map((one) =>
    one.id === id
      ? { ...one, w: within(one.w + dw, 1, COLUMNS - one.x), h: within(one.h + dh, 1, HIGHEST) }
      : one,
  );
  return keptOrder(all, settled(next, id));
}

/** The same widgets where they are put by hand. */
export function put<T extends Placed>(
  all: readonly T[],
  places: ReadonlyMap<string, Omit<Placed, 'id'>>,
): T[] {
  return keptOrder(all, settled(all.map((one) => ({ ...one, ...places.get(one.id) }))));
}

/** The first place with room for a widget. */
export function withRoom<T extends Placed>(all: readonly T[], one: T): T {
  for (let y = 0; ; y++)
    for (let x = 0; x + one.w <= COLUMNS; x++) {
      const own = { ...one, x, y };
      if (!lying(own, all)) return own;
    }
}
