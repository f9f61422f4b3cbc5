const STORED = 'weir.letters';
/** How long the second key of two may take, in milliseconds. */
const PATIENCE = 2_500;

/** Whether keys go to something that takes letters itself. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null;
}

/** Keys that work everywhere: Ctrl+K or ⌘K, `?`, and `g` with a page's letter. Letters alone can be switched off (WCAG 2.1.4). */
class Shortcuts {
  #letters = $state(true);
  #leading = -PATIENCE;

  get letters(): boolean {
    return this.#letters;
  }

  restore(): void {
    try {
      this.#letters = localStorage.getItem(STORED) !== 'off';
    } catch {
      // No storage: they work.
    }
  }

  useLetters(on: boolean): void {
    this.#letters = on;
    try {
      if (on) localStorage.removeItem(STORED);
      else localStorage.setItem(STORED, 'off');
    } catch {
      // No storage: until the page is left.
    }
  }

  /** What a key asks for; null for nothing. It is then taken, and nobody else's. */
  press(event: KeyboardEvent): 'palette' | 'preferences' | { readonly letter: string } | null {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      return 'palette';
    }
    if (!this.#letters || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
      return null;
    if (document.querySelector('dialog[open]') !== null) return null;
    if (event.key === '?') return 'preferences';
    const isSecond = event.timeStamp - this.#leading < PATIENCE;
    this.#leading = event.key === 'g' && !isSecond ? event.timeStamp : -PATIENCE;
    return isSecond ? { letter: event.key } : null;
  }
}

export const shortcuts = new Shortcuts();
