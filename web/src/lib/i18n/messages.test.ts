import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'svelte/compiler';
import { describe, expect, it } from 'vitest';
import { LOCALES } from './locale';

const SOURCE = new URL('../../', import.meta.url).pathname;

/** The common texts, and a room of its own for each page. */
const ROOMS = readdirSync(join(SOURCE, 'messages'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => `${entry.name}/`);

const texts = (locale: string) =>
  Object.fromEntries(
    ['', ...ROOMS].flatMap((room) =>
      Object.entries<string>(
        JSON.parse(readFileSync(join(SOURCE, 'messages', `${room}${locale}.json`), 'utf8')),
      )
        .filter(([key]) => key !== '$schema')
        .map(([key, text]): [string, string] => {
          if (room !== '') expect(key.startsWith(`${room.slice(0, -1)}_`), `${key} in ${room}`).toBe(true);
          return [key, text];
        }),
    ),
  );
const english = texts('en');
const slots = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted();

const components = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.svelte'))
  .toSorted();

/** For those who build the pages, not for those who read them. */
const ENGLISH = ['lib/gallery/', 'routes/dev/'];

/** Words that are the same in every language: names, keys and formats. */
const NAMES = new Set(['Weir', 'PNG', 'CSV', 'Ctrl K', 'wk_…', 'g', 'p', 'UTC']);

type Node = { type: string; name?: string; data?: string; value?: unknown };

/** The words that stand in a component's own markup. */
function written(code: string): string[] {
  const found: string[] = [];
  const note = (text: string) => {
    const words = text.trim();
    if (/\p{L}{1,}/u.test(words) && !NAMES.has(words.replace(/^[·+\s]+|[·\s]+$/gu, ''))) found.push(words);
  };
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (node === null || typeof node !== 'object') return;
    const { type, name, data, value } = node as Node;
    if (type === 'Text' && data !== undefined) note(data);
    // A length's unit.
    if (type === 'StyleDirective') return;
    // What is typed as it stands.
    if (type === 'RegularElement' && name === 'code') return;
    if (type === 'Attribute') {
      const told = ['aria-label', 'title', 'placeholder', 'alt', 'label', 'content'].includes(name ?? '');
      // The others' text is no words: classes, types, ids.
      if (told) visit(value);
      return;
    }
    for (const [key, child] of Object.entries(node))
      if (!['css', 'instance', 'module', 'options', 'comments'].includes(key)) visit(child);
  };
  visit(parse(code, { modern: true }).fragment);
  return found;
}

describe('the texts', () => {
  it.each(LOCALES)('are whole in %s, with the same slots', (locale) => {
    const own = texts(locale);
    expect(Object.keys(own)).toEqual(Object.keys(english));
    for (const [key, text] of Object.entries(own)) {
      expect(text.trim(), key).not.toBe('');
      expect(slots(text), key).toEqual(slots(english[key]!));
    }
  });

  it('are compiled from every room', () => {
    const { 'plugin.inlang.messageFormat': format } = JSON.parse(
      readFileSync(join(SOURCE, '../project.inlang/settings.json'), 'utf8'),
    );
    expect(format.pathPattern.toSorted()).toEqual(
      ['', ...ROOMS].map((room) => `./src/messages/${room}{locale}.json`).toSorted(),
    );
  });

  it.each(LOCALES.filter((locale) => locale !== 'en'))('are %s and not English', (locale) => {
    const same = Object.entries(texts(locale)).filter(([key, text]) => text === english[key]);
    // Words that two languages share: Token, Agent, Session.
    expect(same.length, same.map(([key]) => key).join(' ')).toBeLessThan(Object.keys(english).length / 8);
  });

  it('are each used', () => {
    const code = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(svelte|ts)$/.test(name))
      .map((name) => readFileSync(join(SOURCE, name), 'utf8'))
      .join('\n');
    expect(Object.keys(english).filter((key) => !new RegExp(`\\bm\\.${key}\\b`).test(code))).toEqual([]);
  });

  it.each(components.filter((name) => !ENGLISH.some((old) => name.startsWith(old))))(
    'stand in no component: %s',
    (name) => {
      expect(written(readFileSync(join(SOURCE, name), 'utf8'))).toEqual([]);
    },
  );

  it('are found where they stand', () => {
    expect(written('<p class="x" title="Hello">{a} world {#if b}<b aria-label={c}>!</b>{/if}</p>')).toEqual([
      'Hello',
      'world',
    ]);
  });
});

describe('the style of a component', () => {
  it.each(components)('knows beginning and end, not left and right: %s', (name) => {
    const style = /<style>([\s\S]*)<\/style>/.exec(readFileSync(join(SOURCE, name), 'utf8'))?.[1] ?? '';
    expect(
      style.match(
        /(text-align: (left|right)|(margin|padding|border)-(left|right)|^\s+(left|right): (?!0))/gm,
      ),
    ).toBeNull();
  });
});
