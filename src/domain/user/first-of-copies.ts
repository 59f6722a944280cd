import { isFinal, mergeStatus } from "../message/lattice.ts";
import type { Message, MessageStatus } from "../message/message.ts";
import type { Draft } from "./draft.ts";

/** How far a message came that somebody has; what a copy came to beside these says only that it was sent, or nothing. */
const progress = ["sent", "delivered", "opened", "clicked", "replied", "converted"] as const;

/** Has a device the message, by this status? */
export const isOut = (status: MessageStatus | undefined): boolean => progress.some((one) => one === status);

export const openCopies = (draft: Draft, id: string): readonly Message[] => Object.values(draft.state.open).filter(({ of }) => of === id);

/** What a copy's end says of the whole message: the furthest of how far it came, that nobody knows, or nothing. */
const toldBy = ({ status, reached }: Message): MessageStatus | undefined =>
  isOut(status) || status === "uncertain" ? status : reached?.sent !== undefined ? "sent" : undefined;

/**
 * The message a copy was made of, as the copy's end or a report of it leaves it: one that is over comes as far as the
 * furthest of its copies; one that still tries its own device takes note; one that waits for its copies is asked again now,
 * as soon as one of them is out or none is left. Undefined = nothing is new.
 */
export const afterCopy = (draft: Draft, first: Message, copy: Message): Message | undefined => {
  const told = toldBy(copy);
  if (isFinal(first.status)) return first.status === "skipped" || !isOut(told) ? undefined : lifted(draft, first, copy);
  const elsewhere = told === undefined ? first.elsewhere : mergeStatus(first.elsewhere ?? told, told);
  const isDecided = first.lost !== undefined && (isOut(elsewhere) || openCopies(draft, first.id).length === 0);
  if (elsewhere === first.elsewhere && !isDecided) return undefined;
  return { ...first, ...(elsewhere !== undefined && { elsewhere }), ...(isDecided && { due: draft.at }) };
};

const lifted = (draft: Draft, first: Message, copy: Message): Message | undefined => {
  const fresh = progress.filter((status) => copy.reached?.[status] !== undefined && first.reached?.[status] === undefined);
  const status = mergeStatus(first.status, isOut(copy.status) ? copy.status : "sent");
  if (fresh.length === 0 && status === first.status) return undefined;
  const { reason, ...rest } = first;
  return {
    ...rest,
    status,
    sentAt: first.sentAt ?? draft.at,
    reached: { ...first.reached, ...Object.fromEntries(fresh.map((one) => [one, draft.at])) },
    // Why it failed is no longer true of it.
    ...(reason !== undefined && status === first.status && { reason }),
  };
};

/**
 * The message's own device will not get it. True where its copies have to be waited for, or one is or may be out: then it is
 * held, with how it ends if none of them gets through.
 */
export const mustWaitForCopies = (draft: Draft, message: Message): boolean =>
  message.copies !== undefined && (message.elsewhere !== undefined || openCopies(draft, message.id).length > 0);

/** The message held for its copies, to be asked again now where they have said all they will. */
export const waiting = (draft: Draft, message: Message, lost: NonNullable<Message["lost"]>): Message => {
  const { due: _due, ...rest } = message;
  const isDecided = isOut(message.elsewhere) || openCopies(draft, message.id).length === 0;
  return { ...rest, status: "held", reason: lost.reason, lost, ...(isDecided && { due: draft.at }) };
};

/** Copies that nobody has claimed. */
export const unclaimedCopies = (draft: Draft, id: string): readonly Message[] =>
  openCopies(draft, id).filter(({ status }) => status !== "claimed");
