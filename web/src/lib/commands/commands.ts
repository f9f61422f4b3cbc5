import { goto } from '$app/navigation';
import * as m from '$messages';
import { chooseLocale, LANGUAGES, LOCALES } from '../i18n/locale';
import { scope } from '../scope/scope.svelte';
import { session } from '../state/session.svelte';
import { theme } from '../state/theme.svelte';
import { PAGES, type PageEntry } from '../ui/pages';

/** Something to do from anywhere: the palette lists it, a shortcut may do it. */
export interface Command {
  readonly id: string;
  readonly name: string;
  /** The keys that do it, as people press them. */
  readonly keys?: string;
  readonly run: () => void;
}

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

/** Everything that can be done from anywhere, in the language of the page. */
export function commands(): Command[] {
  return [
    ...pages().map((page) => ({
      id: page.href,
      name: page.name(),
      keys: `g ${page.letter}`,
      run: () => void goto(hrefOf(page)),
    })),
    ...(session.person
      ? [{ id: '/account', name: m.account(), keys: 'g a', run: () => void goto('/account') }]
      : []),
    ...(['system', 'light', 'dark'] as const).map((choice) => ({
      id: `theme ${choice}`,
      name: `${m.theme()}: ${themeName(choice)}`,
      run: () => theme.choose(choice),
    })),
    ...(['system', 'more'] as const).map((choice) => ({
      id: `contrast ${choice}`,
      name: `${m.contrast()}: ${choice === 'more' ? m.contrast_more() : m.as_system()}`,
      run: () => theme.chooseContrast(choice),
    })),
    ...LOCALES.map((locale) => ({
      id: `language ${locale}`,
      name: `${m.language()}: ${LANGUAGES[locale]}`,
      run: () => chooseLocale(locale),
    })),
    { id: 'leave', name: m.sign_out(), run: () => void session.leave() },
  ];
}

/** The name of a theme. */
export function themeName(choice: 'system' | 'light' | 'dark'): string {
  return { system: m.as_system, light: m.theme_light, dark: m.theme_dark }[choice]();
}
