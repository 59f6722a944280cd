import * as z from "zod";
import { definitionKey } from "../definition-key.ts";

/**
 * A subscription category. `default`: what a user is in it who never said anything. Source: docs/language.md, Topics.
 */
export const topicSchema = z.strictObject({
  key: definitionKey,
  name: z.string().min(1).max(200),
  description: z.string().max(2_000).optional(),
  channels: z.array(z.enum(["email", "sms", "push", "in-app", "whatsapp", "slack", "webhook"])).min(1),
  default: z.enum(["opted-in", "opted-out"]),
});

export type TopicDefinition = z.output<typeof topicSchema>;
