import * as z from "zod";
import { topicSchema } from "../../consent/topic.ts";
import { definitionKey } from "../../definition-key.ts";
import type { Profile } from "../../user/state.ts";
import type { ConditionType, Verdict } from "../condition.ts";
import { noDependencies } from "../verdict.ts";

const schema = () =>
  z
    .strictObject({
      type: z.literal("subscription"),
      topic: definitionKey.optional(),
      channel: topicSchema.shape.channels.element.optional(),
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
    const keys = topic === undefined ? [] : [`topic:${topic}`, ...(channel === undefined ? [] : [`topic:${topic}@${channel}`])];
    return {
      dependsOn: { ...noDependencies, aspects: ["consent"] },
      tallies: [],
      evaluate: ({ state: { profile } }): Verdict => {
        const words = keys.map((key) => said(profile, key));
        const isOut = words.includes("opted-out") || (channel !== undefined && said(profile, `channel:${channel}`) === "opted-out");
        const found = isOut ? "opted-out" : words.includes("opted-in") ? "opted-in" : byDefault;
        return { value: found === state, because: { clause: `${of} ${state}`, value: found } };
      },
    };
  },
} as const satisfies ConditionType<Condition>;

const said = ({ subscriptions }: Profile, key: string): "opted-in" | "opted-out" | undefined =>
  Object.hasOwn(subscriptions, key) ? subscriptions[key]?.state : undefined;
