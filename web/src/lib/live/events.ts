/** Server-sent events as they come off the wire, cut in pieces anywhere: the `data` of each, in order. */
export class EventParser {
  #rest = '';
  #data: string[] = [];
  #named: string | null = null;

  /** The `id` of the last event that was complete and had one; null before it. */
  id: string | null = null;

  /** Takes the next piece and gives the events that it completes. */
  push(piece: string): string[] {
    const done: string[] = [];
    const text = this.#rest + piece;
    let from = 0;
    for (;;) {
      const end = text.indexOf('\n', from);
      if (end < 0) break;
      const line = text.slice(from, text[end - 1] === '\r' && end > from ? end - 1 : end);
      from = end + 1;
      if (line === '') {
        if (this.#data.length > 0) done.push(this.#data.join('\n'));
        this.#data = [];
        this.id = this.#named;
      } else if (line.startsWith('data:')) {
        this.#data.push(line.slice(line[5] === ' ' ? 6 : 5));
      } else if (line.startsWith('id:')) {
        this.#named = line.slice(3).trim();
      }
    }
    this.#rest = text.slice(from);
    return done;
  }
}
