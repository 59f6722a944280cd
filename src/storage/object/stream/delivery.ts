import { type SqlRow, numberOf, textOf } from "../sql-port.ts";

const dayMs = 86_400_000;

/** How much one stream keeps, and for how long. */
export const streamBounds = {
  /** A delivery is tried this long; then it is kept for replay only. */
  triedMs: 3 * dayMs,
  /** Items and deliveries are kept this long: so long they can be replayed, and so long the same item again is known. */
  keptMs: 7 * dayMs,
  /** Characters of all items, at most four bytes each; beyond it the oldest go, delivered or not. */
  characters: 256_000_000,
  /** Deliveries in the log; beyond it the oldest that are over go. */
  deliveries: 1_000_000,
  itemsPerDelivery: 100,
  charactersPerDelivery: 256_000,
  /** Deliveries one replay makes pending: the caller asks again for the rest. */
  deliveriesPerReplay: 10_000,
} as const;

/** pending: to be sent; delivered: answered 2xx; given-up: tried for as long as it is tried; lost: its items had to go before. */
export const deliveryStatuses = ["pending", "delivered", "given-up", "lost"] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** One batch as it is sent: the same items under the same id however often. */
export interface Delivery {
  readonly n: number;
  readonly items: number;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly madeAt: number;
  readonly lastAt: number | null;
  readonly code: number | null;
  readonly detail: string | null;
}

/** What became of an attempt; `code`: the status answered. */
export interface Attempted {
  readonly ok: boolean;
  readonly code: number | null;
  readonly detail: string | null;
}

const numberOrNull = (row: SqlRow, column: string): number | null => (row[column] === null ? null : numberOf(row, column));

/** A row of `deliveries`. */
export const deliveryOf = (row: SqlRow): Delivery => ({
  n: numberOf(row, "n"),
  items: numberOf(row, "items"),
  status: textOf(row, "status") as DeliveryStatus, // written by StreamStore only
  attempts: numberOf(row, "attempts"),
  madeAt: numberOf(row, "made_at"),
  lastAt: numberOrNull(row, "last_at"),
  code: numberOrNull(row, "code"),
  detail: row["detail"] === null ? null : textOf(row, "detail"),
});
