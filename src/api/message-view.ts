/** How the management API answers messages. */
import * as z from "zod";
import { instant } from "./management.ts";

export const messageSummarySchema = z.object({
  id: z.string(),
  user: z.string(),
  anonymous: z.boolean(),
  channel: z.string(),
  template: z.string(),
  topic: z.string().nullable(),
  journey: z.string().nullable(),
  version: z.int().nullable(),
  run: z.string().nullable(),
  step: z.string().nullable(),
  provider: z.string().nullable(),
  to: z.string().nullable(),
  subject: z.string().nullable(),
  status: z.string(),
  reason: z.string().nullable(),
  attempts: z.int(),
  createdAt: instant,
  updatedAt: instant,
});

const content = z.looseObject({ channel: z.string() }).nullable();

/** A message of a list, with its content where the built-in outbox was given it (up to 1 MB a page; the rest, and what went to other providers, is null: ask for the message). */
export const messageListItemSchema = messageSummarySchema.extend({ content: content.optional() });

/** A message with what was rendered (null until its first claim) and everything that happened to it. */
export const messageDetailSchema = messageSummarySchema.extend({
  content,
  /** When it moves again by itself: the next attempt of one that is held or queued, the end of the lease of one that is claimed. */
  due: instant.nullable(),
  sentAt: instant.nullable(),
  providerMessageId: z.string().nullable(),
  /** What asked for it. */
  origin: z.enum(["journey", "call", "confirmation"]).nullable(),
  transactional: z.boolean(),
  copyOf: z.string().nullable().describe("of a push message for one more device: the message it is a copy of"),
  copies: z.int().describe("copies that were made of it, one for each further device"),
  deadLetter: z
    .object({ mayBeOut: z.boolean().describe("its user may have it: a replay needs evenIfSent") })
    .nullable()
    .describe("it was given up and can be replayed"),
  timeline: z.array(z.looseObject({ kind: z.string(), at: instant })).describe("oldest first"),
  followed: z
    .object({
      opens: z.int(),
      machineOpens: z.int(),
      links: z
        .array(z.object({ url: z.string(), clicks: z.int(), machineClicks: z.int(), firstAt: instant, lastAt: instant }))
        .describe("by address, without fragment and utm parameters, in the order of their first click"),
    })
    .nullable()
    .describe("what its own pixel and links told, people and machines apart; null: nothing"),
});

export type MessageSummary = z.infer<typeof messageSummarySchema>;
export type MessageDetail = z.infer<typeof messageDetailSchema>;
