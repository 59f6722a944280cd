import type { CatalogProvider } from "../catalog/catalog.ts";
import { suppressionFor } from "../consent/suppression.ts";
import { compareOrder } from "../event/event.ts";
import { hashText } from "../hash.ts";
import { deviceKindOf } from "../message/device-kind.ts";
import type { Message } from "../message/message.ts";
import type { Draft } from "./draft.ts";
import { chooseProvider } from "./failover.ts";
import { timedId } from "./ids.ts";
import { queueMessage } from "./messages.ts";
import type { Profile } from "./state.ts";

/** A device that a message goes to, and by which provider; undefined while nobody can say. */
export interface Target {
  readonly token: string;
  readonly provider: string | undefined;
}

/** Does the provider reach tokens of this kind? One that says nothing reaches any. */
export const reaches = ({ devices }: CatalogProvider, token: string): boolean => devices?.includes(deviceKindOf(token)) ?? true;

/** Is the token one of the user's devices in use? */
export const isInUse = ({ devices }: Profile, token: string): boolean => Object.hasOwn(devices, token) && devices[token]?.removed !== true;

/**
 * Where a push message goes: every device in use that is not suppressed and that a provider reaches, newest first, those of
 * the message's own provider before the others. Devices its own does not reach go by another of the channel, in the order of
 * their keys, unless the step names one.
 */
export const targetsOf = (draft: Draft, message: Message): readonly Target[] => {
  const { profile } = draft.state;
  const inUse = Object.entries(profile.devices)
    .filter(([, device]) => device.removed !== true)
    .toSorted(([, a], [, b]) => compareOrder(b.order, a.order))
    .map(([token]) => token);
  const open = inUse.filter((token) => suppressionFor(profile.suppressions, message.channel, token) === undefined);
  // Where all are suppressed, the claim says so of one of them.
  const tokens = open.length > 0 ? open : inUse;
  const choice = chooseProvider(draft, message);
  if (choice.kind !== "provider") return tokens.map((token) => ({ token, provider: undefined }));
  const { providers } = draft.context.catalog.document;
  const others =
    message.provider === undefined
      ? // The outbox keeps whatever it is given: for a device that nobody reaches, that would pass for a delivery.
        providers.filter(({ channel, type, paused }) => channel === message.channel && type !== "outbox" && paused !== true)
      : [];
  const targets = tokens.flatMap((token) => {
    const provider = [choice.provider, ...others].find((one) => reaches(one, token));
    return provider === undefined ? [] : [{ token, provider: provider.key }];
  });
  const isOwn = (target: Target): boolean => target.provider === choice.provider.key;
  return [...targets.filter(isOwn), ...targets.filter((target) => !isOwn(target))];
};

/**
 * One copy of a message that was just claimed for each further device, with the same content. Their ids are made of the
 * message's and the token: however often it is decided, a device has one.
 */
export const copyTo = (draft: Draft, message: Message, targets: readonly Target[]): void => {
  const { rendered, topic, transactional, run, window } = message;
  if (rendered === undefined) return;
  for (const { token, provider } of targets) {
    queueMessage(draft, {
      id: timedId("m", message.createdAt, hashText(`${message.id}|${token}`)),
      of: message.id,
      channel: message.channel,
      template: message.template,
      status: "queued",
      createdAt: message.createdAt,
      attempts: 0,
      rendered: { ...rendered, to: token, provider: provider ?? rendered.provider },
      ...(topic !== undefined && { topic }),
      ...(transactional !== undefined && { transactional }),
      ...(run && { run }),
      ...(window !== undefined && { window }),
    });
  }
};
