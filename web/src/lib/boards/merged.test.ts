import { describe, expect, it } from 'vitest';
import { writeFilters } from '../scope/filters';
import { filtersOf, merged } from './merged';

const both = (own: Record<string, string>, reader: Record<string, string>) => {
  const all = merged(filtersOf(own), filtersOf(reader));
  return all === null ? null : Object.fromEntries(writeFilters(all));
};

describe("a widget's filters and the reader's", () => {
  it('hold both', () => {
    expect(both({ model: 'a' }, { team: 'x' })).toEqual({ model: 'a', team: 'x' });
    expect(both({ model: 'a,b' }, { model: 'b,c' })).toEqual({ model: 'b' });
    expect(both({ 'model.not': 'a' }, { 'model.not': 'b' })).toEqual({ 'model.not': 'a,b' });
    expect(both({ 'model.prefix': 'claude-' }, { 'model.prefix': 'claude-opus,gpt' })).toEqual({
      'model.prefix': 'claude-opus',
    });
    expect(both({}, {})).toEqual({});
  });

  it('say when nothing can hold for both', () => {
    expect(both({ model: 'a' }, { model: 'b' })).toBeNull();
    expect(both({ 'model.prefix': 'a' }, { 'model.prefix': '' })).toBeNull();
  });
});
