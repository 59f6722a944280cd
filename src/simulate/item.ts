import * as z from "zod";
import { topicSchema } from "../domain/consent/topic.ts";
import { definitionKey } from "../domain/definition-key.ts";
import { journeySchema } from "../domain/journey/journey.ts";
import { stepKey } from "../domain/journey/step-fields.ts";
import { segmentSchema } from "../domain/segment/segment.ts";
import { templateSchema } from "../domain/template/template.ts";
import { named } from "./named.ts";
import { momentSchema } from "./moment.ts";

const at = momentSchema.describe("when: a duration from the start, or an instant; before the start it is history");
const id = z.string().min(1).max(512);
/** One of the two says whom it is about; a userId wins. */
const who = { userId: id.optional(), anonymousId: id.optional() };
const isAboutSomeone = (item: { readonly userId?: string | undefined; readonly anonymousId?: string | undefined }): boolean =>
  item.userId !== undefined || item.anonymousId !== undefined;
const aboutNobody = { path: ["userId"], error: "userId (or anonymousId) is missing" };
const channel = z.enum(["email", "sms", "push", "in-app", "whatsapp", "slack", "webhook"]);
const tag = z.string().min(1).max(200);
const json = z.record(z.string(), z.json());

/** Fields of the tracking calls. Their values are checked by what reads them at ingest. */
const call = {
  at,
  userId: z.unknown().optional(),
  anonymousId: z.unknown().optional(),
  messageId: z.unknown().optional().describe("a fresh one is given where it is left out: equal items stay two events"),
  context: z.unknown().optional(),
  timestamp: z
    .unknown()
    .optional()
    .describe("when it happened, where that is not when it arrived (`at`): an instant or a duration from the start"),
  originalTimestamp: z.unknown().optional(),
  sentAt: z.unknown().optional(),
  integrations: z.unknown().optional(),
  key: z
    .enum(["server", "client"])
    .optional()
    .describe('the kind of key it is sent with; "server" when left out: only those merge known users'),
};
const properties = z.unknown().optional();
const traits = z.unknown().optional();

const calls = [
  z.strictObject({ ...call, type: z.literal("identify"), traits }),
  z.strictObject({ ...call, type: z.literal("track"), event: z.unknown(), properties }),
  z.strictObject({ ...call, type: z.literal("page"), name: z.unknown().optional(), category: z.unknown().optional(), properties }),
  z.strictObject({ ...call, type: z.literal("screen"), name: z.unknown().optional(), category: z.unknown().optional(), properties }),
  z.strictObject({ ...call, type: z.literal("group"), groupId: z.unknown(), traits }),
  z.strictObject({ ...call, type: z.literal("alias"), previousId: z.unknown().optional() }),
] as const;

/** What a script may say of a message: how its provider answered, and what became of it after. */
const messageStatus = z.enum([
  "sent",
  "delivered",
  "opened",
  "clicked",
  "replied",
  "converted",
  "failed",
  "uncertain",
  "bounced",
  "complained",
  "unsubscribed",
]);

const others = [
  z
    .strictObject({
      at,
      type: z.literal("message-status"),
      ...who,
      journey: definitionKey.optional(),
      step: stepKey,
      status: messageStatus,
      reason: z.string().max(500).optional(),
    })
    .refine(isAboutSomeone, aboutNobody),
  z
    .strictObject({ at, type: z.literal("enter"), ...who, journey: definitionKey, properties: json.optional() })
    .refine(isAboutSomeone, aboutNobody),
  z.strictObject({
    at,
    type: z.literal("webhook-answer"),
    ...who,
    journey: definitionKey.optional(),
    step: stepKey.optional(),
    status: z.int().min(100).max(599).optional(),
    body: z.json().optional(),
    failed: z.string().min(1).max(200).optional(),
  }),
  z
    .strictObject({
      at,
      type: z.literal("publish"),
      journey: named(journeySchema).optional(),
      segment: named(segmentSchema).optional(),
      template: named(templateSchema).optional(),
      topic: named(topicSchema).optional(),
      inFlight: z.enum(["stay", "move"]).optional(),
    })
    .refine((item) => [item.journey, item.segment, item.template, item.topic].filter((one) => one !== undefined).length === 1, {
      path: ["journey"],
      error: "one definition is published at a time: journey, segment, template or topic",
    })
    .refine((item) => item.inFlight === undefined || item.journey !== undefined, {
      path: ["inFlight"],
      error: "only journeys have runs in flight",
    }),
  z.strictObject({ at, type: z.literal("pause"), journey: definitionKey }),
  z.strictObject({ at, type: z.literal("resume"), journey: definitionKey, late: z.enum(["go-on", "skip", "exit"]).optional() }),
  z.strictObject({ at, type: z.literal("stop"), journey: definitionKey }),
  z
    .strictObject({ at, type: z.literal("suppress"), ...who, channel: channel.optional(), reason: z.string().min(1).max(200).optional() })
    .refine(isAboutSomeone, aboutNobody),
  z.strictObject({ at, type: z.literal("unsuppress"), ...who, channel: channel.optional() }).refine(isAboutSomeone, aboutNobody),
  z
    .strictObject({
      at,
      type: z.literal("subscription"),
      ...who,
      topic: definitionKey.optional(),
      channel: channel.optional(),
      state: z.enum(["opted-in", "opted-out"]),
    })
    .refine(isAboutSomeone, aboutNobody)
    .refine((item) => item.topic !== undefined || item.channel !== undefined, { path: ["topic"], error: "topic or channel is missing" }),
  z
    .strictObject({ at, type: z.literal("tags"), ...who, add: z.array(tag).max(100).optional(), remove: z.array(tag).max(100).optional() })
    .refine(isAboutSomeone, aboutNobody),
  z
    .strictObject({
      at,
      type: z.literal("members"),
      ...who,
      add: z.array(definitionKey).max(100).optional(),
      remove: z.array(definitionKey).max(100).optional(),
    })
    .refine(isAboutSomeone, aboutNobody),
] as const;

/** One line of a script: any call of the tracking API, or what else happens to users and definitions. */
export const itemSchema = z.discriminatedUnion("type", [...calls, ...others]);

export type ScriptItem = z.output<typeof itemSchema>;
export type CallItem = z.output<(typeof calls)[number]>;

const callTypes: ReadonlySet<string> = new Set(calls.map((schema) => schema.shape.type.value));

/** Is it a call of the tracking API? */
export const isCall = (item: ScriptItem): item is CallItem => callTypes.has(item.type);
