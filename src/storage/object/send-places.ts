import { numberOf, type SqlPort } from "./sql-port.ts";

/** Who asks for a place to send at, and under which limit. */
export interface PlaceRequest {
  /** A message and its attempt: the same again is given the same place. */
  readonly id: string;
  /** At most so many sends in any window of `perMs`. */
  readonly count: number;
  readonly perMs: number;
}

/** A place at `at` (ms). `taken`: use it then; else it is only planned, and asked for again about then. */
export interface SendPlace {
  readonly at: number;
  readonly taken: boolean;
  /** A taken place is used within this, ms; after it, it is asked for again. */
  readonly graceMs: number;
}

/** Whoever asks waits at most so long for a place; a later one is planned. */
const HORIZON_MS = 1_000;
/** Places nobody asked after again are forgotten after this. */
const FORGOTTEN_MS = 86_400_000;
const FORGOTTEN_AT_ONCE = 20;

/**
 * What a window is longer by. A call begins within a quarter of it after its place; the rest is for ways to the provider that
 * take differently long: a new connection longer than one at hand.
 */
const slackMs = (perMs: number): number => Math.min(Math.max(Math.round(perMs / 4), 500), 2_000);

/**
 * Gives out the places under a provider's rate, so that in no window of its length more sends begin than allowed: a place is
 * as far from the one given `count` before it as the window and its slack are long. Near places are taken, by their exact
 * instant; later ones are only planned, evenly, and taken when they are near: so lateness moves nobody to the end of the line.
 */
export class SendPlaces {
  readonly #sql: SqlPort;
  constructor(sql: SqlPort) {
    this.#sql = sql;
    sql.run("CREATE TABLE IF NOT EXISTS send_places (id TEXT PRIMARY KEY, at INTEGER NOT NULL, taken INTEGER NOT NULL) WITHOUT ROWID");
    sql.run("CREATE INDEX IF NOT EXISTS send_places_by_time ON send_places (taken, at)");
  }

  take(request: PlaceRequest, now: number): SendPlace {
    const graceMs = Math.floor(slackMs(request.perMs) / 4);
    const known = this.#sql.run("SELECT at, taken FROM send_places WHERE id = ?", request.id)[0];
    if (known !== undefined && numberOf(known, "at") + graceMs >= now) {
      const at = numberOf(known, "at");
      if (numberOf(known, "taken") === 1 || at > now + HORIZON_MS) return { at, taken: numberOf(known, "taken") === 1, graceMs };
    }
    if (known !== undefined) this.#sql.run("DELETE FROM send_places WHERE id = ?", request.id);
    else this.#forget(request, now);
    const free = this.#nextFree(request, now);
    // Who was in line goes before who comes now.
    const line = known === undefined ? this.#endOfLine(request) : undefined;
    const at = Math.max(free, line ?? free);
    const taken = at <= now + HORIZON_MS;
    this.#sql.run("INSERT INTO send_places (id, at, taken) VALUES (?, ?, ?)", request.id, taken ? free : at, taken ? 1 : 0);
    return { at: taken ? free : at, taken, graceMs };
  }

  /** A place that was not used is free again. */
  giveBack(id: string): void {
    this.#sql.run("DELETE FROM send_places WHERE id = ?", id);
  }

  #nextFree({ count, perMs }: PlaceRequest, now: number): number {
    const before = this.#sql.run("SELECT at FROM send_places WHERE taken = 1 ORDER BY at DESC LIMIT 1 OFFSET ?", count - 1)[0];
    return before === undefined ? now : Math.max(now, numberOf(before, "at") + perMs + slackMs(perMs));
  }

  /** The instant after the last planned place; undefined when nobody waits. */
  #endOfLine({ count, perMs }: PlaceRequest): number | undefined {
    const last = this.#sql.run("SELECT at FROM send_places WHERE taken = 0 ORDER BY at DESC LIMIT 1")[0];
    return last === undefined ? undefined : numberOf(last, "at") + Math.ceil((perMs + slackMs(perMs)) / count);
  }

  #forget({ perMs }: PlaceRequest, now: number): void {
    const kept = { 1: perMs + 2 * slackMs(perMs), 0: FORGOTTEN_MS };
    for (const taken of [0, 1] as const)
      this.#sql.run(
        "DELETE FROM send_places WHERE id IN (SELECT id FROM send_places WHERE taken = ? AND at < ? ORDER BY at LIMIT ?)",
        taken,
        now - kept[taken],
        FORGOTTEN_AT_ONCE,
      );
  }
}
