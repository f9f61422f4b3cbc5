import type { ActivityEvent, ActivityPage } from '../api/client';

/** The same that is told again within so long belongs together, in milliseconds. */
const TOGETHER = 60 * 60_000;

/** A line of "What changed": an event, or the same told several times. */
export interface Change {
  /** Stays while the same is told again. */
  readonly key: number;
  /** The last of them, whose words are shown. */
  readonly event: ActivityEvent;
  /** When that was, in milliseconds since 1970. */
  readonly at: number;
  readonly times: number;
  /** When the first of them was. */
  readonly since: number;
  /** Came while the page was open. */
  readonly isNew: boolean;
}

/**
 * Events as lines, newest first: of one kind about the same they are one line, as long as no more than an hour lies between two
 * of them. What somebody did is never put together: each is an act of its own.
 */
export function fold(events: readonly ActivityEvent[], isNew: (event: ActivityEvent) => boolean): Change[] {
  const changes: Change[] = [];
  const places = new Map<string, number>();
  for (const event of events) {
    const at = Date.parse(event.at);
    const what = JSON.stringify([event.kind, Object.entries(event.subject).sort()]);
    const place = places.get(what);
    const same = place === undefined ? undefined : changes[place]!;
    if (place !== undefined && same && !event.subject.actor && same.since - at <= TOGETHER) {
      changes[place] = { ...same, key: event.cursor, times: same.times + 1, since: at };
      continue;
    }
    places.set(what, changes.length);
    changes.push({ key: event.cursor, event, at, times: 1, since: at, isNew: isNew(event) });
  }
  return changes;
}

/** The newest events of the activity feed, each once however it came, at most `most` of them. */
export class Changes {
  #events: ActivityEvent[] = [];
  #live = new Set<number>();
  #earlier: number | null = null;

  constructor(readonly most: number) {}

  /** What `before` must be for what lies before them; null when nothing does. */
  get earlier(): number | null {
    return this.#earlier;
  }

  /** No more are taken in. */
  get isFull(): boolean {
    return this.#events.length >= this.most;
  }

  lines(): Change[] {
    return fold(this.#events, (event) => this.#live.has(event.cursor));
  }

  /** Takes the newest page: what is known stays where the two meet, else all that is older than the page goes. */
  begin(page: ActivityPage): void {
    const oldest = page.items.at(-1)?.cursor ?? page.cursor;
    const [newest, last] = [this.#events[0]?.cursor ?? 0, this.#events.at(-1)?.cursor ?? oldest];
    if (newest < oldest) this.#events = [];
    if (newest < oldest || oldest <= last) this.#earlier = page.next;
    this.#add(page.items);
  }

  /** Forgets everything: the server's numbers are others now. */
  clear(): void {
    this.#events = [];
    this.#live.clear();
    this.#earlier = null;
  }

  /** Takes what was told just now; gives what is new of it. */
  tell(events: readonly ActivityEvent[]): ActivityEvent[] {
    const known = new Set(this.#events.map((event) => event.cursor));
    const fresh = events.filter((event) => !known.has(event.cursor));
    for (const event of fresh) this.#live.add(event.cursor);
    this.#add(fresh);
    return fresh;
  }

  /** Takes the page before. */
  extend(page: ActivityPage): void {
    this.#earlier = page.next;
    this.#add(page.items);
  }

  #add(more: readonly ActivityEvent[]): void {
    const all = new Map([...this.#events, ...more].map((event) => [event.cursor, event]));
    this.#events = [...all.values()].sort((a, b) => b.cursor - a.cursor);
    if (this.#events.length <= this.most) return;
    for (const event of this.#events.splice(this.most)) this.#live.delete(event.cursor);
    this.#earlier = this.#events.at(-1)!.cursor;
  }
}
