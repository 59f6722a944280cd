import type { Channel } from "../message/message.ts";
import type { Profile } from "../user/state.ts";
import type { TopicDefinition } from "./topic.ts";

type Subscriptions = Profile["subscriptions"];
export type Said = Subscriptions[string]["state"];

/** What an opt-out covers: a whole topic, a whole channel, or a topic on one channel. */
export const subscriptionKey = (topic: string | undefined, channel: Channel | undefined): string | undefined =>
  topic === undefined ? channel && `channel:${channel}` : channel === undefined ? `topic:${topic}` : `topic:${topic}@${channel}`;

const said = (subscriptions: Subscriptions, key: string): Said | undefined =>
  Object.hasOwn(subscriptions, key) ? subscriptions[key]?.state : undefined;

/**
 * What somebody is in a topic (on a channel), by all that was said: an opt-out that covers it outranks every opt-in; who said
 * nothing is what the topic says by default. An opt-in that waits for its confirmation is none.
 */
export const standingIn = (
  subscriptions: Subscriptions,
  { topic, channel }: { readonly topic?: string | undefined; readonly channel?: Channel | undefined },
  byDefault: TopicDefinition["default"] = "opted-in",
): "opted-in" | "opted-out" => {
  if (channel !== undefined && said(subscriptions, `channel:${channel}`) === "opted-out") return "opted-out";
  if (topic === undefined) return byDefault;
  const words = [
    said(subscriptions, `topic:${topic}`),
    ...(channel === undefined ? [] : [said(subscriptions, `topic:${topic}@${channel}`)]),
  ];
  if (words.includes("opted-out")) return "opted-out";
  if (words.includes("opted-in")) return "opted-in";
  return words.includes("pending") ? "opted-out" : byDefault;
};
