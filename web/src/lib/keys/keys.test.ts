import { describe, expect, it } from 'vitest';
import type { KeyItem } from '../api/client';
import { found, holderOf, scopeNames, stateOf } from './keys';

const KEY: KeyItem = {
  id: 'key_1',
  name: 'ci',
  prefix: 'wk_abcd',
  scopes: ['gateway'],
  owner: null,
  ownerName: null,
  ownerState: null,
  user: null,
  team: null,
  project: null,
  createdAt: '2026-11-01T00:00:00Z',
  rotatedAt: null,
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
  models: [],
  networks: [],
  origins: [],
};
const now = new Date('2026-11-23T12:00:00Z');

describe('a key', () => {
  it.each([
    [{}, 'active'],
    [{ ownerState: 'active' }, 'active'],
    [{ ownerState: 'suspended' }, 'shut'],
    [{ expiresAt: '2026-11-23T12:00:00Z' }, 'expired'],
    [{ expiresAt: '2026-11-23T12:00:01Z' }, 'active'],
    [{ expiresAt: '2020-01-01T00:00:00Z', revokedAt: '2026-11-02T00:00:00Z' }, 'revoked'],
  ])('with %j is %s', (own, state) => expect(stateOf({ ...KEY, ...own }, now)).toBe(state));

  it('stands for its person, else for its owner', () => {
    expect(holderOf({ ...KEY, user: 'ada', ownerName: 'bo', team: 'core', project: 'web' })).toBe(
      'ada · core · web',
    );
    expect(holderOf({ ...KEY, ownerName: 'bo' })).toBe('bo');
    expect(holderOf(KEY)).toBe('');
  });

  it('says what it may in words, and a permission by its name', () => {
    expect(scopeNames({ scopes: ['gateway', 'config:read'] })).toEqual([
      'Send requests to models',
      'config:read',
    ]);
  });

  it('is found by all words of a search, whatever their case', () => {
    const keys = [{ ...KEY, name: 'web', team: 'Core' }, KEY, { ...KEY, name: 'api', team: 'core' }];
    expect(found(keys, '').map(({ name }) => name)).toEqual(['api', 'ci', 'web']);
    expect(found(keys, 'CORE we').map(({ name }) => name)).toEqual(['web']);
    expect(found(keys, 'nobody')).toEqual([]);
  });
});
