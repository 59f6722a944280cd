import * as z from "zod";
import { definitionKey } from "../definition-key.ts";

/** A channel that a subscription can be about. */
export const topicChannelSchema = z.lazy(() => z.enum(["email", "sms", "push", "in-app", "whatsapp", "slack", "webhook"]));

/**
 * A subscription category. `default`: what a user is in it who never said anything. `doubleOptIn`: an opt-in counts once it is
 * confirmed by the link of an email, made from the template `confirmation` or the built-in one. Source: docs/language.md, Topics.
 */
export const topicSchema = z.lazy(() =>
  z
    .strictObject({
      key: definitionKey,
      name: z.string().min(1).max(200),
      description: z.string().max(2_000).optional(),
      channels: z.array(topicChannelSchema).min(1),
      default: z.enum(["opted-in", "opted-out"]),
      doubleOptIn: z.boolean().optional(),
      confirmation: definitionKey.optional(),
    })
    .superRefine((topic, context) => {
      const refuse = (field: string, message: string): void => context.addIssue({ code: "custom", path: [field], message });
      if (topic.doubleOptIn === true && topic.default === "opted-in")
        refuse("default", "nobody is in a topic with double opt-in who did not confirm it: opted-out");
      if (topic.confirmation !== undefined && topic.doubleOptIn !== true) refuse("confirmation", "is for topics with doubleOptIn");
    }),
);

export type TopicDefinition = z.output<typeof topicSchema>;
