/** A field that an entry tells of. */
export interface FieldChange {
  /** From the outermost on: `scope.team`. */
  readonly field: string;
  /** As JSON; null where it was not there. */
  readonly before: string | null;
  /** As JSON; null where it is not there any more. */
  readonly after: string | null;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields of a map by their path; what is no map by its own under the path alone. */
function flat(value: unknown, path: string, into: Map<string, string>): Map<string, string> {
  if (isMap(value))
    for (const [name, inner] of Object.entries(value))
      flat(inner, path === '' ? name : `${path}.${name}`, into);
  else if (value !== undefined && value !== null) into.set(path, written(value));
  return into;
}

const written = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** What was, and what is, of each field: those that changed, in the order in which they are written. */
export function changesOf(before: unknown, after: unknown): FieldChange[] {
  const was = flat(before, '', new Map());
  const is = flat(after, '', new Map());
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((field) => was.get(field) !== is.get(field))
    .map((field) => ({ field, before: was.get(field) ?? null, after: is.get(field) ?? null }));
}
