/**
 * Answers of the management API (/api): the zod schemas that OpenAPI is generated from and whose types the dashboard uses.
 * Instants are ISO 8601 UTC texts; lists are `{items, next}`, where `next` is the cursor of the next page or null. A page
 * may hold fewer items than asked for and still have a next one.
 */
import * as z from "zod";
import { linkSettingsSchema } from "../domain/links/link-settings.ts";
import { workspaceRulesSchema } from "../domain/sending/rules.ts";

export { type GoalStatistics, type Statistics, statisticsSchema } from "./statistics.ts";

export const instant = z.iso.datetime().describe("ISO 8601, UTC");
export const json = z.unknown().describe("any JSON");
export const jsonObject = z.record(z.string(), z.unknown());

/** What every list answers. */
export const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });

/** RFC 9457 problem details; `errors` names each bad place of an input by its dotted path. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

/** Read-only fields that every definition is answered with, beside its own; a PUT may bring them back and they are ignored. */
export const definitionFields = { createdAt: instant.meta({ readOnly: true }), updatedAt: instant.meta({ readOnly: true }) } as const;

/** A segment is answered with how many users are in it, counted to 10,000: 10,001 says that there are more. */
export const segmentFields = {
  members: z.int().meta({ readOnly: true }).describe("users in it; 10001: more than 10,000"),
  seesBackTo: instant
    .nullable()
    .optional()
    .meta({ readOnly: true })
    .describe("by PUT: from when on it surely sees what happened, where that is less than it asks for; null: it sees all it asks for"),
} as const;

/** Secrets among the settings are never answered, only which of them are set. */
export const providerFields = {
  settingsSet: z.array(z.string()).meta({ readOnly: true }),
  /** What the provider is to be told to call with its reports. */
  webhookUrl: z.string().meta({ readOnly: true }),
  /** It said that its operator must act: nothing is sent by it until it is put or resumed. */
  paused: z.object({ since: instant, reason: z.string() }).nullable().meta({ readOnly: true }),
} as const;

/** How users are named: by their own id; an anonymous one by the anonymous id, asked for with ?anonymous=true. */
export const userIds = { id: z.string(), anonymous: z.boolean() } as const;

export const userSummarySchema = z.object({
  ...userIds,
  email: z.string().nullable(),
  phone: z.string().nullable(),
  name: z.string().nullable(),
  createdAt: instant,
  lastSeenAt: instant,
});

export const eventSchema = z.object({
  id: z.string(),
  type: z.string(),
  userId: z.string().optional(),
  anonymousId: z.string().optional(),
  previousId: z.string().optional(),
  groupId: z.string().optional(),
  event: z.string().optional(),
  name: z.string().optional(),
  category: z.string().optional(),
  properties: jsonObject.optional(),
  traits: jsonObject.optional(),
  context: jsonObject.optional(),
  time: instant,
  receivedAt: instant,
});

/** An event of the log: whose it is, what people know it by, and the call itself. */
export const loggedEventSchema = z.object({
  id: z.string(),
  user: z.string(),
  anonymous: z.boolean(),
  type: z.string(),
  name: z.string().nullable(),
  time: instant,
  body: eventSchema,
});

/** An item that ingest refused: what was wrong with which field, and the beginning of what came. */
export const rejectionSchema = z.object({
  id: z.string(),
  at: instant,
  code: z.string(),
  field: z.string(),
  message: z.string(),
  sample: z.string().describe("first 500 characters of the item's JSON"),
});

export const runSchema = z.object({
  id: z.string(),
  journey: z.string(),
  version: z.int(),
  key: z.string().nullable(),
  enteredAt: instant,
  stepEnteredAt: instant,
  /** What the run does: about to pass the step, waiting on it until `due`, or sending `message`. */
  position: z.union([
    z.object({ at: z.literal("step"), step: z.string() }),
    z.object({ at: z.literal("wait"), step: z.string(), since: instant, due: instant }),
    z.object({ at: z.literal("send"), step: z.string(), message: z.string() }),
    z.object({ at: z.literal("until"), step: z.string(), since: instant, due: instant.optional(), nextChange: instant.optional() }),
    z.object({ at: z.literal("status"), step: z.string(), since: instant, message: z.string(), due: instant.optional() }),
    z.object({ at: z.literal("ask"), step: z.string(), since: instant, ask: z.string(), due: instant }),
  ]),
});

