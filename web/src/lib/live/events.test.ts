import { describe, expect, test } from 'vitest';
import { EventParser } from './events';

const WIRE =
  'event: changes\nid: 7\ndata: {"a":1}\n\n: a comment\n\ndata:two\r\ndata: lines\r\n\r\nevent: beat\n\ndata: left';

describe('server-sent events', () => {
  test('are the same however they are cut', () => {
    const whole = new EventParser().push(WIRE);
    expect(whole).toEqual(['{"a":1}', 'two\nlines']);
    for (let size = 1; size < WIRE.length; size++) {
      const parser = new EventParser();
      const pieces = [];
      for (let at = 0; at < WIRE.length; at += size) pieces.push(...parser.push(WIRE.slice(at, at + size)));
      expect(pieces).toEqual(whole);
    }
  });

  test('name the last that is complete', () => {
    const parser = new EventParser();
    expect(parser.id).toBeNull();
    parser.push('id: 7.4\ndata: 1\n\nid:7.5\nda');
    expect(parser.id).toBe('7.4');
    parser.push('ta: 2\n\ndata: 3\n\n');
    expect(parser.id).toBe('7.5');
  });
});
