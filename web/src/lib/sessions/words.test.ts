import { describe, expect, it } from 'vitest';
import type { SessionNode } from '../api/client';
import { flagsOf, lengthName, shortId, stepName } from './words';

const node = (more: Partial<SessionNode>) =>
  ({ kind: 'tool', name: 'Bash', id: 'x', children: [], ...more }) as SessionNode;
const request = (more: object) => ({
  errorType: null,
  status: 'ok',
  handoffReason: null,
  upstreamDialect: null,
  ...more,
});

it.each([
  ['cc66af4b-3d84-4abd-8215-c31ab16cdbed', 'cc66af4b'],
  ['01a1ff17-229f-7632-8be8-f61607e36527', '01a1ff17-229f'],
  ['req_1', 'req_1'],
])('%s is called %s', (id, name) => expect(shortId(id)).toBe(name));

it.each([
  [971, '971 ms'],
  [3_569_999, '59 m 30 s'],
  [3_570_000, '1 h 00 m'],
  [18_105_000, '5 h 02 m'],
  [108_000_000, '30 h 00 m'],
])('%d milliseconds are %s', (span, words) => expect(lengthName(span)).toBe(words));

describe('a step', () => {
  it.each([
    [node({ kind: 'prompt', name: null }), '3'],
    [node({}), 'Bash'],
    [node({ kind: 'agent', name: null, id: 'a1' }), 'a1'],
    [node({ kind: 'request', name: null }), 'unknown'],
    [node({ kind: 'error', name: null }), ''],
  ])('%# is named', (step, name) => expect(stepName(step, 3)).toBe(name));

  it('says what was amiss', () => {
    const texts = (step: SessionNode) => flagsOf(step).map(({ tone, text }) => `${tone}: ${text}`);
    expect(texts(node({}))).toEqual([]);
    expect(texts(node({ succeeded: false }))).toEqual(['bad: failed']);
    expect(texts(node({ kind: 'permission', succeeded: false, waitedMs: 1_500 }))).toEqual([
      'bad: refused',
      'plain: waited 1.50 s',
    ]);
    const failed = request({ status: 'overloaded' }) as never;
    expect(texts(node({ kind: 'request', succeeded: false, request: failed }))).toEqual(['bad: overloaded']);
    const handed = request({ handoffReason: 'route', requestedModel: 'large' }) as never;
    expect(texts(node({ kind: 'request', request: handed }))).toEqual(['plain: route: large was asked for']);
    expect(texts(node({ cacheMiss: { tokens: 1_200, extraUsd: '0.0015' } }))).toEqual([
      'warn: cache miss: 1,200 tokens, $0.0015 more',
    ]);
    expect(texts(node({ cacheMiss: { tokens: 1, extraUsd: null } }))[0]).toContain('unknown');
  });
});
