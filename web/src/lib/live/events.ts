/** An event of a stream: what it says, and what it is called in `Last-Event-ID`; null for one without a name. */
export interface StreamEvent {
  readonly id: string | null;
  readonly data: string;
}

/** Server-sent events as they come off the wire, cut in pieces anywhere, in order. */
export class EventParser {
  #rest = '';
  #id: string | null = null;
  #data: string[] = [];

  /** Takes the next piece and gives the events that it completes. */
  push(piece: string): StreamEvent[] {
    const done: StreamEvent[] = [];
    const text = this.#rest + piece;
    let from = 0;
    for (;;) {
      const end = text.indexOf('\n', from);
      if (end < 0) break;
      const line = text.slice(from, text[end - 1] === '\r' && end > from ? end - 1 : end);
      from = end + 1;
      if (line === '') {
        if (this.#data.length > 0) done.push({ id: this.#id, data: this.#data.join('\n') });
        this.#id = null;
        this.#data = [];
      } else if (line.startsWith('data:')) this.#data.push(valueOf(line, 5));
      else if (line.startsWith('id:')) this.#id = valueOf(line, 3);
    }
    this.#rest = text.slice(from);
    return done;
  }
}

/** What stands behind a field's colon, without the one space that may follow it. */
function valueOf(line: string, from: number): string {
  return line.slice(line[from] === ' ' ? from + 1 : from);
}
