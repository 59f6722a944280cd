import type { JsonObject } from "../json.ts";

/** The calls of the tracking API; everything a client can say about a user. */
export type EventType = "identify" | "track" | "page" | "screen" | "group" | "alias";

/**
 * One accepted call about one user, the same whatever surface it came in by.
 *
 * Ingest fills `id` (a fresh one when the client gave none), `time` and `receivedAt`; from then on the event never changes.
 * Field names follow the Segment common fields. All instants are milliseconds since the epoch.
 */
export interface UserEvent {
  /** messageId: the history key; the same id again changes nothing. */
  readonly id: string;
  readonly type: EventType;
  readonly userId?: string;
  readonly anonymousId?: string;
  /** alias only */
  readonly previousId?: string;
  /** group only */
  readonly groupId?: string;
  /** track only: the event's name */
  readonly event?: string;
  /** page and screen */
  readonly name?: string;
  readonly category?: string;
  /** track, page, screen */
  readonly properties?: JsonObject;
  /** identify, group */
  readonly traits?: JsonObject;
  readonly context?: JsonObject;
  /** Event time after clock-skew correction (docs/semantics.md, Identity of events, order, time); never later than receivedAt. */
  readonly time: number;
  readonly receivedAt: number;
  /** Index in its request: the last tie-breaker of the total order. */
  readonly index: number;
  /** "server" when the call carried a server key: only those may merge two known users. */
  readonly key: "client" | "server";
}

/** Total order of events: event time, then arrival, then index in the request. */
export type EventOrder = readonly [time: number, receivedAt: number, index: number];

/** The event's place in the total order. */
export const orderOf = (event: UserEvent): EventOrder => [event.time, event.receivedAt, event.index];

/** Negative when a comes before b in the total order. */
export const compareOrder = (a: EventOrder, b: EventOrder): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];

/**
 * The name an event is indexed under in a user's history: kind and name in one text, so that one index serves
 * exact names, prefixes, pages and screens alike ("track:Order Completed", "page:Home", "identify:").
 */
export const historyName = (event: Pick<UserEvent, "type" | "event" | "name" | "groupId">): string => {
  switch (event.type) {
    case "track":
      return `track:${event.event ?? ""}`;
    case "page":
    case "screen":
      return `${event.type}:${event.name ?? ""}`;
    case "group":
      return `group:${event.groupId ?? ""}`;
    case "identify":
    case "alias":
      return `${event.type}:`;
  }
};
