import type { ApiClient, Answer, RecoveryCodes } from '../api/client';

interface Options {
  readonly options: unknown;
}

/** Whether this browser can make and use passkeys for this address: never for a bare network address. */
export function canUsePasskeys(): boolean {
  return (
    typeof PublicKeyCredential !== 'undefined' &&
    'parseRequestOptionsFromJSON' in PublicKeyCredential &&
    isSecureContext &&
    !/^[\d.]+$|:/.test(location.hostname)
  );
}

/** Asks the authenticator for a passkey of this server; null when the person thought better of it. */
export async function usePasskey(api: ApiClient): Promise<{ credential: unknown } | string | null> {
  const asked = await api.send<Options>('POST', '/api/v1/auth/passkey/sign-in/options');
  if (asked.data === null) return asked.words;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    asked.data.options as PublicKeyCredentialRequestOptionsJSON,
  );
  try {
    const credential = await navigator.credentials.get({ publicKey });
    return { credential: (credential as PublicKeyCredential).toJSON() };
  } catch {
    return null;
  }
}

/** Makes a passkey and has the server keep it; null when the person thought better of it. */
export async function addPasskey(
  api: ApiClient,
  password: string,
  name: string,
): Promise<Answer<RecoveryCodes> | null> {
  const asked = await api.send<Options>('POST', '/api/v1/auth/passkeys/options', { password });
  if (asked.data === null) return asked;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    asked.data.options as PublicKeyCredentialCreationOptionsJSON,
  );
  let credential: unknown;
  try {
    const made = await navigator.credentials.create({ publicKey });
    credential = (made as PublicKeyCredential).toJSON();
  } catch {
    return null;
  }
  return api.send('POST', '/api/v1/auth/passkeys', { credential, name });
}
