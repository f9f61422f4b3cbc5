import type { IconName } from './Icon.svelte';

/** The pages that the frame leads to, in order. A page that is not here cannot be found: add it with its route. */
export const PAGES: readonly { readonly href: string; readonly name: string; readonly icon: IconName }[] = [
  { href: '/', name: 'Now', icon: 'now' },
];
