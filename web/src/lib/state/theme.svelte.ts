/** The reader's choice of colours; `system` follows the browser's. */
export type Theme = 'system' | 'light' | 'dark';

const STORED = 'weir.theme';

class ThemeChoice {
  #choice = $state<Theme>('system');

  get choice(): Theme {
    return this.#choice;
  }

  /** Takes the choice that an earlier visit left; app.html has already applied it. */
  restore(): void {
    const applied = document.documentElement.dataset['theme'];
    this.#choice = applied === 'light' || applied === 'dark' ? applied : 'system';
  }

  choose(theme: Theme): void {
    this.#choice = theme;
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
    try {
      if (theme === 'system') localStorage.removeItem(STORED);
      else localStorage.setItem(STORED, theme);
    } catch {
      // No storage: chosen until the page is left.
    }
  }
}

export const theme = new ThemeChoice();
