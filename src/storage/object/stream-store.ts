import type { StreamItem } from "../../domain/stream/stream-items.ts";
import { type SqlPort, type SqlRow, numberOf, textOf } from "./sql-port.ts";
import { Backlog } from "./stream/backlog.ts";
import { type Attempted, type Delivery, type DeliveryStatus, deliveryOf, streamBounds } from "./stream/delivery.ts";
import { NoteBook } from "./stream/notes.ts";

/** How a stream stands; instants in ms. */
export interface StreamState {
  readonly waiting: number;
  readonly dropped: number;
  readonly droppedAt: number | null;
  /** Items that were tried for as long as things are tried and can still be replayed. */
  readonly givenUp: number;
  readonly givenUpAt: number | null;
  readonly failures: number;
  readonly failingSince: number | null;
  readonly nextAttemptAt: number | null;
  readonly lastDeliveredAt: number | null;
  readonly disabled: string | null;
}

/** What is to be sent again: deliveries made within an interval (ms, ends included), or some by id. */
export type Replay = { readonly from: number; readonly to: number } | { readonly deliveries: readonly string[] };

/** `more`: there are others of the interval, for the next call. */
export interface Replayed {
  readonly deliveries: number;
  readonly more: boolean;
}

/** Deliveries given up, or taken out of the log, in one look. */
const perLook = 2_000;

/**
 * What one endpoint is still to be told, and what it was told: items in the order they came, cut into deliveries one after the
 * other as they are sent. Everything is synchronous; the caller holds the transaction.
 */
export class StreamStore {
  readonly #sql: SqlPort;
  readonly #notes: NoteBook;
  readonly #backlog: Backlog;

  /** @param freshId for a store that has never been used */
  constructor(sql: SqlPort, freshId: string) {
    this.#sql = sql;
    sql.run(
      `CREATE TABLE IF NOT EXISTS deliveries (n INTEGER PRIMARY KEY AUTOINCREMENT, first INTEGER NOT NULL, last INTEGER NOT NULL, items INTEGER NOT NULL,
       made_at INTEGER NOT NULL, since INTEGER NOT NULL, status TEXT NOT NULL, attempts INTEGER NOT NULL, last_at INTEGER, code INTEGER, detail TEXT)`,
    );
    sql.run("CREATE INDEX IF NOT EXISTS deliveries_pending ON deliveries (n) WHERE status = 'pending'");
    sql.run("CREATE INDEX IF NOT EXISTS deliveries_given_up ON deliveries (n) WHERE status = 'given-up'");
    this.#notes = new NoteBook(sql, freshId);
    this.#backlog = new Backlog(sql, this.#notes);
  }

  /** Adds items that are not there yet; answers how many that were. */
  append(items: readonly StreamItem[], now: number): number {
    const added = this.#backlog.add(items, now);
    this.#lose(this.#backlog.shrink(now), now);
    return added;
  }

