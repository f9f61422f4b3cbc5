import { goto } from '$app/navigation';
import * as m from '$messages';
import { acts, type ActName } from '../overrides/acts';
import { chooseLocale, LANGUAGES, LOCALES } from '../i18n/locale';
import { session } from '../state/session.svelte';
import { theme } from '../state/theme.svelte';
import { themeName } from '../ui/ThemeSwitch.svelte';
import { hrefOf, pages } from './pages';

/** Something to do from anywhere: the palette lists it, a shortcut may do it. */
export interface Command {
  readonly id: string;
  readonly name: string;
  /** The keys that do it, as people press them. */
  readonly keys?: string;
  readonly run: () => void;
}

/** Everything that can be done from anywhere, in the language of the page; `act` asks for a quick action. */
export function commands(act: (name: ActName) => void): Command[] {
  return [
    ...pages().map((page) => ({
      id: page.href,
      name: page.name(),
      keys: `g ${page.letter}`,
      run: () => void goto(hrefOf(page)),
    })),
    ...acts().map(({ name, words }) => ({ id: `act ${name}`, name: `${words}…`, run: () => act(name) })),
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
