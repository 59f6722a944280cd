/**
 * The tracking calls as a schema, for people and tools that read OpenAPI. The calls themselves are read by hand
 * (`readItem`, which says why); a test holds the two to each other.
 */
import * as z from "zod";
import { maxBytes, type TextField } from "./text.ts";

const text = (field: TextField) => z.string().max(maxBytes[field]).describe(`at most ${maxBytes[field]} bytes`);
const id = (field: TextField) => z.union([text(field).min(1), z.int()]);
const object = z.record(z.string(), z.json());
const instant = z.union([z.string(), z.number()]).describe("ISO 8601, or seconds or milliseconds since 1970");

const common = {
  userId: id("userId").optional().describe("one of userId and anonymousId is needed"),
  anonymousId: id("anonymousId").optional(),
  messageId: id("messageId").optional().describe("the same id again changes nothing; without one the item gets a fresh one"),
  timestamp: instant.optional().describe("when it happened by the client's clock"),
  sentAt: instant.optional().describe("when it was sent by the client's clock: corrects a clock that is wrong"),
  originalTimestamp: instant.optional(),
  context: object
    .optional()
    .describe(
      "timezone: the user's IANA zone; backfill: true = history, starts no journeys; direct: true = the socket's address becomes ip",
    ),
};

/** Each call's own fields. Unknown ones are left out without a word: clients send many. */
export const trackingCalls = {
  identify: z.looseObject({ ...common, traits: object.optional().describe('attributes; null or "" removes one') }),
  track: z.looseObject({ ...common, event: text("event").min(1), properties: object.optional() }),
  page: z.looseObject({ ...common, name: text("name").optional(), category: text("category").optional(), properties: object.optional() }),
  screen: z.looseObject({ ...common, name: text("name").optional(), category: text("category").optional(), properties: object.optional() }),
  group: z.looseObject({ ...common, groupId: id("groupId"), traits: object.optional() }),
  alias: z.looseObject({
    ...common,
    userId: id("userId"),
    previousId: id("previousId")
      .optional()
      .describe("who the user was; a server's key may name a known user here, any other an anonymous id"),
  }),
} as const;

/** A batch: items of any type; its context and sentAt are given to each that has none of its own. */
export const trackingBatch = z.looseObject({
  batch: z.array(z.looseObject({ type: z.enum(["identify", "track", "page", "screen", "group", "alias"]), ...common })).max(2_500),
  context: object.optional(),
  sentAt: instant.optional(),
});

/** What every call answers. */
export const trackingAnswer = z.object({
  success: z.boolean(),
  accepted: z.int().describe("items that are durable now"),
  code: z.string().optional(),
  message: z.string().optional(),
  rejected: z
    .array(z.object({ index: z.int(), field: z.string(), code: z.string(), message: z.string() }))
    .describe("items that were refused, by their place in the request; the others are kept"),
});
