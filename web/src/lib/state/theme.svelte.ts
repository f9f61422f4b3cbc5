/** The reader's choice of colours; `system` follows the browser's. */
export type Theme = 'system' | 'light' | 'dark';

/** How strongly things are set off; `system` follows the browser's wish for more. */
export type Contrast = 'system' | 'more';

const THEME = 'weir.theme';
const CONTRAST = 'weir.contrast';

function keep(name: string, word: string): void {
  try {
    if (word === 'system') localStorage.removeItem(name);
    else localStorage.setItem(name, word);
  } catch {
    // No storage: chosen until the page is left.
  }
}

function mark(name: 'theme' | 'contrast', word: string): void {
  if (word === 'system') delete document.documentElement.dataset[name];
  else document.documentElement.dataset[name] = word;
}

class ThemeChoice {
  #choice = $state<Theme>('system');
  #contrast = $state<Contrast>('system');

  get choice(): Theme {
    return this.#choice;
  }

  get contrast(): Contrast {
    return this.#contrast;
  }

  /** Takes the choice that an earlier visit left; app.html has already applied it. */
  restore(): void {
    const { theme: applied, contrast } = document.documentElement.dataset;
    this.#choice = applied === 'light' || applied === 'dark' ? applied : 'system';
    this.#contrast = contrast === 'more' ? 'more' : 'system';
  }

  choose(theme: Theme): void {
    this.#choice = theme;
    mark('theme', theme);
    keep(THEME, theme);
  }

  chooseContrast(contrast: Contrast): void {
    this.#contrast = contrast;
    mark('contrast', contrast);
    keep(CONTRAST, contrast);
  }
}

export const theme = new ThemeChoice();
