import { describe, expect, it } from 'vitest';
import type { DashboardItem } from '../api/client';
import { boardOf, fitted, fromFile, made, newId, toFile } from './board';
import { settled } from './layout';
import { fromTemplate, TEMPLATES } from './templates';

describe('a board', () => {
  it.each(TEMPLATES.map((template) => [template.id, template] as const))(
    'is made of the template %s, and goes to a file and back as it is',
    (_, template) => {
      const board = fromTemplate(template, 'shared');
      const file = fromFile(toFile(board));
      expect(file).toEqual(board);
      expect(boardOf({ ...file, id: 'dsh_1', version: 1 } as unknown as DashboardItem)).toEqual(board);
      // It lies as the page would lay it.
      expect(settled(board.widgets)).toEqual(board.widgets);
    },
  );

  it('takes no other file for one', () => {
    for (const text of ['', '{', 'null', '[]', '{"title":1,"widgets":[]}', '{"title":"a"}'])
      expect(fromFile(text), text).toBeNull();
  });

  it('fits a widget to its kind', () => {
    const line = made('line', 'a', { metric: 'costUsd', by: ['model', 'team'], compare: 'year', colour: 3 });
    expect(fitted({ ...line, kind: 'histogram' })).toMatchObject({
      metric: 'durationMs',
      by: ['model', 'team'],
      compare: null,
    });
    expect(fitted({ ...line, kind: 'gauge' })).toMatchObject({ by: null, threshold: '100', colour: 3 });
    expect(fitted({ ...line, by: [], kind: 'pie' }).by).toEqual(['model']);
    expect(fitted({ ...line, kind: 'text' })).toMatchObject({
      metric: null,
      by: null,
      text: '',
      colour: null,
    });
  });

  it('has an id of its own for each widget', () => {
    expect(newId([])).toBe('w1');
    expect(newId([{ id: 'w2' }])).toBe('w3');
    expect(newId([{ id: 'w2' }, { id: 'w3' }])).toBe('w4');
  });
});
