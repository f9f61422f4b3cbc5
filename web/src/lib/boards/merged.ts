import { readFilters, type Filter } from '../scope/filters';

/** A widget's own filters. */
export function filtersOf(own: Readonly<Record<string, string>> | null): Filter[] {
  return readFilters(new URLSearchParams(own ?? {}));
}

/** Filters that hold where both do; null where nothing can hold for both. */
export function merged(own: readonly Filter[], reader: readonly Filter[]): Filter[] | null {
  const all: Filter[] = own.filter((one) => !reader.some((other) => isSame(one, other)));
  for (const other of reader) {
    const one = own.find((found) => isSame(found, other));
    const values = one === undefined ? other.values : both(one, other);
    if (values.length === 0) return null;
    all.push({ ...other, values });
  }
  return all;
}

function isSame(a: Filter, b: Filter): boolean {
  return a.dimension === b.dimension && a.relation === b.relation;
}

function both(a: Filter, b: Filter): string[] {
  switch (a.relation) {
    case 'in':
      return a.values.filter((value) => b.values.includes(value));
    case 'not':
      return [...new Set([...a.values, ...b.values])];
    case 'prefix':
      // The longer of two beginnings, where it begins with the shorter.
      return [
        ...new Set(
          a.values.flatMap((one) =>
            b.values.flatMap((two) => (begins(one, two) ? [one] : begins(two, one) ? [two] : [])),
          ),
        ),
      ];
  }
}

/** The empty beginning is "unknown", which nothing else begins with. */
function begins(text: string, start: string): boolean {
  return start === '' ? text === '' : text.startsWith(start);
}
