import type { Message } from "../message/message.ts";
import { capText, countClaim, exceededCap, releaseClaim } from "../sending/caps.ts";
import type { Draft } from "./draft.ts";

/** A message counts once for caps, however often it is claimed and to however many devices it goes; transactional ones never do. */
const isCounted = (message: Message): boolean => message.transactional !== true && message.of === undefined;

/** The instant (ms) the message counts at: that of its newest claim. */
const countedAt = ({ claimedAt, firstClaimedAt }: Message): number | undefined => claimedAt ?? firstClaimedAt;

/** Why a cap forbids the message; undefined = it does not. Before another attempt, what went out since its first counts too. */
export const refusedByCap = (draft: Draft, message: Message): string | undefined => {
  const caps = draft.context.catalog.document.rules?.caps;
  if (caps === undefined || !isCounted(message)) return undefined;
  const { channel } = message;
  const at = countedAt(message);
  const others = at === undefined ? draft.state.claims : releaseClaim(draft.state.claims, { channel, at });
  const cap = exceededCap(others, caps, { channel, now: draft.at });
  return cap && `cap: ${capText(cap)}`;
};

/** Counts a claim, in place of the one before: the user gets the message now. */
export const countForCaps = (draft: Draft, message: Message, at: number): void => {
  const caps = draft.context.catalog.document.rules?.caps;
  if (caps === undefined || !isCounted(message)) return;
  const { channel } = message;
  const before = countedAt(message);
  const others = before === undefined ? draft.state.claims : releaseClaim(draft.state.claims, { channel, at: before });
  draft.state.claims = countClaim(others, caps, { channel, at });
};

/** Counts a message again whose refusal turned out to be none. */
export const recountForCaps = (draft: Draft, message: Message): void => {
  const caps = draft.context.catalog.document.rules?.caps;
  const at = countedAt(message);
  if (caps === undefined || at === undefined || message.unclear === true || !isCounted(message)) return;
  draft.state.claims = countClaim(draft.state.claims, caps, { channel: message.channel, at });
};

/** The message was claimed and did not go out: its place under the caps is free again, unless the user may have it after all. */
export const releaseForCaps = (draft: Draft, message: Message): void => {
  const at = countedAt(message);
  if (at === undefined || message.unclear === true || !isCounted(message)) return;
  draft.state.claims = releaseClaim(draft.state.claims, { channel: message.channel, at });
};
