import { compareOrder, historyName, orderOf, type UserEvent } from "../event/event.ts";
import type { Message } from "../message/message.ts";
import type { History, HistoryRange, TallyMatch } from "./history.ts";

/** A user's history in memory: for the simulator and tests. Oldest first inside, every look by binary search. */
export class MemoryHistory implements History {
  readonly #events = new Map<string, UserEvent>();
  readonly #names = new Map<string, TallyMatch[]>();
  readonly #tallies = new Map<string, TallyMatch[]>();
  readonly #messages = new Map<string, Message>();

  append(event: UserEvent): boolean {
    if (this.#events.has(event.id)) return false;
    this.#events.set(event.id, event);
    insert(listOf(this.#names, historyName(event)), { order: orderOf(event), id: event.id });
    return true;
  }

  has(id: string): boolean {
    return this.#events.has(id);
  }

  event(id: string): UserEvent | undefined {
    return this.#events.get(id);
  }

  matches(tally: string, key: string | null, range: HistoryRange, limit: number): readonly TallyMatch[] {
    return newest(this.#tallies.get(tallyKey(tally, key)) ?? [], range, limit);
  }

  firstMatches(tally: string, key: string | null, range: HistoryRange, limit: number): readonly TallyMatch[] {
    const list = this.#tallies.get(tallyKey(tally, key)) ?? [];
    const [from, to] = boundsOf(list, range);
    return list.slice(from, Math.min(to, from + limit));
  }

  addMatch(tally: string, key: string | null, event: UserEvent): void {
    insert(listOf(this.#tallies, tallyKey(tally, key)), { order: orderOf(event), id: event.id });
  }

  named(name: string, range: HistoryRange, limit: number): readonly TallyMatch[] {
    return newest(this.#names.get(name) ?? [], range, limit);
  }

  byName(name: string, range: HistoryRange, limit: number, before?: TallyMatch): readonly UserEvent[] {
    const list = name.endsWith("*") ? this.#byPrefix(name.slice(0, -1)) : (this.#names.get(name) ?? []);
    return newest(list, range, limit, before).flatMap(({ id }) => this.#events.get(id) ?? []);
  }

  message(id: string): Message | undefined {
    return this.#messages.get(id);
  }

  /** Keeps a message, as the shell does with those a decision names. */
  putMessage(message: Message): void {
    this.#messages.set(message.id, message);
  }

  /** Every event, oldest first: what a hand-over carries. */
  all(): readonly UserEvent[] {
    return this.#byPrefix("").flatMap(({ id }) => this.#events.get(id) ?? []);
  }

  #byPrefix(prefix: string): TallyMatch[] {
    const found = [...this.#names].filter(([name]) => name.startsWith(prefix)).flatMap(([, list]) => list);
    return found.sort(compareMatches);
  }
}

/** Total order, then id: no two different events are equal. */
const compareMatches = (a: TallyMatch, b: TallyMatch): number => compareOrder(a.order, b.order) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const tallyKey = (tally: string, key: string | null): string => (key === null ? tally : `${tally}|${key}`);

const listOf = (lists: Map<string, TallyMatch[]>, name: string): TallyMatch[] => {
  const known = lists.get(name);
  if (known !== undefined) return known;
  const made: TallyMatch[] = [];
  lists.set(name, made);
  return made;
};

/** Index of the first entry for which `isAfter` holds. */
const search = (list: readonly TallyMatch[], isAfter: (match: TallyMatch) => boolean): number => {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const match = list[middle];
    if (match !== undefined && isAfter(match)) high = middle;
    else low = middle + 1;
  }
  return low;
};

const insert = (list: TallyMatch[], match: TallyMatch): void => {
  const position = search(list, (other) => compareMatches(other, match) >= 0);
  if (list[position]?.id === match.id) return;
  if (position === list.length) list.push(match);
  else list.splice(position, 0, match);
};

const boundsOf = (list: readonly TallyMatch[], { after, upTo }: HistoryRange): readonly [from: number, to: number] => [
  after === undefined ? 0 : search(list, ({ order }) => order[0] > after),
  upTo === undefined ? list.length : search(list, ({ order }) => order[0] > upTo),
];

const newest = (list: readonly TallyMatch[], range: HistoryRange, limit: number, before?: TallyMatch): readonly TallyMatch[] => {
  const [from, upTo] = boundsOf(list, range);
  const to =
    before === undefined
      ? upTo
      : Math.min(
          upTo,
          search(list, (match) => compareMatches(match, before) >= 0),
        );
  return list.slice(Math.max(from, to - limit), Math.max(from, to)).reverse();
};