  /** The delivery whose turn it is: the oldest that is pending, else one made of the items that follow. Undefined = nothing to send. */
  next(now: number): Delivery | undefined {
    for (let looked = 0; looked < perLook; looked++) {
      const row = this.#sql.run("SELECT * FROM deliveries WHERE status = 'pending' ORDER BY n LIMIT 1")[0] ?? this.#make(now);
      if (row === undefined) return undefined;
      const isOver = this.#notes.now.failures > 0 && numberOf(row, "since") + streamBounds.triedMs <= now;
      if (!isOver) return deliveryOf(row);
      this.#sql.run("UPDATE deliveries SET status = 'given-up' WHERE n = ?", numberOf(row, "n"));
      if (this.#notes.now.givenUpAt !== now) this.#notes.change({ givenUpAt: now });
    }
    return undefined;
  }

  /** Is there anything to send, now or later? */
  get hasWork(): boolean {
    if (this.disabled !== null) return false;
    return this.#sql.run("SELECT 1 AS found FROM deliveries WHERE status = 'pending' LIMIT 1").length > 0 || this.#backlog.hasUncut;
  }

  /** The request's id: the same for every attempt and replay. */
  idOf({ n }: Delivery): string {
    return `msg_${this.#notes.now.streamId}_${n}`;
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

  /**
   * Writes an attempt down. `retryAt`: the next attempt, whichever delivery it is for. One that was lost or given up while it was
   * on its way stays so unless it was taken.
   */
  settle({ n }: Delivery, { ok, code, detail }: Attempted, times: { readonly now: number; readonly retryAt: number }): void {
    this.#sql.run(
      `UPDATE deliveries SET status = iif(?1, 'delivered', status), attempts = attempts + 1, last_at = ?2, code = ?3, detail = ?4 WHERE n = ?5`,
      ok ? 1 : 0,
      times.now,
      code,
      detail,
      n,
    );
    if (ok) this.#notes.change({ failures: 0, failingSince: null, nextAttemptAt: null, lastDeliveredAt: times.now });
    else this.fail(times);
  }

  /** Nothing could be sent, whatever the reason: tried again, and said, as where the endpoint fails. */
  fail({ now, retryAt }: { readonly now: number; readonly retryAt: number }): void {
    const { failures, failingSince } = this.#notes.now;
    this.#notes.change({ failures: failures + 1, failingSince: failingSince ?? now, nextAttemptAt: retryAt });
  }

  /** Nothing more is sent until it is enabled. */
  disable(reason: string): void {
    this.#notes.change({ disabled: reason });
  }

  /** Somebody looked after the endpoint: whatever waits is tried at once, and nothing given up untried for how long it was away. */
  enable(): void {
    const { disabled, nextAttemptAt, failures } = this.#notes.now;
    if (disabled === null && nextAttemptAt === null && failures === 0) return;
    this.#notes.change({ disabled: null, nextAttemptAt: null, failures: 0, failingSince: null });
  }

  /** Belongs to this definition from now on; false where it belonged to another, whose items are none of this one's. */
  belongsTo(definedAt: number): boolean {
    if (this.#notes.now.definedAt === definedAt) return true;
    if (this.#notes.now.definedAt !== 0) return false;
    this.#notes.change({ definedAt });
    return true;
  }

  get nextAttemptAt(): number {
    return this.#notes.now.nextAttemptAt ?? 0;
  }

  get failures(): number {
    return this.#notes.now.failures;
  }

  get disabled(): string | null {
    return this.#notes.now.disabled;
  }

  /** Makes deliveries pending again, oldest first, under the ids they had. Those whose items are gone stay as they are. */
  replay(which: Replay, now: number): Replayed {
    const [where, ...values] =
      "deliveries" in which
        ? ["n IN (SELECT value FROM json_each(?))", JSON.stringify(this.#numbersOf(which.deliveries))]
        : ["made_at >= ? AND made_at <= ?", which.from, which.to];
    const rows = this.#sql.run(
      `SELECT n FROM deliveries WHERE status IN ('delivered', 'given-up') AND ${where}
       AND first >= (SELECT coalesce(min(seq), 9e15) FROM items) ORDER BY n LIMIT ?`,
      ...values,
      streamBounds.deliveriesPerReplay + 1,
    );
    const numbers = rows.slice(0, streamBounds.deliveriesPerReplay).map((row) => numberOf(row, "n"));
    const set = "UPDATE deliveries SET status = 'pending', since = ? WHERE n IN (SELECT value FROM json_each(?))";
    if (numbers.length > 0) this.#sql.run(set, now, JSON.stringify(numbers));
    if (numbers.length > 0) this.#notes.change({ nextAttemptAt: null });
    return { deliveries: numbers.length, more: rows.length > numbers.length };
  }

  /** Gives up what is pending under these ids, so that what follows is tried at once; answers how many. They can be replayed. */
  skip(ids: readonly string[], now: number): number {
    const rows = this.#sql.run(
      "UPDATE deliveries SET status = 'given-up' WHERE status = 'pending' AND n IN (SELECT value FROM json_each(?)) RETURNING n",
      JSON.stringify(this.#numbersOf(ids)),
    );
    if (rows.length > 0) this.#notes.change({ nextAttemptAt: null, givenUpAt: now });
    return rows.length;
  }

  /** Of ids that are this stream's. */
  #numbersOf(ids: readonly string[]): readonly number[] {
    const prefix = `msg_${this.#notes.now.streamId}_`;
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
    const { uncut, dropped, droppedAt, givenUpAt, failures, failingSince, nextAttemptAt, lastDeliveredAt, disabled } = this.#notes.now;
    return {
      waiting: uncut + this.#itemsOf("pending"),
      dropped,
      droppedAt,
      givenUp: this.#itemsOf("given-up"),
      givenUpAt,
      failures,
      failingSince,
      nextAttemptAt,
      lastDeliveredAt,
      disabled,
    };
  }

  /** Each has an index of its own, and few rows. */
  #itemsOf(status: "pending" | "given-up"): number {
    const row = this.#sql.run(`SELECT coalesce(sum(items), 0) AS n FROM deliveries WHERE status = '${status}'`)[0];
    return row === undefined ? 0 : numberOf(row, "n");
  }

  /** Forgets what is past its life, a bounded number of rows; true when there may be more. */
  prune(now: number): boolean {
    const before = now - streamBounds.keptMs;
    // The log first: what is lost below stays in it for one look more.
    const moreOfLog = this.#pruneLog(before);
    const dropped = this.#backlog.dropBefore(before, now);
    this.#lose(dropped, now);
    return moreOfLog || dropped !== undefined;
  }

  /** The oldest of the log, as far as they are over. */
  #pruneLog(before: number): boolean {
    const newest = this.#sql.run("SELECT n FROM deliveries ORDER BY n DESC LIMIT 1")[0];
    if (newest === undefined) return false;
    const tooMany = numberOf(newest, "n") - streamBounds.deliveries;
    const isOver = (row: SqlRow): boolean =>
      textOf(row, "status") !== "pending" && (numberOf(row, "made_at") < before || numberOf(row, "n") <= tooMany);
    const look = "SELECT n, made_at, status FROM deliveries ORDER BY n LIMIT ?";
    // As with items: the oldest row alone nearly always tells that nothing is due.
    if (!this.#sql.run(look, 1).some(isOver)) return false;
    const rows = this.#sql.run(look, perLook);
    const stays = rows.findIndex((row) => !isOver(row));
    const last = (stays === -1 ? rows : rows.slice(0, stays)).at(-1);
    if (last !== undefined) this.#sql.run("DELETE FROM deliveries WHERE n <= ?", numberOf(last, "n"));
    return stays === -1;
  }

  #make(now: number): SqlRow | undefined {
    const cut = this.#backlog.cut();
    if (cut === undefined) return undefined;
    return this.#sql.run(
      `INSERT INTO deliveries (first, last, items, made_at, since, status, attempts) VALUES (?, ?, ?, ?, ?, 'pending', 0) RETURNING *`,
      cut.first,
      cut.last,
      cut.items,
      now,
      cut.newestAt,
    )[0];
  }

  /** Deliveries whose items went with the one given are not sent any more, and their items are counted. */
  #lose(gone: number | undefined, now: number): void {
    if (gone === undefined) return;
    const lost = this.#sql.run("UPDATE deliveries SET status = 'lost' WHERE status = 'pending' AND first <= ? RETURNING items", gone);
    const items = lost.reduce((sum, row) => sum + numberOf(row, "items"), 0);
    if (items > 0) this.#notes.change({ dropped: this.#notes.now.dropped + items, droppedAt: now });
  }
}
