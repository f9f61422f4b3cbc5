/** A field that an entry tells of. */
export interface FieldChange {
  /** From the outermost on: `scope.team`; empty where the whole is no map. */
  readonly field: string;
  /** Null where it was not there. */
  readonly before: string | null;
  /** Null where it is not there any more. */
  readonly after: string | null;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The values of a map by their path, as JSON; an empty map, and what is none, stands by itself. */
function flat(value: unknown, path: string, into: Map<string, string>): Map<string, string> {
  if (isMap(value) && Object.keys(value).length > 0)
    for (const [name, inner] of Object.entries(value))
      flat(inner, path === '' ? name : `${path}.${name}`, into);
  else if (path !== '' || (value !== null && value !== undefined))
    into.set(path, JSON.stringify(value ?? null));
  return into;
}

/** A text without its quotes; anything else as JSON. */
function shown(json: string | undefined): string | null {
  if (json === undefined) return null;
  return json.startsWith('"') ? (JSON.parse(json) as string) : json;
}

/** What was, and what is, of each field: those that changed, in the order in which they are written. */
export function changesOf(before: unknown, after: unknown): FieldChange[] {
  const was = flat(before, '', new Map());
  const is = flat(after, '', new Map());
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((field) => was.get(field) !== is.get(field))
    .map((field) => ({ field, before: shown(was.get(field)), after: shown(is.get(field)) }));
}
