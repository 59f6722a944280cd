import { compareOrder, orderOf, type EventOrder, type UserEvent } from "../event/event.ts";
import type { Message } from "../message/message.ts";

/** Bounds of a look at history by event time in ms: `after` exclusive, `upTo` inclusive; left out = unbounded. */
export interface HistoryRange {
  readonly after?: number;
  readonly upTo?: number;
}

/** Bounds of a look at one tally. */
export interface MatchRange extends HistoryRange {
  /** Only what comes strictly before this match; asked of `matches`. */
  readonly olderThan?: TallyMatch;
  /** Only what comes strictly after this match; asked of `firstMatches`. */
  readonly newerThan?: TallyMatch;
}

/** One kept match of a tally: when the event was and which, with what the tally keeps of it (the numbers it sums up). */
export interface TallyMatch {
  readonly order: EventOrder;
  readonly id: string;
  readonly value?: string;
}

/** The event as a match. */
export const matchOf = (event: UserEvent): TallyMatch => ({ order: orderOf(event), id: event.id });

/** Total order, then id: no two different events are equal. */
export const compareMatches = (a: TallyMatch, b: TallyMatch): number =>
  compareOrder(a.order, b.order) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/**
 * What the core may ask of a user's past, synchronously and inside the transaction of the stimulus at hand.
 *
 * No call reads more rows than its `limit`; that is what keeps the cost of an event flat as history grows.
 * Implementations: SQLite in the object (src/storage/object), memory in the simulator.
 */
export interface History {
  /** Set where only what happened up to an instant (ms) is seen. */
  readonly until?: number;
  /** Adds the event; false (and nothing changes) when its id is already there. */
  append(event: UserEvent): boolean;
  /** Keeps the id of an event that is refused, and nothing else of it; false (and nothing changes) when its id is already there. */
  refuse(event: UserEvent): boolean;
  has(id: string): boolean;
  event(id: string): UserEvent | undefined;
  /** Newest first (total order, then id): matches of a tally (see `Tally` in segment/condition.ts), at most `limit`. `key`: the one asked for in keyed tallies, null in others. */
  matches(tally: string, key: string | null, range: MatchRange, limit: number): readonly TallyMatch[];
  /** Oldest first; for the few questions that look forward ("first match after the entry"). */
  firstMatches(tally: string, key: string | null, range: MatchRange, limit: number): readonly TallyMatch[];
  /** Records that an event matched a tally; idempotent. */
  addMatch(tally: string, key: string | null, match: TallyMatch): void;
  /** Takes a match out again; one that is not there changes nothing. */
  removeMatch(tally: string, key: string | null, match: TallyMatch): void;
  /** A figure kept beside a tally's matches, which it can be reckoned from anew: it may be dropped at any time. */
  figure(tally: string, key: string | null): string | undefined;
  keepFigure(tally: string, key: string | null, text: string): void;
  /** Newest first: when events of one exact history name were, and which, at most `limit`; `byName` without reading the events. */
  named(name: string, range: HistoryRange, limit: number): readonly TallyMatch[];
  /** Newest first events of one history name or, with a trailing "*", of a prefix; at most `limit`, resumable by `before`. */
  byName(name: string, range: HistoryRange, limit: number, before?: TallyMatch): readonly UserEvent[];
  /** A message of this user, whether still open or long settled. */
  message(id: string): Message | undefined;
  /** Newest first (by id, which begins with the time of creation) messages with ids before the one given, at most `limit`. */
  messages(before: string | undefined, limit: number): readonly Message[];
}
