/** The languages that the pages speak, in the order of the choice; `app.html` knows them too. */
export const LOCALES = ['en', 'de', 'es', 'fr', 'tr', 'zh', 'ja', 'ar'] as const;

export type Locale = (typeof LOCALES)[number];

/** Each by its own name, whatever language is spoken. */
export const LANGUAGES: Readonly<Record<Locale, string>> = {
  en: 'English',
  de: 'Deutsch',
  es: 'Español',
  fr: 'Français',
  tr: 'Türkçe',
  zh: '中文',
  ja: '日本語',
  ar: 'العربية',
};

const STORED = 'weir.language';

function isLocale(word: string): word is Locale {
  return (LOCALES as readonly string[]).includes(word);
}

let known: Locale | undefined;

/**
 * The language that this visit speaks: what `app.html` wrote into the document before the first paint. English where there is
 * no document, as when the pages are built.
 */
export function getLocale(): Locale {
  if (typeof document === 'undefined') return 'en';
  if (known === undefined) {
    const word = document.documentElement.lang;
    known = isLocale(word) ? word : 'en';
  }
  return known;
}

/** The same for `Intl`: English is written as in Britain, with the day before the month. */
export function getTag(): string {
  const locale = getLocale();
  return locale === 'en' ? 'en-GB' : locale;
}

/** Speaks another language from now on: every text on the page is another one, so it is loaded anew. */
export function chooseLocale(locale: Locale): void {
  if (locale === getLocale()) return;
  try {
    localStorage.setItem(STORED, locale);
  } catch {
    // No storage: the browser's own languages go on deciding.
    return;
  }
  location.reload();
}
