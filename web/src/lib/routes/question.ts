import type { RouteQuestion } from '../api/client';

export const DIALECTS = [
  'anthropic',
  'openai-chat',
  'openai-responses',
  'openai-embeddings',
  'gemini',
] as const;
export type Dialect = (typeof DIALECTS)[number];

/** What is asked of the routes, as it is typed. */
export interface Typed {
  readonly model: string;
  readonly dialect: Dialect;
  readonly client: string;
  readonly key: string;
  /** As a field of date and time has it, in the reader's zone; empty for now. */
  readonly at: string;
  /** The whole request as JSON; empty for the model alone. */
  readonly body: string;
}

/** What the API is asked; null where the body is no JSON. */
export function questionOf(typed: Typed): RouteQuestion | null {
  const given = (text: string) => (text.trim() === '' ? null : text.trim());
  let body: unknown = null;
  if (typed.body.trim() !== '') {
    try {
      body = JSON.parse(typed.body);
    } catch {
      return null;
    }
  }
  return {
    dialect: typed.dialect,
    // A request says its own model; only Gemini's stands beside it.
    model: body === null || typed.dialect === 'gemini' ? given(typed.model) : null,
    client: given(typed.client),
    key: given(typed.key),
    at: typed.at === '' ? null : new Date(typed.at).toISOString(),
    ...(body === null ? {} : { body }),
  } as RouteQuestion;
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The same question for a terminal; the request's body stands in a file. */
export function commandOf(typed: Typed): string {
  const question = questionOf({ ...typed, body: '' })!;
  return [
    'weir route explain',
    ...(typed.body.trim() === '' ? [] : ['request.json']),
    ...(typed.body.trim() === '' && question.model ? [`--model ${quoted(question.model)}`] : []),
    `--dialect ${typed.dialect}`,
    ...(question.client ? [`--client ${quoted(question.client)}`] : []),
    ...(question.key ? [`--as-key ${quoted(question.key)}`] : []),
    ...(question.at ? [`--at ${question.at}`] : []),
  ].join(' ');
}
