import type { StreamItem } from "../../domain/stream/stream-items.ts";
import { type SqlPort, type SqlRow, numberOf, textOf } from "./sql-port.ts";

const dayMs = 86_400_000;

/** How much one stream keeps, and for how long. */
export const streamBounds = {
  /** A delivery is tried this long; then it is kept for replay only. */
  triedMs: 3 * dayMs,
  /** Items and deliveries are kept this long: so long they can be replayed, and so long the same item again is known. */
  keptMs: 7 * dayMs,
  /** Characters of all items; beyond it the oldest go, delivered or not. */
  characters: 256_000_000,
  itemsPerDelivery: 100,
  charactersPerDelivery: 256_000,
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

/** How a stream stands; instants in ms. */
export interface StreamState {
  readonly waiting: number;
  readonly dropped: number;
  readonly failures: number;
  readonly failingSince: number | null;
  readonly nextAttemptAt: number | null;
  readonly lastDeliveredAt: number | null;
  readonly disabled: string | null;
}

/** Numbers and texts the store keeps about itself. `streamId`: part of the ids of deliveries. */
interface Notes {
  readonly streamId: string;
  /** created_at of the definition it belongs to: another one is another stream. */
  readonly definedAt: number;
  /** Last item that is part of a delivery. */
  readonly cursor: number;
  readonly characters: number;
  readonly dropped: number;
  readonly failures: number;
  readonly failingSince: number | null;
  readonly nextAttemptAt: number | null;
  readonly lastDeliveredAt: number | null;
  readonly disabled: string | null;
}

/** Rows taken out at once. */
const perPrune = 2_000;
/** Deliveries given up in one look. */
const perGiveUp = 500;

/**
 * What one endpoint is still to be told, and what it was told: items in the order they came, cut into deliveries one after the
 * other as they are sent. Everything is synchronous; the caller holds the transaction.
 */
export class StreamStore {
  readonly #sql: SqlPort;
  #notes: Notes;

  /** @param freshId for a store that has never been used */
  constructor(sql: SqlPort, freshId: string) {
    this.#sql = sql;
    sql.run(
      "CREATE TABLE IF NOT EXISTS items (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, body TEXT NOT NULL)",
    );
    sql.run(
      `CREATE TABLE IF NOT EXISTS deliveries (n INTEGER PRIMARY KEY AUTOINCREMENT, first INTEGER NOT NULL, last INTEGER NOT NULL, items INTEGER NOT NULL,
       made_at INTEGER NOT NULL, since INTEGER NOT NULL, status TEXT NOT NULL, attempts INTEGER NOT NULL, last_at INTEGER, code INTEGER, detail TEXT)`,
    );
    sql.run("CREATE INDEX IF NOT EXISTS deliveries_pending ON deliveries (n) WHERE status = 'pending'");
    sql.run("CREATE TABLE IF NOT EXISTS notes (body TEXT NOT NULL)");
    const row = sql.run("SELECT body FROM notes")[0];
    this.#notes =
      row === undefined
        ? {
            streamId: freshId,
            definedAt: 0,
            cursor: 0,
            characters: 0,
            dropped: 0,
            failures: 0,
            failingSince: null,
            nextAttemptAt: null,
            lastDeliveredAt: null,
            disabled: null,
          }
        : (JSON.parse(textOf(row, "body")) as Notes); // written by #note only
    if (row === undefined) sql.run("INSERT INTO notes (body) VALUES (?)", JSON.stringify(this.#notes));
  }

  /** Adds items that are not there yet; answers how many that were. */
  append(items: readonly StreamItem[], now: number): number {
    let added = 0;
    let characters = 0;
    for (const { id, body } of items) {
      const rows = this.#sql.run(
        "INSERT INTO items (id, at, body) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING length(body) AS size",
        id,
        now,
        body,
      );
      added += rows.length;
      for (const row of rows) characters += numberOf(row, "size");
    }
    if (added > 0) this.#note({ characters: this.#notes.characters + characters });
    while (this.#notes.characters > streamBounds.characters && this.#drop(Number.MAX_SAFE_INTEGER) > 0);
    return added;
  }

  /** The delivery whose turn it is: the oldest that is pending, else one made of the items that follow. Undefined = nothing to send. */
  next(now: number): Delivery | undefined {
    for (let looked = 0; looked < perGiveUp; looked++) {
      const row = this.#sql.run("SELECT * FROM deliveries WHERE status = 'pending' ORDER BY n LIMIT 1")[0] ?? this.#make(now);
      if (row === undefined) return undefined;
      const isOver = this.#notes.failures > 0 && numberOf(row, "since") + streamBounds.triedMs <= now;
      if (!isOver) return deliveryOf(row);
      this.#sql.run("UPDATE deliveries SET status = 'given-up' WHERE n = ?", numberOf(row, "n"));
    }
    return undefined;
  }

  /** Is there anything to send, now or later? */
  get hasWork(): boolean {
    if (this.#notes.disabled !== null) return false;
    const look = "SELECT 1 AS found FROM deliveries WHERE status = 'pending' UNION ALL SELECT 1 FROM items WHERE seq > ? LIMIT 1";
    return this.#sql.run(look, this.#notes.cursor).length > 0;
  }

  /** The request's id: the same for every attempt and replay. */
  idOf({ n }: Delivery): string {
    return `msg_${this.#notes.streamId}_${n}`;
  }

  /** The request's body: the same bytes for every attempt and replay. */
  bodyOf(delivery: Delivery): string {
    const rows = this.#sql.run(
      "SELECT i.body FROM deliveries d JOIN items i ON i.seq BETWEEN d.first AND d.last WHERE d.n = ? ORDER BY i.seq",
      delivery.n,
    );
    const made = new Date(delivery.madeAt).toISOString();
    return `{"type":"batch","timestamp":${JSON.stringify(made)},"data":[${rows.map((row) => textOf(row, "body")).join(",")}]}`;
  }

  /** Writes an attempt down. `retryAt`: the next attempt, whichever delivery it is for. */
  settle({ n }: Delivery, { ok, code, detail }: Attempted, times: { readonly now: number; readonly retryAt: number }): void {
    this.#sql.run(
      "UPDATE deliveries SET status = ?, attempts = attempts + 1, last_at = ?, code = ?, detail = ? WHERE n = ?",
      ok ? "delivered" : "pending",
      times.now,
      code,
      detail,
      n,
    );
    if (ok) this.#note({ failures: 0, failingSince: null, nextAttemptAt: null, lastDeliveredAt: times.now });
    else
      this.#note({ failures: this.#notes.failures + 1, failingSince: this.#notes.failingSince ?? times.now, nextAttemptAt: times.retryAt });
  }

  /** Nothing more is sent until it is enabled. */
  disable(reason: string): void {
    this.#note({ disabled: reason });
  }

  /** Somebody looked after the endpoint: whatever waits is tried at once. */
  enable(): void {
    if (this.#notes.disabled !== null || this.#notes.nextAttemptAt !== null) this.#note({ disabled: null, nextAttemptAt: null });
  }

  /** Belongs to this definition from now on; false where it belonged to another, whose items are none of this one's. */
  belongsTo(definedAt: number): boolean {
    if (this.#notes.definedAt === definedAt) return true;
    if (this.#notes.definedAt !== 0) return false;
    this.#note({ definedAt });
    return true;
  }

  get nextAttemptAt(): number {
    return this.#notes.nextAttemptAt ?? 0;
  }

  get failures(): number {
    return this.#notes.failures;
  }

  /** Makes deliveries pending again, oldest first, under the ids they had; answers how many. Those whose items are gone stay as they are. */
  replay(which: { readonly from: number; readonly to: number } | { readonly deliveries: readonly string[] }, now: number): number {
    const [where, ...values] =
      "deliveries" in which
        ? ["n IN (SELECT value FROM json_each(?))", JSON.stringify(this.#numbersOf(which.deliveries))]
        : ["made_at >= ? AND made_at <= ?", which.from, which.to];
    const rows = this.#sql.run(
      `UPDATE deliveries SET status = 'pending', since = ? WHERE status IN ('delivered', 'given-up') AND ${where}
       AND first >= (SELECT coalesce(min(seq), 9e15) FROM items) RETURNING 1 AS done`,
      now,
      ...values,
    );
    if (rows.length > 0) this.#note({ nextAttemptAt: null });
    return rows.length;
  }

  /** Of ids that are this stream's. */
  #numbersOf(ids: readonly string[]): readonly number[] {
    const prefix = `msg_${this.#notes.streamId}_`;
    return ids.filter((id) => id.startsWith(prefix)).map((id) => Number(id.slice(prefix.length)));
  }

  /** Newest first, with numbers below `before`. */
  log(before: number, limit: number, status?: DeliveryStatus): readonly (Delivery & { readonly id: string })[] {
    const rows = this.#sql.run(
      "SELECT * FROM deliveries WHERE n < ?1 AND (?2 IS NULL OR status = ?2) ORDER BY n DESC LIMIT ?3",
      before,
      status ?? null,
      limit,
    );
    return rows.map(deliveryOf).map((delivery) => ({ ...delivery, id: this.idOf(delivery) }));
  }

  state(): StreamState {
    const { cursor, dropped, failures, failingSince, nextAttemptAt, lastDeliveredAt, disabled } = this.#notes;
    const look =
      "SELECT (SELECT coalesce(sum(items), 0) FROM deliveries WHERE status = 'pending') + (SELECT count(*) FROM items WHERE seq > ?) AS n";
    const row = this.#sql.run(look, cursor)[0];
    return {
      waiting: row === undefined ? 0 : numberOf(row, "n"),
      dropped,
      failures,
      failingSince,
      nextAttemptAt,
      lastDeliveredAt,
      disabled,
    };
  }

  /** Forgets what is past its life, a bounded number of rows; true when there may be more. */
  prune(now: number): boolean {
    const before = now - streamBounds.keptMs;
    this.#sql.run(
      "DELETE FROM deliveries WHERE n IN (SELECT n FROM deliveries WHERE made_at < ? AND status <> 'pending' ORDER BY n LIMIT ?)",
      before,
      perPrune,
    );
    return this.#drop(before) === perPrune;
  }

  #make(now: number): SqlRow | undefined {
    const rows = this.#sql.run(
      "SELECT seq, at, length(body) AS size FROM items WHERE seq > ? ORDER BY seq LIMIT ?",
      this.#notes.cursor,
      streamBounds.itemsPerDelivery,
    );
    let characters = 0;
    const end = rows.findIndex((row, index) => (characters += numberOf(row, "size")) > streamBounds.charactersPerDelivery && index > 0);
    const taken = end === -1 ? rows : rows.slice(0, end);
    const [first, last] = [taken[0], taken.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    this.#note({ cursor: numberOf(last, "seq") });
    return this.#sql.run(
      `INSERT INTO deliveries (first, last, items, made_at, since, status, attempts) VALUES (?, ?, ?, ?, ?, 'pending', 0) RETURNING *`,
      numberOf(first, "seq"),
      numberOf(last, "seq"),
      taken.length,
      now,
      numberOf(last, "at"),
    )[0];
  }

  /** Takes out the oldest items of before the instant; those that were not delivered are counted. */
  #drop(before: number): number {
    const rows = this.#sql.run(
      "DELETE FROM items WHERE seq IN (SELECT seq FROM items WHERE at < ? ORDER BY seq LIMIT ?) RETURNING seq, length(body) AS size",
      before,
      perPrune,
    );
    if (rows.length === 0) return 0;
    const last = Math.max(...rows.map((row) => numberOf(row, "seq")));
    const lost = this.#sql.run("UPDATE deliveries SET status = 'lost' WHERE status = 'pending' AND first <= ? RETURNING items", last);
    const untold = rows.filter((row) => numberOf(row, "seq") > this.#notes.cursor).length;
    this.#note({
      characters: this.#notes.characters - rows.reduce((sum, row) => sum + numberOf(row, "size"), 0),
      dropped: this.#notes.dropped + untold + lost.reduce((sum, row) => sum + numberOf(row, "items"), 0),
      cursor: Math.max(this.#notes.cursor, last),
    });
    return rows.length;
  }

  #note(change: Partial<Notes>): void {
    this.#notes = { ...this.#notes, ...change };
    this.#sql.run("UPDATE notes SET body = ?", JSON.stringify(this.#notes));
  }
}

const numberOrNull = (row: SqlRow, column: string): number | null => (row[column] === null ? null : numberOf(row, column));

const deliveryOf = (row: SqlRow): Delivery => ({
  n: numberOf(row, "n"),
  items: numberOf(row, "items"),
  status: textOf(row, "status") as DeliveryStatus, // written above only
  attempts: numberOf(row, "attempts"),
  madeAt: numberOf(row, "made_at"),
  lastAt: numberOrNull(row, "last_at"),
  code: numberOrNull(row, "code"),
  detail: row["detail"] === null ? null : textOf(row, "detail"),
});
