import * as z from "zod";
import type { KnownEvent } from "../../src/api/queue.ts";
import type { ConsentItem, Page, PageRequest, RunItem, TimelineItem, UserView } from "../../src/api/user-rpc.ts";
import type { UserEvent } from "../../src/domain/event/event.ts";
import { Fault } from "../../src/domain/fault.ts";
import type { Message } from "../../src/domain/message/message.ts";
import type { Fact } from "../../src/domain/user/facts.ts";
import type { TallyMatch } from "../../src/domain/user/history.ts";
import type { UserState } from "../../src/domain/user/state.ts";
import type { Journal } from "../../src/storage/object/journal.ts";
import type { SqliteHistory } from "../../src/storage/object/sqlite-history.ts";
import type { UserStore } from "../../src/storage/object/user-store.ts";

/** Items of one page at most, whatever was asked for. */
const pageLimit = 200;

const limitOf = (page: PageRequest): number => Math.min(Math.max(1, Math.trunc(page.limit)), pageLimit);

/** What the API shows of a user. */
export const viewOf = (state: UserState, nextDue: number | null): UserView => {
  const { profile } = state;
  const attributes = Object.entries(profile.attributes).flatMap(([name, { value }]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return {
    user: state.user,
    attributes: Object.fromEntries(attributes),
    tags: Object.keys(profile.tags).toSorted(),
    segments: Object.entries(state.memberships)
      .filter(([, membership]) => membership.member)
      .map(([key, { since }]) => ({ key, since }))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    suppressions: profile.suppressions,
    subscriptions: profile.subscriptions,
    anonymousIds: Object.keys(profile.anonymousIds).toSorted(),
    groups: Object.values(profile.groups)
      .filter(({ left }) => left !== true)
      .map(({ type, id, order, relationship, attributes: said }) => ({ type, id, since: order[0], relationship, attributes: said }))
      .toSorted((a, b) => (`${a.type}/${a.id}` < `${b.type}/${b.id}` ? -1 : 1)),
    devices: Object.entries(profile.devices)
      .filter(([, { removed }]) => removed !== true)
      .map(([token, { platform, order }]) => ({ token, platform, since: order[0] }))
      .toSorted((a, b) => b.since - a.since),
    manualSegments: Object.entries(profile.manual)
      .filter(([, { member }]) => member)
      .map(([key, { order }]) => ({ key, since: order[0] }))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    createdAt: profile.createdAt,
    lastSeenAt: profile.lastSeenAt,
    nextDue,
    runs: Object.values(state.runs),
  };
};

const eventPosition = z.tuple([z.number(), z.number(), z.number(), z.string()]);
const timelinePosition = z.object({ fact: z.number(), event: eventPosition.nullable() });

const readCursor = <T extends z.ZodType>(cursor: string | undefined, schema: T): z.output<T> | undefined => {
  if (cursor === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(cursor));
  } catch {
    throw new Fault("bad-cursor");
  }
};

const positionOf = (event: UserEvent): z.output<typeof eventPosition> => [event.time, event.receivedAt, event.index, event.id];

const matchAt = ([time, received, index, id]: z.output<typeof eventPosition>): TallyMatch => ({ order: [time, received, index], id });

/** Newest first events. */
export const eventsPage = (history: SqliteHistory, page: PageRequest): Page<UserEvent> => {
  const cursor = readCursor(page.cursor, eventPosition);
  const limit = limitOf(page);
  const items = history.byName("*", {}, limit, cursor === undefined ? undefined : matchAt(cursor));
  const last = items.at(-1);
  return { items, next: last === undefined || items.length < limit ? null : JSON.stringify(positionOf(last)) };
};

/**
 * Events and facts in one list, newest first: a merge of two ordered lists, so a page costs two bounded reads. Each list
 * keeps its own order; a late event stands where its own time puts it.
 */
export const timelinePage = (history: SqliteHistory, journal: Journal, page: PageRequest): Page<TimelineItem> => {
  const cursor = readCursor(page.cursor, timelinePosition);
  const limit = limitOf(page);
  const events = history.byName("*", {}, limit, cursor?.event ? matchAt(cursor.event) : undefined);
  const facts = journal.newest(cursor?.fact ?? Number.MAX_SAFE_INTEGER, limit);
  const items: TimelineItem[] = [];
  let event = 0;
  let fact = 0;
  while (items.length < limit) {
    const nextEvent = events[event];
    const nextFact = facts[fact];
    // At the same instant the event came first, so it stands below what followed from it.
    if (nextFact !== undefined && (nextEvent === undefined || nextFact.fact.at >= nextEvent.time)) {
      items.push({ at: nextFact.fact.at, type: "fact", number: nextFact.number, fact: nextFact.fact });
      fact++;
    } else if (nextEvent !== undefined) {
      items.push({ at: nextEvent.time, type: "event", event: nextEvent });
      event++;
    } else break;
  }
  const lastEvent = events[event - 1];
  const position = {
    fact: facts[fact - 1]?.number ?? cursor?.fact ?? Number.MAX_SAFE_INTEGER,
    event: lastEvent === undefined ? (cursor?.event ?? null) : positionOf(lastEvent),
  };
  return { items, next: items.length < limit ? null : JSON.stringify(position) };
};

/** A page of an object nobody wrote to. */
export const nothing: Page<never> = { items: [], next: null };

/** Facts looked through for one page of ended runs: a page costs the same however long the timeline is. */
const runFactsSearched = 1_000;

/** Live runs, then those that ended, newest first, as the timeline tells them. */
export const runsPage = (state: UserState, journal: Journal, page: PageRequest): Page<RunItem> => {
  const before = readCursor(page.cursor, z.number()) ?? Number.MAX_SAFE_INTEGER;
  const limit = limitOf(page);
  const live = page.cursor === undefined ? Object.values(state.runs).toReversed() : [];
  const items: RunItem[] = live.map((run) => ({ status: "live", run }));
  const facts = journal.newest(before, runFactsSearched);
  let reached: number | undefined;
  for (const [index, { number, fact }] of facts.entries()) {
    if (items.length >= limit) return { items, next: JSON.stringify(reached ?? before) };
    reached = number;
    if (fact.kind !== "run-ended") continue;
    const start = facts.slice(index + 1).find((older) => older.fact.kind === "run-started" && older.fact.run === fact.run)?.fact;
    items.push({ status: "ended", end: fact, ...(start?.kind === "run-started" && { start }) });
  }
  return { items, next: facts.length < runFactsSearched || reached === undefined ? null : JSON.stringify(reached) };
};

/** Facts looked through for one page of the consent log. */
const consentFactsSearched = 1_000;

/** What was said about consent, newest first. */
export const consentPage = (journal: Journal, page: PageRequest): Page<ConsentItem> => {
  const before = readCursor(page.cursor, z.number()) ?? Number.MAX_SAFE_INTEGER;
  const limit = limitOf(page);
  const facts = journal.newest(before, consentFactsSearched);
  const items: ConsentItem[] = [];
  for (const { number, fact } of facts) {
    if (fact.kind !== "subscription" && fact.kind !== "suppressed" && fact.kind !== "unsuppressed") continue;
    items.push({ number, fact });
    if (items.length === limit) return { items, next: JSON.stringify(number) };
  }
  const last = facts.at(-1);
  return { items, next: last === undefined || facts.length < consentFactsSearched ? null : JSON.stringify(last.number) };
};

/** Newest first messages; their ids begin with their creation time, so the id of the last one is the cursor. */
export const messagesPage = (store: UserStore, page: PageRequest): Page<Message> => {
  const limit = limitOf(page);
  const items = store.messagesBefore(page.cursor, limit);
  return { items, next: items.length < limit ? null : (items.at(-1)?.id ?? null) };
};

export interface MessageView {
  readonly message: Message;
  readonly facts: readonly Fact[];
}

/** Facts looked through for those about one message. */
const factsSearched = 1_000;

/** A message with what happened to it, newest first. */
export const messageView = (history: SqliteHistory, journal: Journal, id: string): MessageView | undefined => {
  const message = history.message(id);
  if (message === undefined) return undefined;
  const facts = journal.newest(Number.MAX_SAFE_INTEGER, factsSearched).map(({ fact }) => fact);
  return { message, facts: facts.filter((fact) => fact.kind === "message" && fact.message === id) };
};

/** How the user knows an event that is not new, or was refused; undefined when it was just added, or nothing is known of it. */
export const knownEvent = (history: SqliteHistory, { id }: Pick<UserEvent, "id">): KnownEvent | undefined => {
  const known = history.wasAdded(id) ? undefined : history.known(id);
  return known && { id, time: known.time, ...(known.refused && { refused: true }) };
};