/** A run of a user's list: as it stands, or how it ended. `enteredAt` and `key` are null where the start lies far back in the timeline. */
export const runListItemSchema = z.discriminatedUnion("status", [
  runSchema.extend({ status: z.literal("live") }),
  z.object({
    status: z.literal("ended"),
    id: z.string(),
    journey: z.string(),
    version: z.int(),
    key: z.string().nullable(),
    enteredAt: instant.nullable(),
    endedAt: instant,
    step: z.string(),
    reason: z.string(),
    because: z.object({ clause: z.string(), value: json.optional() }).optional(),
  }),
]);

export const userSchema = z.object({
  ...userIds,
  attributes: jsonObject,
  tags: z.array(z.string()),
  segments: z.array(z.object({ key: z.string(), since: instant })),
  suppressions: z
    .record(z.string(), z.object({ reason: z.string(), since: instant, address: z.string().optional() }))
    .describe("by channel, `*`: all of them"),
  subscriptions: z
    .record(z.string(), z.object({ state: z.enum(["opted-in", "opted-out", "pending"]), since: instant }))
    .describe("by `topic:<key>`, `topic:<key>@<channel>` or `channel:<channel>`"),
  anonymousIds: z.array(z.string()),
  groups: z.array(
    z.object({
      type: z.string(),
      id: z.string(),
      since: instant,
      relationship: jsonObject,
      attributes: jsonObject.describe("the group's own, as last told"),
    }),
  ),
  devices: z.array(z.object({ token: z.string(), platform: z.enum(["android", "ios", "web", "other"]), since: instant })),
  manualSegments: z
    .array(z.object({ key: z.string(), since: instant }))
    .describe("put into by call or step, whether the segment is defined or not"),
  createdAt: instant,
  lastSeenAt: instant,
  nextDue: instant.nullable(),
  runs: z.array(runSchema),
});

/** One line of a timeline: an event, or a fact (segment joined, step entered, message sent …) with the reason in `because`. */
export const timelineItemSchema = z.union([
  z.object({ at: instant, type: z.literal("event"), event: eventSchema }),
  z.object({ at: instant, type: z.literal("fact"), number: z.int(), fact: z.looseObject({ kind: z.string(), at: instant }) }),
]);

export const memberSchema = userSummarySchema.extend({ since: instant });

export const backfillSchema = z.object({
  state: z.enum(["none", "running", "done"]),
  done: z.int().describe("users brought up to date"),
  failed: z.int().describe("users left out after repeated failures"),
  total: z.int().describe("users there were when it started"),
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
});

export const scopes = ["read", "write", "send", "ingest", "admin"] as const;
export const scopeSchema = z.enum(scopes);
export type Scope = z.infer<typeof scopeSchema>;

export const keyKinds = ["write", "api"] as const;
export const keySchema = z.object({
  id: z.string(),
  kind: z.enum(keyKinds),
  name: z.string(),
  prefix: z.string().describe("the first characters, to recognise it by"),
  scopes: z.array(scopeSchema),
  createdAt: instant,
  expiresAt: instant.nullable(),
});
/** The text is answered once, when the key is made, and kept nowhere. */
export const newKeySchema = keySchema.extend({ text: z.string() });

export const workspaceSchema = z.object({
  id: z.string(),
  name: z.string(),
  timezone: z.string(),
  dataCenter: z.string(),
  rules: workspaceRulesSchema.describe("caps, quiet hours and windows; empty: none"),
  links: linkSettingsSchema.describe("where links in messages lead, what they tell, how pages look; empty: as the installation has it"),
  catalogVersion: z.int(),
  createdAt: instant,
});

/** Answer of POST /api/setup: the only time these keys can be read. */
export const setupAnswerSchema = z.object({
  workspace: workspaceSchema,
  writeKey: z.string(),
  apiKey: z.string(),
  operator: z.object({ email: z.string() }),
});

/** Frames that /api/live sends. */
export const liveFrameSchema = z.union([
  z.object({ type: z.literal("event"), event: loggedEventSchema }),
  z.object({ type: z.literal("end"), reason: z.string() }),
]);

export type UserSummary = z.infer<typeof userSummarySchema>;
export type EventView = z.infer<typeof eventSchema>;
export type LoggedEvent = z.infer<typeof loggedEventSchema>;
export type Rejection = z.infer<typeof rejectionSchema>;
export type RunView = z.infer<typeof runSchema>;
export type RunListItem = z.infer<typeof runListItemSchema>;
export type UserProfile = z.infer<typeof userSchema>;
export type TimelineView = z.infer<typeof timelineItemSchema>;
export type Member = z.infer<typeof memberSchema>;
export type KeyView = z.infer<typeof keySchema>;
export type WorkspaceView = z.infer<typeof workspaceSchema>;
export type LiveFrame = z.infer<typeof liveFrameSchema>;
