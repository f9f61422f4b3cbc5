import { describe, expect, it } from 'vitest';
import { commandOf, questionOf, type Typed } from './question';

const typed: Typed = { model: ' m ', dialect: 'anthropic', client: '', key: '', at: '', body: '' };

describe('questionOf', () => {
  it('asks for what was typed and nothing else', () =>
    expect(questionOf(typed)).toEqual({
      dialect: 'anthropic',
      model: 'm',
      client: null,
      key: null,
      at: null,
    }));

  it('lets a request say its own model', () => {
    const body = '{"model":"other"}';
    expect(questionOf({ ...typed, body })).toMatchObject({ model: null, body: { model: 'other' } });
    expect(questionOf({ ...typed, dialect: 'gemini', body })).toMatchObject({ model: 'm' });
  });

  it('asks nothing of what is no JSON', () => expect(questionOf({ ...typed, body: '{' })).toBeNull());

  it('means the time of the reader', () =>
    expect(questionOf({ ...typed, at: '2026-11-23T12:00' })?.at).toBe(
      new Date('2026-11-23T12:00').toISOString(),
    ));
});

describe('commandOf', () => {
  it('quotes what is typed', () =>
    expect(commandOf({ ...typed, model: "it's", client: 'codex' })).toBe(
      "weir route explain --model 'it'\\''s' --dialect anthropic --client 'codex'",
    ));

  it('names a file for a whole request', () =>
    expect(commandOf({ ...typed, body: '{}' })).toBe('weir route explain request.json --dialect anthropic'));
});
