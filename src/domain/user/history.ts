import type { EventOrder, UserEvent } from "../event/event.ts";
import type { Message } from "../message/message.ts";

/** Bounds of a look at history by event time in ms: `after` exclusive, `upTo` inclusive; left out = unbounded. */
export interface HistoryRange {
  readonly after?: number;
  readonly upTo?: number;
}

/** One kept match of a tally: when the event was and which. */
export interface TallyMatch {
  readonly order: EventOrder;
  readonly id: string;
}

/**
 * What the core may ask of a user's past, synchronously and inside the transaction of the stimulus at hand.
 *
 * No call reads more rows than its `limit`; that is what keeps the cost of an event flat as history grows.
 * Implementations: SQLite in the object (src/storage/object), memory in the simulator.
 */
export interface History {
  /** Adds the event; false (and nothing changes) when its id is already there. */
  append(event: UserEvent): boolean;
  has(id: string): boolean;
  event(id: string): UserEvent | undefined;
  /** Newest first (total order, then id): matches of a tally (see `Tally` in segment/condition.ts), at most `limit`. `key`: the one asked for in keyed tallies, null in others. */
  matches(tally: string, key: string | null, range: HistoryRange, limit: number): readonly TallyMatch[];
  /** Oldest first; for the few questions that look forward ("first match after the entry"). */
  firstMatches(tally: string, key: string | null, range: HistoryRange, limit: number): readonly TallyMatch[];
  /** Records that an event matched a tally; idempotent. */
  addMatch(tally: string, key: string | null, event: UserEvent): void;
  /** Newest first: when events of one exact history name were, and which, at most `limit`; `byName` without reading the events. */
  named(name: string, range: HistoryRange, limit: number): readonly TallyMatch[];
  /** Newest first events of one history name or, with a trailing "*", of a prefix; at most `limit`, resumable by `before`. */
  byName(name: string, range: HistoryRange, limit: number, before?: TallyMatch): readonly UserEvent[];
  /** A message of this user, whether still open or long settled. */
  message(id: string): Message | undefined;
}
