import type { Message, MessageStatus } from "./message.ts";

/** What a status says beside itself: whoever clicked has opened. Aside statuses say only that the message was sent, or that somebody has it. */
const implied: Readonly<Partial<Record<MessageStatus, readonly MessageStatus[]>>> = {
  sent: [],
  delivered: ["sent"],
  opened: ["sent", "delivered"],
  clicked: ["sent", "delivered", "opened"],
  replied: ["sent", "delivered", "opened", "clicked"],
  converted: ["sent", "delivered", "opened", "clicked"],
  bounced: ["sent"],
  complained: ["sent", "delivered"],
  unsubscribed: ["sent", "delivered"],
};

const implies = (status: MessageStatus, wanted: MessageStatus): boolean =>
  status === wanted || (implied[status]?.includes(wanted) ?? false);

/** Has the message come to the status, or to a later one of the lattice? */
export const hasReached = ({ status, reached = {} }: Message, wanted: MessageStatus): boolean =>
  implies(status, wanted) || Object.keys(reached).some((known) => implies(known as MessageStatus, wanted)); // keys of `reached` are statuses

/** Nothing more is told of these. */
const over: ReadonlySet<MessageStatus> = new Set(["skipped", "failed", "bounced"]);
/** Ends of a message here; no report tells of them. */
const ownEnds: ReadonlySet<MessageStatus> = new Set(["skipped", "failed", "uncertain"]);
const untold: ReadonlySet<MessageStatus> = new Set(["queued", "held", "claimed"]);

/**
 * May a message that has not come to the status still do so? `reports`: what its provider tells of beyond `sent`; left out =
 * perhaps anything.
 */
export const mayReach = (message: Message, wanted: MessageStatus, reports: readonly MessageStatus[] | undefined): boolean => {
  if (over.has(message.status)) return false;
  if (untold.has(message.status)) return true;
  if (ownEnds.has(wanted)) return false;
  return reports === undefined || reports.some((status) => implies(status, wanted));
};
