import * as z from "zod";
import { standingIn } from "../../consent/standing.ts";
import { topicChannelSchema } from "../../consent/topic.ts";
import { definitionKey } from "../../definition-key.ts";
import type { ConditionType, Verdict } from "../condition.ts";
import { noDependencies } from "../verdict.ts";

const schema = () =>
  z
    .strictObject({
      type: z.literal("subscription"),
      topic: definitionKey.optional(),
      channel: topicChannelSchema.optional(),
      state: z.enum(["opted-in", "opted-out"]),
    })
    .refine((condition) => condition.topic !== undefined || condition.channel !== undefined, {
      path: ["topic"],
      error: 'say which subscription: "topic", "channel" or both',
    });
type Condition = z.infer<ReturnType<typeof schema>>;

/**
 * What the user is, by all that was said: opted out by any opt-out that covers it (of the topic, of it on the channel, of the
 * channel), else opted in by an opt-in to the topic, else as the topic has it by default. A topic nobody defined, and a
 * channel, are open until somebody opts out.
 */
export const subscription = {
  type: "subscription",
  schema,
  compile: ({ topic, channel, state }: Condition, { topics = [] }) => {
    const of = [topic, channel].filter((part) => part !== undefined).join(" by ");
    const byDefault = topics.find(({ key }) => key === topic)?.default ?? "opted-in";
    return {
      dependsOn: { ...noDependencies, aspects: ["consent"] },
      tallies: [],
      evaluate: ({ state: { profile } }): Verdict => {
        const found = standingIn(profile.subscriptions, { topic, channel }, byDefault);
        return { value: found === state, because: { clause: `${of} ${state}`, value: found } };
      },
    };
  },
} as const satisfies ConditionType<Condition>;
