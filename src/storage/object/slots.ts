import { numberOf, type SqlPort } from "./sql-port.ts";

/** Who asks for a place, and under which limit. */
export interface SlotRequest {
  /** The same id again is given the same place. */
  readonly id: string;
  /** At most so many places in any window of `perMs`. */
  readonly count: number;
  readonly perMs: number;
  /** No place begins earlier than this after the request. */
  readonly leadMs: number;
  /** A place later than the earliest possible will do. */
  readonly queue: boolean;
}

/** The place given: `at` (ms) is its instant. */
export type Slot = { readonly admitted: true; readonly at: number } | { readonly admitted: false };

/** A place is remembered this long after its instant, and at least as long as its window: so long the same id gets the same one. */
const REMEMBERED_MS = 600_000;
/** Old places forgotten with each new one: more than one comes, so the table does not grow. */
const FORGOTTEN_AT_ONCE = 20;

/**
 * Gives out places under a limit, so that no window of its length holds more than allowed. Rows are all it keeps; each
 * request reads at most twice as many as the limit counts. Everything is synchronous: the caller holds the transaction.
 */
export class Slots {
  readonly #sql: SqlPort;
  constructor(sql: SqlPort) {
    this.#sql = sql;
    sql.run("CREATE TABLE IF NOT EXISTS slots (id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID");
    sql.run("CREATE INDEX IF NOT EXISTS slots_by_time ON slots (at)");
  }

  take(request: SlotRequest, now: number): Slot {
    const known = this.#sql.run("SELECT at FROM slots WHERE id = ?", request.id)[0];
    if (known !== undefined) return { admitted: true, at: numberOf(known, "at") };
    const earliest = now + request.leadMs;
    const at = this.#isFree(earliest, request) ? earliest : this.#atTheEnd(earliest, request);
    if (at > earliest && !request.queue) return { admitted: false };
    this.#sql.run("INSERT INTO slots (id, at) VALUES (?, ?)", request.id, at);
    this.#sql.run(
      "DELETE FROM slots WHERE id IN (SELECT id FROM slots WHERE at < ? ORDER BY at LIMIT ?)",
      now - Math.max(REMEMBERED_MS, request.perMs),
      FORGOTTEN_AT_ONCE,
    );
    return { admitted: true, at };
  }

  /** Is the instant free whatever window one looks at? Where there are places on both sides this may say no too early, never yes too early. */
  #isFree(at: number, { count, perMs }: SlotRequest): boolean {
    const near = this.#sql.run("SELECT count(*) AS n FROM slots WHERE at > ? AND at < ?", at - perMs, at + perMs)[0];
    return near === undefined || numberOf(near, "n") < count;
  }

  /** After all places given so far: as soon as the window of the one given `count` before it is over. */
  #atTheEnd(earliest: number, { count, perMs }: SlotRequest): number {
    const last = this.#sql.run("SELECT at FROM slots ORDER BY at DESC LIMIT 1")[0];
    const before = this.#sql.run("SELECT at FROM slots ORDER BY at DESC LIMIT 1 OFFSET ?", count - 1)[0];
    return Math.max(
      earliest,
      last === undefined ? earliest : numberOf(last, "at"),
      before === undefined ? earliest : numberOf(before, "at") + perMs,
    );
  }
}
