/** Filters as the API writes them: `model=a,b`, `model.not=a`, `model.prefix=claude-`; an empty value is "unknown". */

/** The dimensions that every question about usage takes; `tag.NAME` beside them. */
export const DIMENSIONS = [
  'model',
  'requestedModel',
  'provider',
  'key',
  'user',
  'team',
  'project',
  'session',
  'agent',
  'client',
  'source',
  'status',
  'route',
] as const;

export type Dimension = (typeof DIMENSIONS)[number];

/** How a value must lie to the ones that are named: one of them, none of them, or beginning with one of them. */
export type Relation = 'in' | 'not' | 'prefix';

export interface Filter {
  readonly dimension: string;
  readonly relation: Relation;
  /** At least one; the empty text is "unknown". */
  readonly values: readonly string[];
}

const SUFFIX = /\.(in|not|prefix)$/;

/** Whether a name is a dimension: one of the list, or a tag. */
export function isDimension(name: string): boolean {
  return (DIMENSIONS as readonly string[]).includes(name) || (name.startsWith('tag.') && name.length > 4);
}

/** The filters among the parameters of an address, in their order; whatever else stands there is left alone. */
export function readFilters(params: URLSearchParams): Filter[] {
  const found = new Map<string, Filter>();
  for (const [name, text] of params) {
    const relation = (SUFFIX.exec(name)?.[1] ?? 'in') as Relation;
    const dimension = name.replace(SUFFIX, '');
    if (!isDimension(dimension)) continue;
    const id = `${dimension} ${relation}`;
    const values = [...(found.get(id)?.values ?? []), ...text.split(',')];
    found.set(id, { dimension, relation, values: [...new Set(values)] });
  }
  return [...found.values()];
}

/** The name of the parameter that says a filter. A tag whose own name ends like a relation says its relation always. */
export function nameOf({ dimension, relation }: Pick<Filter, 'dimension' | 'relation'>): string {
  return relation === 'in' && !SUFFIX.test(dimension) ? dimension : `${dimension}.${relation}`;
}

/** The parameters of filters, as `[name, values]`. */
export function writeFilters(filters: readonly Filter[]): [string, string][] {
  return filters.map((filter) => [nameOf(filter), filter.values.join(',')]);
}

/** Whether all filters hold for what `value` gives by dimension; null there is "unknown". */
export function holds(filters: readonly Filter[], value: (dimension: string) => string | null): boolean {
  return filters.every(({ dimension, relation, values }) => {
    const own = value(dimension) ?? '';
    switch (relation) {
      case 'in':
        return values.includes(own);
      case 'not':
        return !values.includes(own);
      case 'prefix':
        return values.some((start) => (start === '' ? own === '' : own.startsWith(start)));
    }
  });
}

/** The filters with one more; for "is one of" it takes the place of another about the same dimension. */
export function narrowed(
  filters: readonly Filter[],
  dimension: string,
  values: readonly (string | null)[],
  relation: Relation = 'in',
): Filter[] {
  const rest = filters.filter((other) => other.dimension !== dimension || other.relation !== relation);
  const own = values.map((value) => value ?? '');
  const before = filters.find((other) => other.dimension === dimension && other.relation === relation);
  // What is kept out already stays out.
  const all = relation === 'not' ? [...new Set([...(before?.values ?? []), ...own])] : own;
  return [...rest, { dimension, relation, values: all }];
}
