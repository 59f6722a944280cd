/** Answers of the management API about segments' members, groups and why a user is where it is; see management.ts. */
import * as z from "zod";
import { instant, jsonObject, runSchema, userIds, userSummarySchema } from "./management.ts";

/** A segment before it is saved: how many users it takes in, judged by a random sample, and some of those in. */
export const segmentPreviewSchema = z.object({
  estimate: z.int(),
  of: z.int().describe("users in all"),
  sampled: z.int().describe("users asked"),
  exact: z.boolean().describe("everybody was asked"),
  interval: z.tuple([z.int(), z.int()]).describe("holds the true size with 95%"),
  sample: z.array(userSummarySchema).describe("up to 20 of the users asked who are in"),
});

export const membersChangedSchema = z.object({
  added: z.int(),
  removed: z.int(),
  unknown: z.array(z.string()).describe("ids of users nobody has seen: nothing was changed for them"),
});

/** One clause of a condition, what it says now, and its parts. */
const explanationSchema = z.looseObject({ clause: z.string(), type: z.string(), value: z.boolean() });
export const explainSchema = z.union([
  z.object({ ...userIds, segment: z.string(), member: z.boolean(), since: instant.nullable(), condition: explanationSchema }),
  z.object({
    ...userIds,
    journey: z.string(),
    version: z.int(),
    status: z.string(),
    runs: z.array(runSchema),
    entered: z.object({ count: z.int(), last: instant.nullable() }).describe("of a journey with a key: entries without one"),
    refusedByFrequency: z.string().nullable().describe("what the frequency says to an entry now"),
    lastRefusal: z.looseObject({ kind: z.string(), at: instant, reason: z.string() }).nullable(),
    audience: explanationSchema.nullable(),
    exit: explanationSchema.nullable().describe("already true: not entered"),
  }),
]);

/** A group (an account, a team). `pending`: members who have not been told its newest attributes yet. */
export const groupSchema = z.object({
  type: z.string(),
  id: z.string(),
  attributes: jsonObject,
  members: z.int().describe("10001: more than 10,000"),
  pending: z.int(),
  version: z.int(),
  createdAt: instant,
  updatedAt: instant,
});

export const groupSummarySchema = groupSchema.pick({ type: true, id: true, attributes: true, updatedAt: true });

export const groupMemberSchema = z.object({ ...userIds, since: instant });

/** Two users become one. `running`: it goes on by itself; ask again, or look at the user. */
export const mergeSchema = z.object({
  status: z.enum(["merged", "running"]),
  id: z.string().describe("the user that both are, or will be"),
});

export const growthSchema = z.object({
  segment: z.string(),
  days: z
    .array(
      z.object({
        day: z.iso.date().describe("UTC"),
        joined: z.int(),
        left: z.int(),
        size: z.int().describe("members at the end of the day"),
      }),
    )
    .describe("oldest first, today last"),
});

const seenName = z.object({
  name: z.string(),
  firstSeen: instant,
  lastSeen: instant,
  volume: z.int().describe("how often; a moment behind"),
});
const seenValue = seenName.extend({
  types: z.array(z.enum(["text", "number", "boolean", "list", "object"])).describe("kinds of its values so far"),
});
const rest = z.int().describe("how often names were seen that found no room: a workspace has 1,000 of a kind");
export const ruleSchema = z.object({
  name: z.string(),
  enforce: z.enum(["block", "warn", "off"]),
  properties: z.record(z.string(), z.enum(["text", "number", "boolean", "list", "object"])),
});

export const schemaSchema = z.object({
  rules: z.array(ruleSchema).describe("what events are held against at ingest"),
  events: z.array(seenName),
  pages: z.array(seenName),
  screens: z.array(seenName),
  attributes: z.array(seenValue),
  groupAttributes: z.array(seenValue),
  rest: z.object({ events: rest, pages: rest, screens: rest, attributes: rest, groupAttributes: rest }),
});
