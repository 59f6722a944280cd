import * as z from "zod";
import { definitionKey } from "../definition-key.ts";
import { windowDurationSchema } from "../schedule/duration.ts";

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day is "HH:MM"');
const channel = z.enum(["email", "sms", "push", "in-app", "whatsapp", "slack", "webhook"]);
/** "user" or an IANA zone. */
const zone = z.string().min(1).max(64);
const day = z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);

/** When messages may go out; `from` included, `to` excluded; `to` before `from` reaches into the next day. */
export const sendWindowSchema = z.strictObject({
  days: z.array(day).min(1).max(7).optional(),
  from: clock,
  to: clock,
  zone: zone.optional(),
});

/** What holds for every message of a workspace that is not transactional. Source: docs/semantics.md, Sending. */
export const workspaceRulesSchema = z.strictObject({
  /** Rolling windows, per channel or over all. */
  caps: z
    .array(z.strictObject({ channel: channel.optional(), count: z.int().min(1).max(1_000), per: windowDurationSchema }))
    .max(20)
    .optional(),
  quietHours: z.strictObject({ from: clock, to: clock, zone: zone.optional(), channels: z.array(channel).min(1).optional() }).optional(),
  windows: z.record(definitionKey, sendWindowSchema).optional(),
});

export type SendWindow = z.output<typeof sendWindowSchema>;
export type WorkspaceRules = z.output<typeof workspaceRulesSchema>;
