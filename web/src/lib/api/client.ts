import type { components, paths } from './schema';

type Schemas = components['schemas'];

export type UsageSummary = Schemas['UsageSummaryResult'];
export type UsageFigures = Schemas['UsageFigures'];
export type UsageSeries = Schemas['UsageSeriesResult'];
export type RequestItem = Schemas['RequestItem'];
export type SystemStatus = Schemas['SystemStatus'];
export type LiveMessage = Schemas['LiveMessage'];
export type LiveChange = Schemas['LiveChange'];
export type Problem = Schemas['Problem'];

/** The header that carries a Weir key; see docs/operations/api.md. */
export const KEY_HEADER = 'x-weir-key';

/** The paths that can be read without a part of the path to fill in. */
type Readable = {
  [Path in keyof paths]: Path extends `${string}{${string}`
    ? never
    : paths[Path] extends { get: { responses: { 200: { content: { 'application/json': unknown } } } } }
      ? Path
      : never;
}[keyof paths];

type Get<Path extends Readable> = paths[Path] extends { get: infer Operation } ? Operation : never;

type Query<Path extends Readable> =
  Get<Path> extends { parameters: { query?: infer Names } } ? NonNullable<Names> : never;

type Data<Path extends Readable> =
  Get<Path> extends { responses: { 200: { content: { 'application/json': infer Body } } } } ? Body : never;

/** What a call came to. `words` says in a sentence why there is no data. */
export type Answer<T> =
  | { readonly data: T; readonly date: Date | null }
  | { readonly data: null; readonly status: number | null; readonly words: string };

/** The management API, with the types of its description. */
export interface ApiClient {
  get<Path extends Readable>(path: Path, query?: Query<Path>): Promise<Answer<Data<Path>>>;
}

/**
 * Calls the management API. Every call carries the key that `key` gives at that moment; `refused` hears of it when the
 * server no longer takes one. No call throws: a server that is away is an answer too.
 */
export function createApi(key: () => string | null, refused: (key: string) => void): ApiClient {
  return {
    async get(path, query) {
      const own = key();
      let answer: Response;
      try {
        answer = await fetch(address(path, query), {
          headers: own === null ? {} : { [KEY_HEADER]: own },
          cache: 'no-store',
        });
        if (answer.ok) return { data: await answer.json(), date: dateOf(answer) };
      } catch {
        return { data: null, status: null, words: 'The server cannot be reached.' };
      }
      if (answer.status === 401 && own !== null) refused(own);
      const problem = (await answer.json().catch(() => null)) as Problem | null;
      return {
        data: null,
        status: answer.status,
        words: problem?.detail ?? problem?.title ?? `The server answered ${answer.status}.`,
      };
    },
  };
}

function address(path: string, query: object | undefined): string {
  return query ? `${path}?${new URLSearchParams(query as Record<string, string>)}` : path;
}

function dateOf(answer: Response): Date | null {
  const date = answer.headers.get('date');
  return date === null ? null : new Date(date);
}
