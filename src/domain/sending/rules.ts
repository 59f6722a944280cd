import * as z from "zod";
import { definitionKey } from "../definition-key.ts";
import { parseDuration, windowDurationSchema } from "../schedule/duration.ts";
import { daysSchema, timeOfDaySchema, zoneSchema } from "../schedule/local-time.ts";

const channel = z.lazy(() => z.enum(["email", "sms", "push", "in-app", "whatsapp", "slack", "webhook"]));

/** Largest count of one cap: so many instants are kept per user and channel. */
export const maxCapCount = 1_000;
const MAX_WINDOWS = 100;

/**
 * When messages may go out, by what clocks show: `from` included, `to` excluded; a `to` not after `from` reaches into the
 * next day. `days`: those on which it begins. `zone`: the user's own where left out.
 */
export const sendWindowSchema = z.lazy(() =>
  z
    .strictObject({ days: daysSchema.optional(), from: timeOfDaySchema, to: timeOfDaySchema, zone: zoneSchema.optional() })
    .refine(({ from, to, days }) => from !== to || (days !== undefined && days.length < 7), {
      error: "a window from and to the same time is always open: leave it out, or say on which days",
      path: ["to"],
    }),
);

const capSchema = z.lazy(() =>
  z.strictObject({ channel: channel.optional(), count: z.int().min(1).max(maxCapCount), per: windowDurationSchema }),
);

const quietHoursSchema = z.lazy(() =>
  z
    .strictObject({
      from: timeOfDaySchema,
      to: timeOfDaySchema,
      zone: zoneSchema.optional(),
      channels: z.array(channel).min(1).max(7).optional(),
    })
    .refine(({ from, to }) => from !== to, { error: "quiet hours from and to the same time would never end", path: ["to"] }),
);

const messages = z.lazy(() => z.int().min(1).max(1_000_000_000));
const quotaSchema = z.lazy(() =>
  z
    .strictObject({ day: messages.optional(), month: messages.optional() })
    .refine(({ day, month }) => day !== undefined || month !== undefined, {
      error: "say how many messages a day or a month",
      path: ["day"],
    }),
);

const SHORTEST_KEPT_MS = 90 * 86_400_000;

/** Shorter than this, a segment published today would see too little of yesterday. */
const keptDurationSchema = z.lazy(() =>
  windowDurationSchema.refine((text) => (parseDuration(text)?.ms ?? SHORTEST_KEPT_MS) >= SHORTEST_KEPT_MS, {
    error: "history is kept for 90 days at least",
  }),
);

/** What holds for every message of a workspace that is not transactional. Source: docs/semantics.md, Sending. */
export const workspaceRulesSchema = z.lazy(() =>
  z.strictObject({
    /** Rolling windows, per channel or over all. */
    caps: z.array(capSchema).max(20).optional(),
    quietHours: quietHoursSchema.optional(),
    windows: z
      .record(definitionKey, sendWindowSchema)
      .refine((windows) => Object.keys(windows).length <= MAX_WINDOWS, { error: `there may be ${MAX_WINDOWS} windows` })
      .optional(),
    /** Messages of all users together, transactional ones counted and never held. */
    quota: quotaSchema.optional(),
    /** How long events are kept that no definition can need; 90 days where left out. */
    history: z.strictObject({ keep: keptDurationSchema }).optional(),
  }),
);

export type Cap = z.output<typeof capSchema>;
export type SendWindow = z.output<typeof sendWindowSchema>;
export type WorkspaceRules = z.output<typeof workspaceRulesSchema>;
