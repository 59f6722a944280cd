import type { MessageStatus } from "./message.ts";

/**
 * How far each status is. A report moves a message only forward, so reports may come late, twice and in any order and the
 * end is the same (docs/semantics.md, Steps). What stands aside outranks what it stands beside: a bounce after "delivered" is news, an
 * "opened" after a bounce is a robot. `skipped` is final before anything was sent.
 */
const rank: Readonly<Record<MessageStatus, number>> = {
  queued: 0,
  held: 1,
  claimed: 2,
  uncertain: 3,
  failed: 4,
  sent: 5,
  delivered: 6,
  opened: 7,
  clicked: 8,
  replied: 9,
  converted: 10,
  bounced: 11,
  unsubscribed: 12,
  complained: 13,
  skipped: 14,
};

/** The status after a report: the further of the two. Commutative, associative, idempotent. */
export const mergeStatus = (current: MessageStatus, reported: MessageStatus): MessageStatus =>
  rank[reported] > rank[current] ? reported : current;

/** Nothing more happens to it inside the user's object without news from outside. */
export const isFinal = (status: MessageStatus): boolean => rank[status] > rank.claimed;
