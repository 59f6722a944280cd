import type { CatalogDocument } from "../catalog/catalog.ts";
import { comparableAddress } from "../consent/comparable-address.ts";
import type { ConsentProof } from "../consent/proof.ts";
import { isStoppedAtProvider, STOP } from "../consent/stop.ts";
import { subscriptionKey, type Said } from "../consent/standing.ts";
import { isComplaint, suppressionFor, withAddress, withoutAddress, withoutChannel } from "../consent/suppression.ts";
import type { TopicDefinition } from "../consent/topic.ts";
import type { Channel, Message } from "../message/message.ts";
import { ASK_AGAIN_MS, askToConfirm, confirmedBy, needsConfirmation } from "./double-opt-in.ts";
import { setProfile, without, type Draft } from "./draft.ts";
import { limits } from "./limits.ts";
import { refuse } from "./refuse.ts";
import type { Stimulus } from "./stimulus.ts";

/** A hard suppression by call, of a channel or of one address; suppressing again says nothing new. */
export const suppress = (
  draft: Draft,
  channel: Channel | "*",
  { reason, address: given, proof }: { readonly reason: string; readonly address?: string; readonly proof?: ConsentProof },
): void => {
  const { suppressions } = draft.state.profile;
  const address = given === undefined ? undefined : comparableAddress(channel, given);
  // A complaint stays when the weaker reason is lifted.
  const isKnown = (known: { readonly reason: string } | undefined): boolean =>
    known !== undefined && (isComplaint(known.reason) || !isComplaint(reason));
  if (Object.hasOwn(suppressions, channel) && isKnown(suppressions[channel])) return;
  if (address !== undefined && channel !== "*") {
    if (isKnown(suppressionFor(suppressions, channel, address))) return;
    setProfile(draft, { suppressions: withAddress(suppressions, channel, { reason, at: draft.at, address }) });
    draft.changes.aspects.push("consent");
    draft.facts.push({ kind: "suppressed", at: draft.at, channel, reason, address, ...(proof && { proof }) });
    return;
  }
  setProfile(draft, { suppressions: { ...suppressions, [channel]: { reason, at: draft.at } } });
  draft.changes.aspects.push("consent");
  draft.facts.push({ kind: "suppressed", at: draft.at, channel, reason, ...(proof && { proof }) });
};

/** Lifts suppressions of a channel, or that of one address; a complaint only where the caller says so. */
export const unsuppress = (
  draft: Draft,
  channel: Channel | "*",
  {
    address: given,
    evenComplaint = false,
    proof,
  }: { readonly address?: string; readonly evenComplaint?: boolean; readonly proof?: ConsentProof } = {},
): void => {
  const address = given === undefined ? undefined : comparableAddress(channel, given);
  const before = draft.state.profile.suppressions;
  const suppressions =
    address === undefined || channel === "*"
      ? withoutChannel(before, channel, { evenComplaint })
      : withoutAddress(before, { channel, address }, { evenComplaint });
  if (suppressions === before) return;
  setProfile(draft, { suppressions });
  draft.changes.aspects.push("consent");
  draft.facts.push({ kind: "unsuppressed", at: draft.at, channel, ...(address !== undefined && { address }), ...(proof && { proof }) });
};

/** What a user wrote: the agreed words stop a channel for good and lift that again, and nothing else that forbids it; all else is only noted. */
export const takeWord = (draft: Draft, { channel, text, wish }: Extract<Stimulus, { type: "wrote" }>): void => {
  draft.facts.push({ kind: "wrote", at: draft.at, channel, text, ...(wish !== undefined && { wish }) });
  const { suppressions } = draft.state.profile;
  const before = Object.hasOwn(suppressions, channel) ? suppressions[channel] : undefined;
  if (wish === "stop") {
    if (before === undefined) return suppress(draft, channel, { reason: STOP, proof: { source: "sms", text } });
    // Whoever lifts the other reason must not lift this one unseen.
    if (!stopped(before.reason))
      setProfile(draft, { suppressions: { ...suppressions, [channel]: { ...before, reason: `${before.reason}, ${STOP}` } } });
    return;
  }
  if (wish !== "start") return;
  startAgain(draft, channel, text);
  if (before === undefined || !stopped(before.reason)) return;
  const current = draft.state.profile.suppressions;
  if (before.reason !== STOP) {
    const reason = before.reason.slice(0, -`, ${STOP}`.length);
    return setProfile(draft, { suppressions: { ...current, [channel]: { ...before, reason } } });
  }
  setProfile(draft, { suppressions: without(current, channel) });
  draft.changes.aspects.push("consent");
  draft.facts.push({ kind: "unsuppressed", at: draft.at, channel, proof: { source: "sms", text } });
};

