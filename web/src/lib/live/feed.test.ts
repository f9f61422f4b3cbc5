import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LiveFeed, type FeedState } from './feed';

/** How the answers below are broken off, as a browser does when a request is aborted. */
const breakOff = new WeakMap<Response, () => void>();

/** An answer of `/live` that goes on until it is ended. */
function stream() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (own) => void (controller = own) });
  const answer = new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  breakOff.set(answer, () => controller.error(new DOMException('aborted', 'AbortError')));
  return {
    answer,
    say: (message: object, place = '7') =>
      controller.enqueue(new TextEncoder().encode(`id: ${place}\ndata: ${JSON.stringify(message)}\n\n`)),
    end: () => controller.close(),
  };
}

/** A feed on answers given one after the other; an `Error` is a server that is away. */
function listen(...answers: (Response | Error)[]) {
  const asked: { url: string; headers: Headers }[] = [];
  const states: FeedState[] = [];
  const waits: number[] = [];
  const heard: number[] = [];
  const feed = new LiveFeed({
    headers: { 'x-weir-key': 'wk_test' },
    topics: 'requests,activity',
    message: (message) => heard.push(message.cursor),
    state: (state) => {
      states.push(state);
      if (state.name === 'reconnecting') waits.push(state.retryAt - Date.now());
    },
    fetch: (url, init) => {
      asked.push({ url: String(url), headers: new Headers(init?.headers) });
      const answer = answers.shift() ?? new Error('nothing more');
      if (answer instanceof Response) {
        init?.signal?.addEventListener('abort', () => breakOff.get(answer)?.());
      }
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    random: () => 1,
  });
  return { feed, asked, states, waits, heard, done: feed.run() };
}

const names = (states: FeedState[]) => states.map((state) => state.name);

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('the live feed', () => {
  test('sends its key, and comes back to the last place', async () => {
    const [first, second] = [stream(), stream()];
    const { feed, asked, states, heard } = listen(first.answer, second.answer);
    first.say({ type: 'snapshot', cursor: 7, requests: [] }, '7.40');
    first.say({ type: 'activity', cursor: 7, activity: 41, missed: false, events: [] }, '7.41');
    await vi.waitFor(() => expect(heard).toEqual([7, 7]));
    first.end();
    await vi.waitFor(() => expect(names(states)).toEqual(['connecting', 'live', 'reconnecting']));
    await vi.advanceTimersByTimeAsync(500);
    second.say({ type: 'beat', cursor: 7, time: '' });
    await vi.waitFor(() => expect(names(states).at(-1)).toBe('live'));
    expect(asked.map((call) => call.url)).toEqual([
      '/live?topics=requests,activity',
      '/live?topics=requests,activity&after=7.41',
    ]);
    expect(asked[1]!.headers.get('x-weir-key')).toBe('wk_test');
    expect(asked[1]!.headers.get('accept')).toBe('text/event-stream');
    feed.stop();
  });

  test('waits twice as long after each failure in a row, and at most a quarter of a minute', async () => {
    const { feed, waits } = listen();
    for (let i = 1; i <= 8; i++) {
      await vi.waitFor(() => expect(waits).toHaveLength(i));
      feed.retryNow();
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    feed.stop();
  });

  test('gives up when the key is refused', async () => {
    const { states, done } = listen(new Response(null, { status: 401 }));
    await done;
    expect(states.at(-1)).toEqual({ name: 'refused', status: 401 });
  });

  test('takes three missed beats for a broken connection', async () => {
    const silent = stream();
    const { feed, states, heard } = listen(silent.answer);
    silent.say({ type: 'snapshot', cursor: 1, requests: [] });
    await vi.waitFor(() => expect(heard).toEqual([1]));
    await vi.advanceTimersByTimeAsync(44_000);
    expect(names(states).at(-1)).toBe('live');
    await vi.advanceTimersByTimeAsync(1_500);
    expect(names(states)).toContain('reconnecting');
    feed.stop();
  });

  test('comes back at once when it is dropped and told to', async () => {
    const [first, second] = [stream(), stream()];
    const { feed, heard } = listen(first.answer, second.answer);
    first.say({ type: 'snapshot', cursor: 1, requests: [] });
    await vi.waitFor(() => expect(heard).toEqual([1]));
    feed.drop();
    second.say({ type: 'beat', cursor: 1, time: '' });
    await vi.waitFor(() => {
      feed.retryNow();
      expect(heard).toEqual([1, 1]);
    });
    feed.stop();
  });

  test('ends when it is stopped', async () => {
    const open = stream();
    const { feed, heard, states, done } = listen(open.answer);
    open.say({ type: 'snapshot', cursor: 1, requests: [] });
    await vi.waitFor(() => expect(heard).toEqual([1]));
    feed.stop();
    await done;
    expect(names(states)).toEqual(['connecting', 'live']);
  });
});
