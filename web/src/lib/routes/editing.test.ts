import { describe, expect, it } from 'vitest';
import type { ApiClient, ConfigDocument } from '../api/client';
import { Editing } from './editing.svelte';

const document = (etag: string, text: string, version = 1) => ({ etag, text, version }) as ConfigDocument;

type Sent = { method: string; path: string; body: unknown; etag: string | undefined };

function api(answers: readonly unknown[]): { client: ApiClient; sent: Sent[] } {
  const sent: Sent[] = [];
  const left = [...answers];
  const next = () => Promise.resolve(left.shift());
  return {
    sent,
    client: {
      get: next,
      read: next,
      send: (method: string, path: string, body: unknown, etag: string | undefined) => {
        sent.push({ method, path, body, etag });
        return next();
      },
    } as unknown as ApiClient,
  };
}

describe('Editing', () => {
  it('follows what is in force until something is made of it', () => {
    const editing = new Editing(api([]).client);
    editing.hear(document('a', 'one'));
    editing.hear(document('b', 'two'));
    expect(editing.text).toBe('two');
    editing.text = 'mine';
    editing.hear(document('c', 'three'));
    expect([editing.text, editing.base?.etag, editing.theirs?.etag]).toEqual(['mine', 'b', 'c']);
    editing.keep();
    expect([editing.text, editing.base?.etag, editing.theirs]).toEqual(['mine', 'c', null]);
  });

  it('does not go back to what an answer that comes late says', () => {
    const editing = new Editing(api([]).client);
    editing.hear(document('b', 'two', 2));
    editing.hear(document('a', 'one', 1));
    expect(editing.text).toBe('two');
  });

  it('saves to the text that it was made of, and remembers what that was', async () => {
    const { client, sent } = api([{ data: document('b', 'mine') }]);
    const editing = new Editing(client);
    editing.hear(document('a', 'one'));
    editing.text = 'mine';
    expect(await editing.save('  why  ')).toBe(true);
    expect(sent).toEqual([
      { method: 'PUT', path: '/api/v1/config', body: { text: 'mine', comment: 'why' }, etag: 'a' },
    ]);
    expect([editing.isChanged, editing.base?.etag, editing.replaced?.etag]).toEqual([false, 'b', 'a']);
  });

  it('keeps the text and shows the other where another came meanwhile', async () => {
    const { client } = api([{ data: null, status: 412, words: 'another' }, { data: document('c', 'three') }]);
    const editing = new Editing(client);
    editing.hear(document('a', 'one'));
    editing.text = 'mine';
    expect(await editing.save('')).toBe(false);
    expect([editing.text, editing.theirs?.etag, editing.failure]).toEqual(['mine', 'c', 'another']);
  });

  it('tells the faults that it was refused for', async () => {
    const fault = { line: 2, column: 1, key: 'x', message: 'is not known', hint: null };
    const { client } = api([{ data: null, status: 422, words: 'one fault', faults: [fault] }]);
    const editing = new Editing(client);
    editing.hear(document('a', 'one'));
    editing.text = 'mine';
    expect(await editing.save('')).toBe(false);
    expect(editing.faults).toEqual([fault]);
  });

  it('forgets an answer about a text that was changed since', async () => {
    let tell: (answer: unknown) => void = () => undefined;
    const client = { send: () => new Promise((resolve) => (tell = resolve)) } as unknown as ApiClient;
    const editing = new Editing(client);
    editing.hear(document('a', 'one'));
    editing.text = 'first';
    const looked = editing.validate();
    editing.text = 'second';
    tell({ data: { valid: false, faults: [{ line: 1, column: 1, key: '', message: 'old', hint: null }] } });
    await looked;
    expect(editing.faults).toEqual([]);
  });
});