/** Lifts what providers said of addresses that they were told to stop: START was told to them too. */
const startAgain = (draft: Draft, channel: Channel, text: string): void => {
  for (const [name, { reason, address }] of Object.entries(draft.state.profile.suppressions)) {
    if (address === undefined || !name.startsWith(`${channel}:`) || !isStoppedAtProvider(reason)) continue;
    setProfile(draft, { suppressions: without(draft.state.profile.suppressions, name) });
    draft.changes.aspects.push("consent");
    draft.facts.push({ kind: "unsuppressed", at: draft.at, channel, address, proof: { source: "sms", text } });
  }
};

const stopped = (reason: string): boolean => reason === STOP || reason.endsWith(`, ${STOP}`);

/** An opt-in or opt-out. An opt-in to a topic with double opt-in waits for its confirmation, unless it is confirmed here. */
export const subscribe = (
  draft: Draft,
  { id, topic, channel, state: wanted, proof }: Extract<Stimulus, { type: "subscription" }>,
  isConfirmed = false,
): void => {
  const { subscriptions } = draft.state.profile;
  const key = subscriptionKey(topic, channel);
  if (key === undefined) return;
  const before = Object.hasOwn(subscriptions, key) ? subscriptions[key] : undefined;
  if (before?.state === wanted) return;
  const definition = topic === undefined ? undefined : topicOf(draft.context.catalog.document, topic);
  const isPending = wanted === "opted-in" && !isConfirmed && needsConfirmation(definition, subscriptions);
  if (isPending && before?.state === "pending" && draft.at - before.order[0] < ASK_AGAIN_MS) return;
  const state = isPending ? "pending" : wanted;
  if (before === undefined && Object.keys(subscriptions).length >= limits.subscriptions)
    return refuse(draft, "subscriptions", [key], `a user may have ${limits.subscriptions} of them`);
  setProfile(draft, { subscriptions: { ...subscriptions, [key]: { state, order: [draft.at, draft.at, 0] } } });
  draft.changes.aspects.push("consent");
  if (isPending && definition !== undefined) askToConfirm(draft, { id, topic: definition, channel });
  draft.facts.push({
    kind: "subscription",
    at: draft.at,
    state,
    ...(topic !== undefined && { topic }),
    ...(channel !== undefined && { channel }),
    ...(proof && { proof }),
  });
};

/** The link of a confirmation was used. */
export const confirm = (draft: Draft, stimulus: Extract<Stimulus, { type: "confirm" }>): void => {
  const confirmed = confirmedBy(draft, stimulus);
  if (confirmed !== undefined) subscribe(draft, confirmed, true);
};

const byDocument = new WeakMap<NonNullable<CatalogDocument["topics"]>, ReadonlyMap<string, TopicDefinition>>();

/** A topic by key; undefined when nobody defined it: such a one is open until somebody opts out. */
export const topicOf = ({ topics }: CatalogDocument, key: string): TopicDefinition | undefined => {
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
  const said = (key: string): Said | undefined => profile.subscriptions[key]?.state;
  if (said(`channel:${channel}`) === "opted-out") return "unsubscribed from the channel";
  if (topic === undefined) return undefined;
  const words = [said(`topic:${topic}`), said(`topic:${topic}@${channel}`)];
  if (words.includes("opted-out")) return "unsubscribed from the topic";
  const isOpen =
    words.includes("opted-in") || (!words.includes("pending") && topicOf(context.catalog.document, topic)?.default !== "opted-out");
  return isOpen ? undefined : "not subscribed to the topic";
};
