import type { EventType, UserEvent } from "../../domain/event/event.ts";
import { eventTime } from "../../domain/event/time.ts";
import type { JsonObject } from "../../domain/json.ts";
import { readInstant } from "./instant.ts";
import { readObject } from "./object.ts";
import { readId, readText } from "./text.ts";
import { Refused } from "./verdict.ts";

/** What a request gives to each of its items. */
export interface Frame {
  readonly receivedAt: number;
  readonly key: UserEvent["key"];
  /** Address of the socket: an item whose `context.direct` is true asks for it as its `context.ip`. */
  readonly ip: string | undefined;
  /** Makes the id of an item that has none. */
  readonly newId: () => string;
  /** From the path; wins over the item's own. */
  readonly type?: EventType | undefined;
  /** The envelope's; an item's own wins. */
  readonly sentAt?: unknown;
  /** The envelope's, already checked: an item's own keys win. */
  readonly context?: JsonObject | undefined;
}

type Fields = { readonly [name: string]: unknown };
type Draft = { -readonly [field in keyof UserEvent]: UserEvent[field] };

const eventTypes: ReadonlySet<unknown> = new Set<EventType>(["identify", "track", "page", "screen", "group", "alias"]);
const isEventType = (value: unknown): value is EventType => eventTypes.has(value);

const readType = (item: Fields, frame: Frame): EventType => {
  if (frame.type !== undefined) return frame.type;
  const type = item["type"];
  if (isEventType(type)) return type;
  if (type === undefined || type === null) throw new Refused("type", "missing", "type is missing");
  throw new Refused("type", "unknown-type", "type must be one of identify, track, page, screen, group, alias");
};

/** Event time by docs/semantics.md; a clock so wrong that it leads before 1970 counts as 1970. */
const readTime = (item: Fields, frame: Frame): number => {
  const stated = {
    sentAt: readInstant(item["sentAt"] ?? frame.sentAt, "sentAt"),
    originalTimestamp: readInstant(item["originalTimestamp"], "originalTimestamp"),
    timestamp: readInstant(item["timestamp"], "timestamp"),
  };
  return Math.max(0, eventTime(stated, frame.receivedAt));
};

const readContext = (item: Fields, frame: Frame): JsonObject | undefined => {
  const own = readObject(item["context"], "context");
  const context = frame.context === undefined ? own : own === undefined ? frame.context : { ...frame.context, ...own };
  return context?.["direct"] === true && frame.ip !== undefined ? { ...context, ip: frame.ip } : context;
};

const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

/** What only this type of call carries. */
const readBody = (draft: Draft, item: Fields): void => {
  switch (draft.type) {
    case "identify": {
      // RudderStack's clients put a user's traits into the context.
      const inContext = draft.context?.["traits"];
      const own = readObject(item["traits"], "traits");
      const traits = isObject(inContext) ? { ...inContext, ...own } : own;
      if (traits !== undefined) draft.traits = traits;
      return;
    }
    case "track": {
      const name = readText(item["event"], "event");
      if (name === undefined) throw new Refused("event", "missing", "event, the name of what happened, is missing");
      draft.event = name;
      const properties = readObject(item["properties"], "properties");
      if (properties !== undefined) draft.properties = properties;
      return;
    }
    case "page":
    case "screen": {
      const name = readText(item["name"], "name");
      const category = readText(item["category"], "category");
      const properties = readObject(item["properties"], "properties");
      if (name !== undefined) draft.name = name;
      if (category !== undefined) draft.category = category;
      if (properties !== undefined) draft.properties = properties;
      return;
    }
    case "group": {
      const groupId = readId(item["groupId"], "groupId");
      if (groupId === undefined) throw new Refused("groupId", "missing", "groupId is missing");
      draft.groupId = groupId;
      const traits = readObject(item["traits"], "traits");
      if (traits !== undefined) draft.traits = traits;
      return;
    }
    case "alias": {
      const previousId = readId(item["previousId"], "previousId") ?? draft.anonymousId;
      if (draft.userId === undefined) throw new Refused("userId", "missing", "userId is missing: an alias says who a previousId is");
      if (previousId === undefined) throw new Refused("previousId", "missing", "previousId is missing");
      draft.previousId = previousId;
    }
  }
};

/**
 * Reads one item of the Segment common form into an event. Written by hand rather than as a zod schema: it runs for every event
 * there is, names one field and a stable code, and Workers forbid the generated code that makes zod fast (1.4 µs an event, measured). Throws Refused, naming the field. Unknown fields (integrations,
 * _metadata, channel, version …) are of no use here and are left out.
 */
export const readItem = (item: unknown, index: number, frame: Frame): UserEvent => {
  if (!isObject(item)) throw new Refused("", "not-an-object", "an item must be an object");
  const fields: Fields = item;
  const type = readType(fields, frame);
  const userId = readId(fields["userId"], "userId");
  const anonymousId = readId(fields["anonymousId"], "anonymousId");
  if (userId === undefined && anonymousId === undefined)
    throw new Refused("userId", "no_user_anon_id", "one of userId and anonymousId is needed");
  const draft: Draft = {
    id: readId(fields["messageId"], "messageId") ?? frame.newId(),
    type,
    time: readTime(fields, frame),
    receivedAt: frame.receivedAt,
    index,
    key: frame.key,
  };
  if (userId !== undefined) draft.userId = userId;
  if (anonymousId !== undefined) draft.anonymousId = anonymousId;
  const context = readContext(fields, frame);
  if (context !== undefined) draft.context = context;
  readBody(draft, fields);
  return draft;
};
