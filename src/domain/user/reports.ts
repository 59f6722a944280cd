import { reasonOf } from "../consent/suppression.ts";
import { isFinal, mergeStatus } from "../message/lattice.ts";
import type { Message, MessageStatus } from "../message/message.ts";
import type { Draft } from "./draft.ts";
import { messageOf, putMessage } from "./messages.ts";
import { subscribe } from "./consent.ts";
import { goOnAfter, suppressAddress } from "./settle.ts";
import type { Stimulus } from "./stimulus.ts";

/**
 * A provider or a link says how far a message has come. Its status never goes back (docs/semantics.md, Steps); that it came
 * to an earlier one is noted too, so that counts are the same in whatever order reports arrive. A report that overtakes the
 * provider's own answer says that it was taken. Of a message that was never handed to a provider nothing can be reported.
 */
export const reportStatus = (
  draft: Draft,
  { message: id, status, reason, permanent, kept }: Extract<Stimulus, { type: "reported" }>,
): void => {
  const message = messageOf(draft, id) ?? kept;
  if (message === undefined || message.attempts === 0 || message.status === "skipped" || !isReportable(message, status)) return;
  // Of a message to several devices one did not get it: the others may well have.
  if (status === "bounced" && message.copies !== undefined) return draw(draft, message, { status, reason, permanent });
  const further = mergeStatus(message.status, status);
  if (further === message.status && message.reached?.[status] !== undefined) return;
  const { due: _due, ...rest } = message;
  putMessage(draft, {
    ...rest,
    status: further,
    ...(status !== "failed" && { sentAt: message.sentAt ?? draft.at }),
    reached: { ...message.reached, [status]: message.reached?.[status] ?? draft.at },
    ...(reason !== undefined && { reason }),
  });
  if (further === message.status) tellReached(draft, id);
  if (message.reached?.[status] === undefined) draw(draft, message, { status, reason, permanent });
  if (!isFinal(message.status)) goOnAfter(draft, message, status === "failed" ? "failed" : "sent");
};

/** A message may have reached what a step or condition waits for without its status being another. */
const tellReached = (draft: Draft, id: string): void => {
  draft.changes.messages.push(id);
  draft.changes.aspects.push("messages");
};

/** What a report means for the user, once: an operator who lifts a suppression does not meet it again by a repeated report. */
const draw = (
  draft: Draft,
  message: Message,
  {
    status,
    reason,
    permanent,
  }: { readonly status: MessageStatus; readonly reason: string | undefined; readonly permanent: boolean | undefined },
): void => {
  const isForGood = status === "complained" || (status === "bounced" ? permanent !== false : status === "failed" && permanent === true);
  if (isForGood) return suppressAddress(draft, message, reasonOf(status, reason));
  if (status !== "unsubscribed") return;
  const { topic, channel } = message;
  subscribe(draft, {
    type: "subscription",
    id: message.id,
    state: "opted-out",
    ...(topic === undefined ? { channel } : { topic }),
    proof: { source: "provider", message: message.id, ...(reason !== undefined && { text: reason }) },
  });
};

/** All that can come after handing it over; a failure only while nobody knows better. */
const isReportable = (message: Message, status: MessageStatus): boolean =>
  status === "failed" ? !isFinal(message.status) : isFinal(status) && status !== "skipped" && status !== "uncertain";
