import type { Message } from "../message/message.ts";
import { capText, countClaim, exceededCap, releaseClaim } from "../sending/caps.ts";
import type { Draft } from "./draft.ts";

/** A message counts once for caps, however often it is claimed and to however many devices it goes; transactional ones never do. */
const isCounted = (message: Message): boolean => message.transactional !== true && message.of === undefined;

/** Why a cap forbids the message; undefined = it does not, or the message was counted before. */
export const refusedByCap = (draft: Draft, message: Message): string | undefined => {
  const caps = draft.context.catalog.document.rules?.caps;
  if (caps === undefined || !isCounted(message) || message.firstClaimedAt !== undefined) return undefined;
  const cap = exceededCap(draft.state.claims, caps, { channel: message.channel, now: draft.at });
  return cap && `cap: ${capText(cap)}`;
};

/** Counts a first claim, or one whose refusal turned out to be none. */
export const countForCaps = (draft: Draft, message: Message, at: number): void => {
  const caps = draft.context.catalog.document.rules?.caps;
  if (caps !== undefined && isCounted(message)) draft.state.claims = countClaim(draft.state.claims, caps, { channel: message.channel, at });
};

/** The message was claimed and did not go out: its place under the caps is free again, unless the user may have it after all. */
export const releaseForCaps = (draft: Draft, message: Message): void => {
  if (message.firstClaimedAt === undefined || message.unclear === true || !isCounted(message)) return;
  draft.state.claims = releaseClaim(draft.state.claims, { channel: message.channel, at: message.firstClaimedAt });
};
