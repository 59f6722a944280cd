import { CONFIRMATION } from "../consent/confirmation.ts";
import { subscriptionKey } from "../consent/standing.ts";
import type { TopicDefinition } from "../consent/topic.ts";
import { hashText } from "../hash.ts";
import type { Channel, Message } from "../message/message.ts";
import type { Draft } from "./draft.ts";
import { timedId } from "./ids.ts";
import { messageOf, queueMessage } from "./messages.ts";
import type { Profile } from "./state.ts";
import type { Stimulus } from "./stimulus.ts";

/** Somebody who asks again within this gets no second email. */
export const ASK_AGAIN_MS = 15 * 60_000;
/** A confirmation counts this long after it was asked for. */
const CONFIRM_WITHIN_MS = 7 * 24 * 3_600_000;

/** Must an opt-in to the topic be confirmed first? Not where the topic as a whole was confirmed before. */
export const needsConfirmation = (topic: TopicDefinition | undefined, subscriptions: Profile["subscriptions"]): boolean =>
  topic?.doubleOptIn === true &&
  !(Object.hasOwn(subscriptions, `topic:${topic.key}`) && subscriptions[`topic:${topic.key}`]?.state === "opted-in");

interface Wish {
  /** Of the call that asks. */
  readonly id: string;
  readonly topic: TopicDefinition;
  readonly channel: Channel | undefined;
}

/** Sends the email whose link confirms an opt-in. It is no marketing: the user has just asked for it. */
export const askToConfirm = (draft: Draft, { id, topic, channel }: Wish): void => {
  const { workspace, user } = draft.state;
  queueMessage(draft, {
    id: timedId("m", draft.at, hashText(`${workspace}|${user}|confirm|${topic.key}|${channel ?? ""}|${id}`)),
    channel: "email",
    template: topic.confirmation ?? CONFIRMATION.key,
    topic: topic.key,
    transactional: true,
    confirms: { topic: topic.key, ...(channel !== undefined && { channel }) },
    status: "queued",
    createdAt: draft.at,
    attempts: 0,
  });
};

/**
 * The opt-in that a used confirmation link asks about; undefined where it waits no longer (opted out meanwhile, confirmed
 * already) or was asked for too long ago.
 */
export const confirmedBy = (
  draft: Draft,
  { message: id, proof, kept }: Extract<Stimulus, { type: "confirm" }>,
): Extract<Stimulus, { type: "subscription" }> | undefined => {
  const message: Message | undefined = messageOf(draft, id) ?? kept;
  const wish = message?.confirms;
  if (message === undefined || wish === undefined || draft.at - message.createdAt > CONFIRM_WITHIN_MS) return undefined;
  const key = subscriptionKey(wish.topic, wish.channel);
  const { subscriptions } = draft.state.profile;
  if (key === undefined || !Object.hasOwn(subscriptions, key) || subscriptions[key]?.state !== "pending") return undefined;
  return { type: "subscription", id, ...wish, state: "opted-in", ...(proof && { proof }) };
};
