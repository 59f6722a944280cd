import type { Channel } from "../message/message.ts";
import type { Profile } from "../user/state.ts";
import { standingIn, subscriptionKey } from "./standing.ts";
import type { TopicDefinition } from "./topic.ts";

type Subscriptions = Profile["subscriptions"];

/** One switch of the preference centre: a topic on a channel. */
export interface Preference {
  readonly topic: string;
  readonly channel: Channel;
}

/** A change of a subscription that makes wishes come true. */
export interface Change {
  readonly topic?: string;
  readonly channel?: Channel;
  readonly state: "opted-in" | "opted-out";
}

/** Channels that reach a person; webhooks reach servers. */
const personalChannels = ["email", "sms", "whatsapp", "push", "in-app", "slack"] as const satisfies readonly Channel[];
const isPersonal = (channel: Channel): boolean => personalChannels.some((one) => one === channel);

/** Whoever wants nothing any more wants it on no channel, also on one that no topic names: messages need none. */
export const nothingAnyMore: readonly { readonly channel: Channel; readonly state: "opted-out" }[] = personalChannels.map((channel) => ({
  channel,
  state: "opted-out",
}));

/** Every switch there is, in the order of the topics. */
export const preferencesOf = (topics: readonly TopicDefinition[]): readonly Preference[] =>
  topics.flatMap(({ key, channels }) => channels.filter(isPersonal).map((channel) => ({ topic: key, channel })));

/**
 * The changes after which exactly those preferences are on (or wait to be confirmed). Opt-outs of a whole topic or channel
 * are lifted where something under them is wanted; what else they covered is then opted out of by name.
 */
export const changesFor = (
  topics: readonly TopicDefinition[],
  subscriptions: Subscriptions,
  isWanted: (preference: Preference) => boolean,
): readonly Change[] => {
  const all = preferencesOf(topics);
  const state = (key: string) => (Object.hasOwn(subscriptions, key) ? subscriptions[key]?.state : undefined);
  const lifted = (key: string, under: (preference: Preference) => boolean): boolean =>
    state(key) === "opted-out" && all.some((preference) => under(preference) && isWanted(preference));
  const channels = [...new Set(all.map(({ channel }) => channel))].filter((channel) =>
    lifted(`channel:${channel}`, (preference) => preference.channel === channel),
  );
  const keys = topics.map(({ key }) => key).filter((key) => lifted(`topic:${key}`, (preference) => preference.topic === key));
  const lifts: readonly Change[] = [
    ...channels.map((channel) => ({ channel, state: "opted-in" as const })),
    ...keys.map((topic) => ({ topic, state: "opted-in" as const })),
  ];
  // Opt-outs first: nothing is open in between.
  const after = lifts.reduce<Subscriptions>((known, { topic, channel, state: next }) => {
    const key = subscriptionKey(topic, channel);
    return key === undefined ? known : { ...known, [key]: { state: next, order: [0, 0, 0] } };
  }, subscriptions);
  const byKey = new Map(topics.map((topic) => [topic.key, topic]));
  const single = all.flatMap((preference): readonly Change[] => {
    const wanted = isWanted(preference) ? "opted-in" : "opted-out";
    return standingIn(after, preference, byKey.get(preference.topic)?.default) === wanted ? [] : [{ ...preference, state: wanted }];
  });
  return [...single.filter((one) => one.state === "opted-out"), ...lifts, ...single.filter((one) => one.state === "opted-in")];
};
