import * as m from '$messages';
import { KEY_HEADER, createApi, type SignInStep } from '../api/client';
import { session, strangers } from '../state/session.svelte';

/** What a sign-in came to; words when it failed, a ticket when a code is asked for. */
export type SignIn =
  | { readonly ok: true; readonly ticket?: undefined }
  | { readonly ok: false; readonly words: string; readonly ticket?: undefined }
  | { readonly ok: false; readonly words: null; readonly ticket: string };

/** Takes one step: a name and a password, a code, an invitation, a passkey. */
export async function signInStep(path: string, body: unknown): Promise<SignIn> {
  const answer = await strangers.send<SignInStep>('POST', path, body);
  if (answer.data === null) return { ok: false, words: answer.words };
  if (answer.data.ticket) return { ok: false, words: null, ticket: answer.data.ticket };
  return (await session.enter()) ? { ok: true } : { ok: false, words: m.account_no_cookie() };
}

/** Tries a key; it is kept only when the server takes it, and beyond this tab only when `keep` says so. */
export async function signInWithKey(text: string, keep: boolean): Promise<SignIn> {
  const key = text.trim();
  if (!/^wk_[A-Za-z0-9_-]+$/.test(key)) {
    return {
      ok: false,
      words: key === '' ? m.account_key_enter() : m.account_key_shape(),
    };
  }
  const trial = createApi(
    () => ({ [KEY_HEADER]: key }),
    () => undefined,
  );
  const answer = await trial.get('/api/v1/usage/requests', { limit: 1 });
  if (answer.data === null) return { ok: false, words: answer.words };
  session.enterWithKey(key, keep);
  return { ok: true };
}
