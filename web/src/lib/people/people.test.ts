import { describe, expect, it } from 'vitest';
import type { PermissionItem, RoleItem, UserItem } from '../api/client';
import { areasOf, draftOf, found, holdersOf, permitted } from './people';

const user = (name: string, more: Partial<UserItem> = {}) =>
  ({
    name,
    displayName: null,
    email: null,
    state: 'active',
    roles: [],
    grants: [],
    ...more,
  }) as unknown as UserItem;
const permission = (name: string, includes: string[] = []) =>
  ({ name, meaning: '', includes, instance: false }) as PermissionItem;
const role = (name: string, permissions: string[], parents: string[] = []) =>
  ({ name, description: '', builtIn: false, parents, permissions }) as RoleItem;

describe('people', () => {
  it('are found by every word of what is known of them, in order of what they are called', () => {
    const users = [
      user('zoe', { displayName: 'Ada Z.', roles: ['viewer'] }),
      user('ada', { email: 'a@x.org' }),
    ];
    expect(found(users, '').map(({ name }) => name)).toEqual(['ada', 'zoe']);
    expect(found(users, 'ADA viewer').map(({ name }) => name)).toEqual(['zoe']);
    expect(found(users, 'x.org').map(({ name }) => name)).toEqual(['ada']);
    expect(found(users, 'nobody')).toEqual([]);
  });

  it('hold a role for everything, or for a part', () => {
    const users = [
      user('a', { roles: ['viewer'] }),
      user('b', { grants: [{ role: 'viewer', on: 'team', name: 'web' }] }),
      user('c'),
    ];
    expect(holdersOf('viewer', users).map(({ name }) => name)).toEqual(['a', 'b']);
  });
});

describe('roles', () => {
  const permissions = [
    permission('keys:view'),
    permission('keys:manage', ['keys:view']),
    permission('audit:view'),
  ];
  const roles = [role('viewer', ['audit:view'])];

  it('stand by what they are about', () =>
    expect(areasOf(permissions).map(({ area, items }) => [area, items.length])).toEqual([
      ['keys', 2],
      ['audit', 1],
    ]));

  it('permit what comes with a permission, and what parents permit', () => {
    const draft = { name: 'x', description: '', parents: ['viewer'], permissions: ['keys:manage'] };
    expect([...permitted(draft, roles, permissions)].toSorted()).toEqual([
      'audit:view',
      'keys:manage',
      'keys:view',
    ]);
    expect([...permitted({ ...draft, parents: [] }, roles, permissions)]).not.toContain('audit:view');
  });

  it('leave to their parents what is theirs', () =>
    expect(draftOf(role('x', ['audit:view', 'keys:view'], ['viewer']), roles)).toEqual({
      name: 'x',
      description: '',
      parents: ['viewer'],
      permissions: ['keys:view'],
    }));
});
