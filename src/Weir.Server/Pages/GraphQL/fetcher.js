import { getOperationAST, parse } from 'graphql';

/** Asks this server, and nobody else. */
export function fetcherOf(key, tell) {
  return async (asked, options) => {
    const isStream = isSubscription(asked);
    const headers = { 'content-type': 'application/json', ...(await who(key)), ...options?.headers };
    headers.accept = isStream ? 'text/event-stream' : 'application/graphql-response+json, application/json';
    const stop = new AbortController();
    const answer = await fetch('/graphql', {
      method: 'POST',
      headers,
      body: JSON.stringify(asked),
      signal: isStream ? stop.signal : undefined,
    });
    tell(answer.status === 401 ? 'Give a key, or sign in on the dashboard first.' : '');
    if (isStream && answer.ok) return events(answer.body, stop);
    const told = await answer.json();
    // A refusal before the question was read is a problem of the API's, not an answer of the language's.
    return 'data' in told || 'errors' in told ? told : { errors: [{ message: told.detail ?? told.title }] };
  };
}

// Of the question itself: the document that GraphiQL hands over is a moment behind what was typed.
function isSubscription({ query, operationName }) {
  try {
    return getOperationAST(parse(query), operationName)?.operation === 'subscription';
  } catch {
    return false;
  }
}

// A session needs its own word with every change, and a question by POST counts as one.
async function who(key) {
  if (key !== '') return { 'x-weir-key': key };
  const answer = await fetch('/api/v1/auth/session', { headers: { accept: 'application/json' } });
  const word = answer.ok ? (await answer.json()).csrf : null;
  return word ? { 'x-weir-csrf': word } : {};
}

/** The answers of a subscription, until it ends or is left. */
async function* events(body, stop) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      text += value;
      const messages = text.split('\n\n');
      text = messages.pop();
      for (const message of messages) {
        const [event, data] = message.split('\n');
        if (event === 'event: complete') return;
        if (event === 'event: next') yield JSON.parse(data.slice('data: '.length));
      }
    }
  } finally {
    stop.abort();
  }
}
