import { scope } from '../scope/scope.svelte';
import { session } from '../state/session.svelte';
import { PAGES, type PageEntry } from '../ui/pages';

/** The pages that who is signed in may open. */
export function pages(): readonly PageEntry[] {
  return PAGES.filter(
    ({ permission, or, inPart }) => session.may(permission, inPart) || (or !== undefined && session.may(or)),
  );
}

/** Where a page's link leads: with the range and filters that are looked at, where it takes them. */
export function hrefOf(page: PageEntry): string {
  return page.scoped ? scope.link(page.href, { own: { id: null } }) : page.href;
}
