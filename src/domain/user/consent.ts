import type { CatalogDocument } from "../catalog/catalog.ts";
import { suppressionFor, withoutChannel } from "../consent/suppression.ts";
import type { TopicDefinition } from "../consent/topic.ts";
import type { Channel, Message } from "../message/message.ts";
import { setProfile, type Draft } from "./draft.ts";
import { limits } from "./limits.ts";
import { refuse } from "./refuse.ts";
import type { Stimulus } from "./stimulus.ts";

/** A hard suppression by call; suppressing again says nothing new. */
export const suppress = (draft: Draft, channel: Channel | "*", reason: string): void => {
  const { suppressions } = draft.state.profile;
  if (Object.hasOwn(suppressions, channel)) return;
  setProfile(draft, { suppressions: { ...suppressions, [channel]: { reason, at: draft.at } } });
  draft.changes.aspects.push("consent");
  draft.facts.push({ kind: "suppressed", at: draft.at, channel, reason });
};

export const unsuppress = (draft: Draft, channel: Channel | "*"): void => {
  const suppressions = withoutChannel(draft.state.profile.suppressions, channel);
  if (suppressions === draft.state.profile.suppressions) return;
  setProfile(draft, { suppressions });
  draft.changes.aspects.push("consent");
  draft.facts.push({ kind: "unsuppressed", at: draft.at, channel });
};

/** What an opt-out covers: a whole topic, a whole channel, or a topic on one channel. */
const subscriptionKey = (topic: string | undefined, channel: Channel | undefined): string | undefined =>
  topic === undefined ? channel && `channel:${channel}` : channel === undefined ? `topic:${topic}` : `topic:${topic}@${channel}`;

/** An opt-in or opt-out. */
export const subscribe = (draft: Draft, { topic, channel, state }: Extract<Stimulus, { type: "subscription" }>): void => {
  const { subscriptions } = draft.state.profile;
  const key = subscriptionKey(topic, channel);
  if (key === undefined || subscriptions[key]?.state === state) return;
  if (subscriptions[key] === undefined && Object.keys(subscriptions).length >= limits.subscriptions)
    return refuse(draft, "subscriptions", [key], `a user may have ${limits.subscriptions} of them`);
  setProfile(draft, { subscriptions: { ...subscriptions, [key]: { state, order: [draft.at, draft.at, 0] } } });
  draft.changes.aspects.push("consent");
  draft.facts.push({
    kind: "subscription",
    at: draft.at,
    state,
    ...(topic !== undefined && { topic }),
    ...(channel !== undefined && { channel }),
  });
};

const byDocument = new WeakMap<NonNullable<CatalogDocument["topics"]>, ReadonlyMap<string, TopicDefinition>>();

/** A topic by key; undefined when nobody defined it: such a one is open until somebody opts out. */
const topicOf = ({ topics }: CatalogDocument, key: string): TopicDefinition | undefined => {
  if (topics === undefined) return undefined;
  let byKey = byDocument.get(topics);
  if (byKey === undefined) byDocument.set(topics, (byKey = new Map(topics.map((topic) => [topic.key, topic]))));
  return byKey.get(key);
};

/**
 * Why consent forbids this message to this address; undefined = it does not. Transactional messages pass opt-outs, never
 * a hard suppression. A topic that is opted out by default needs an opt-in, of the topic or of it on this channel
 * (docs/semantics.md, Sending).
 */
export const refusedByConsent = (
  { state: { profile }, context }: Draft,
  message: Message,
  address: string | undefined,
): string | undefined => {
  const suppression = suppressionFor(profile.suppressions, message.channel, address);
  if (suppression !== undefined) return `suppressed: ${suppression.reason}`;
  if (message.transactional === true) return undefined;
  const { channel, topic } = message;
  const said = (key: string): "opted-in" | "opted-out" | undefined => profile.subscriptions[key]?.state;
  if (said(`channel:${channel}`) === "opted-out") return "unsubscribed from the channel";
  if (topic === undefined) return undefined;
  const words = [said(`topic:${topic}`), said(`topic:${topic}@${channel}`)];
  if (words.includes("opted-out")) return "unsubscribed from the topic";
  const isOpen = words.includes("opted-in") || topicOf(context.catalog.document, topic)?.default !== "opted-out";
  return isOpen ? undefined : "not subscribed to the topic";
};
