import { error } from '@sveltejs/kit';

/** Only `npm run dev` has it. */
export const prerender = import.meta.env.DEV;

export function load() {
  if (!import.meta.env.DEV) error(404);
}
