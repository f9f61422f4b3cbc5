import * as m from '$messages';
import type { PermissionItem, RoleItem, UserItem } from '../api/client';

const STATES: Readonly<Record<string, () => string>> = {
  invited: m.people_invited,
  active: m.people_active,
  suspended: m.people_suspended,
};

/** How somebody stands, in words; a state that the pages do not know yet stands as it is. */
export function stateName(state: string): string {
  return STATES[state]?.() ?? state;
}

/** What people call somebody. */
export function nameOf({ displayName, name }: UserItem): string {
  return displayName ?? name;
}

/** Those that a search finds, by name. */
export function found(users: readonly UserItem[], search: string): UserItem[] {
  const words = search.toLowerCase().split(/\s+/u).filter(Boolean);
  return users
    .filter((user) => {
      const text = [user.name, user.displayName, user.email, user.state, ...user.roles]
        .join(' ')
        .toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
}

/** Who has a role for the whole workspace, or for a part of it. */
export function holdersOf(role: string, users: readonly UserItem[]): UserItem[] {
  return users.filter(
    ({ roles, grants }) => roles.includes(role) || grants.some((grant) => grant.role === role),
  );
}

/** Permissions by what they are about: the part of the name before the colon. */
export function areasOf(
  permissions: readonly PermissionItem[],
): { readonly area: string; readonly items: readonly PermissionItem[] }[] {
  const areas = new Map<string, PermissionItem[]>();
  for (const item of permissions) {
    const area = item.name.slice(0, item.name.indexOf(':'));
    areas.set(area, [...(areas.get(area) ?? []), item]);
  }
  return [...areas].map(([area, items]) => ({ area, items }));
}

/** A role that is being made or changed. */
export interface RoleDraft {
  readonly name: string;
  readonly description: string;
  readonly parents: readonly string[];
  /** Those that were ticked, whatever else comes with them. */
  readonly permissions: readonly string[];
}

/** What a draft permits: its own, what comes with them, and what its parents permit. */
export function permitted(
  draft: RoleDraft,
  roles: readonly RoleItem[],
  permissions: readonly PermissionItem[],
): ReadonlySet<string> {
  const all = new Set(draft.permissions);
  for (const name of draft.permissions)
    for (const more of permissions.find((item) => item.name === name)?.includes ?? []) all.add(more);
  for (const role of roles)
    if (draft.parents.includes(role.name)) for (const name of role.permissions) all.add(name);
  return all;
}

/**
 * A role to be changed. The API tells all that it permits, and not which of it is its own: what its parents permit is left to them.
 */
export function draftOf(role: RoleItem, roles: readonly RoleItem[]): RoleDraft {
  const inherited = new Set(
    roles.filter(({ name }) => role.parents.includes(name)).flatMap(({ permissions }) => permissions),
  );
  return {
    name: role.name,
    description: role.description,
    parents: role.parents,
    permissions: role.permissions.filter((name) => !inherited.has(name)),
  };
}
