import { historyName, orderOf, type UserEvent } from "../event/event.ts";
import type { Message } from "../message/message.ts";
import { compareMatches, type History, type HistoryRange, type MatchRange, type TallyMatch } from "./history.ts";

/** A user's history in memory: for the simulator and tests. Oldest first inside, every look by binary search. */
export class MemoryHistory implements History {
  readonly #events = new Map<string, UserEvent>();
  readonly #refused = new Set<string>();
  readonly #names = new Map<string, TallyMatch[]>();
  readonly #tallies = new Map<string, TallyMatch[]>();
  readonly #messages = new Map<string, Message>();
  readonly #figures = new Map<string, string>();

  append(event: UserEvent): boolean {
    if (this.has(event.id)) return false;
    this.#events.set(event.id, event);
    insert(listOf(this.#names, historyName(event)), { order: orderOf(event), id: event.id });
    return true;
  }

  refuse(event: UserEvent): boolean {
    if (this.has(event.id)) return false;
    this.#refused.add(event.id);
    return true;
  }

  has(id: string): boolean {
    return this.#events.has(id) || this.#refused.has(id);
  }

  event(id: string): UserEvent | undefined {
    return this.#events.get(id);
  }

  matches(tally: string, key: string | null, range: MatchRange, limit: number): readonly TallyMatch[] {
    return newest(this.#tallies.get(tallyKey(tally, key)) ?? [], range, limit, range.olderThan);
  }

  firstMatches(tally: string, key: string | null, range: MatchRange, limit: number): readonly TallyMatch[] {
    const list = this.#tallies.get(tallyKey(tally, key)) ?? [];
    const { newerThan: after } = range;
    const [low, to] = boundsOf(list, range);
    const from =
      after === undefined
        ? low
        : Math.max(
            low,
            search(list, (match) => compareMatches(match, after) > 0),
          );
    return list.slice(from, Math.max(from, Math.min(to, from + limit)));
  }

  addMatch(tally: string, key: string | null, match: TallyMatch): void {
    insert(listOf(this.#tallies, tallyKey(tally, key)), match);
  }

  removeMatch(tally: string, key: string | null, match: TallyMatch): void {
    const list = this.#tallies.get(tallyKey(tally, key)) ?? [];
    const position = search(list, (other) => compareMatches(other, match) >= 0);
    const found = list[position];
    if (found !== undefined && compareMatches(found, match) === 0) list.splice(position, 1);
  }

  figure(tally: string, key: string | null): string | undefined {
    return this.#figures.get(tallyKey(tally, key));
  }

  keepFigure(tally: string, key: string | null, text: string): void {
    this.#figures.set(tallyKey(tally, key), text);
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

  messages(before: string | undefined, limit: number): readonly Message[] {
    const ids = [...this.#messages.keys()].filter((id) => before === undefined || id < before).toSorted();
    return ids
      .slice(-limit)
      .toReversed()
      .flatMap((id) => this.#messages.get(id) ?? []);
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
  const found = list[position];
  if (found !== undefined && compareMatches(found, match) === 0) return;
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
