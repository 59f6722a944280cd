import type { UserEvent } from "../event/event.ts";
import type { Fact, NumberedFacts } from "../user/facts.ts";
import { type UserKey, userKeyOf } from "../user/user-key.ts";
import type { CatalogStream, StreamPart } from "./stream.ts";

/** One thing a stream tells of. `id`: the same thing again is the same item. */
export interface StreamItem {
  readonly id: string;
  /** JSON, as it is sent. */
  readonly body: string;
}

/** What happened to one user: events, then the facts that followed, each in their order. */
export interface Happened {
  readonly user: UserKey;
  readonly events: readonly UserEvent[];
  readonly facts?: NumberedFacts;
}

interface Told {
  readonly id: string;
  readonly part: StreamPart;
  /** Of events: the name of a tracked one, "" of other calls. */
  readonly name?: string;
  readonly content: object;
}

/** The items of a stream among what happened, users and their things in the order given. */
export const itemsOf = (streams: readonly CatalogStream[], happened: readonly Happened[]): ReadonlyMap<string, readonly StreamItem[]> => {
  const wanted = new Set(streams.flatMap(({ include }) => include));
  const told = happened.flatMap(({ user, events, facts }) => [
    ...(wanted.has("events") ? events.map((event) => toldEvent(user, event)) : []),
    ...(facts?.facts ?? []).map((fact, index) => toldFact(facts?.user ?? user, (facts?.first ?? 0) + index, fact)),
  ]);
  const bodies = new Map<Told, StreamItem>();
  const itemOf = (one: Told): StreamItem => {
    const item = bodies.get(one) ?? { id: one.id, body: JSON.stringify({ id: one.id, ...one.content }) };
    bodies.set(one, item);
    return item;
  };
  return new Map(streams.map((stream) => [stream.key, told.filter((one) => isWanted(stream, one)).map(itemOf)] as const));
};

const isWanted = ({ include, events }: CatalogStream, { part, name }: Told): boolean =>
  include.includes(part) && (name === undefined || events.some((pattern) => matches(pattern, name)));

const matches = (pattern: string, name: string): boolean =>
  pattern === "*" || (name !== "" && (pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name));

const toldEvent = (user: UserKey, event: UserEvent): Told => {
  const { index: _index, key: _key, time, receivedAt, ...call } = event;
  return {
    // By what the call itself says: told again after its user was merged it is the same item.
    id: `event:${userKeyOf(event) ?? user}:${event.id}`,
    part: "events",
    name: event.type === "track" ? (event.event ?? "") : "",
    content: {
      type: "event",
      at: instant(time),
      user: userOf(user),
      event: { ...call, time: instant(time), receivedAt: instant(receivedAt) },
    },
  };
};

const toldFact = (user: UserKey, number: number, fact: Fact): Told => {
  if (fact.kind === "emitted") return toldEvent(user, fact.event);
  const { kind, at, ...rest } = fact;
  return {
    id: `fact:${user}:${number}`,
    part: partOf(kind),
    content: { type: kind, at: instant(at), user: userOf(user), ...Object.fromEntries(Object.entries(rest).map(asTold)) },
  };
};

/** What is not told apart here is about the user. */
const partOf = (kind: Fact["kind"]): StreamPart => {
  if (kind === "message" || kind === "links-followed") return "messages";
  if (kind === "segment-entered" || kind === "segment-left") return "segments";
  if (/^(?:run|step)-/.test(kind) || kind === "waiting" || kind === "goal" || kind === "webhook") return "journeys";
  return "users";
};

const instants: ReadonlySet<string> = new Set(["createdAt", "lastSeenAt", "until"]);

const asTold = ([name, value]: readonly [string, unknown]): readonly [string, unknown] =>
  instants.has(name) && typeof value === "number" ? [name, instant(value)] : [name, value];

const userOf = (user: UserKey): { readonly id: string; readonly anonymous: boolean } => ({
  id: user.slice(2),
  anonymous: user.startsWith("a:"),
});

const instant = (ms: number): string => new Date(ms).toISOString();
