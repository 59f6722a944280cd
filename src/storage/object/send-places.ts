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
/** A call of which nobody says that it is over was one of somebody who died; calls over HTTP give up after ten seconds. */
const LONGEST_CALL_MS = 15_000;
/** Who waits for calls to be over looks again after this. */
const ASKED_AGAIN_MS = 100;
/** Places nobody asked after again are forgotten after this. */
const FORGOTTEN_MS = 86_400_000;
const FORGOTTEN_AT_ONCE = 20;

/** What a window is longer by than it has to be, so that few calls wait for others to end. A call begins within half of it after its place. */
const slackMs = (perMs: number): number => Math.min(Math.max(Math.round(perMs / 5), 100), 2_000);

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
    // `until`: when its provider had the call at the latest, as far as is known.
    sql.run("CREATE TABLE IF NOT EXISTS send_calls (id TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID");
    sql.run("CREATE INDEX IF NOT EXISTS send_calls_by_time ON send_calls (until)");
  }

  take(request: PlaceRequest, now: number): SendPlace {
    const graceMs = Math.floor(slackMs(request.perMs) / 2);
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

  /**
   * May the call of a place begin now? Milliseconds until it is asked again; 0 = it begins. Its provider has a call between its
   * beginning and its end, so no more than allowed have ended within a window or are under way: however long the ways are.
   */
  begin({ id, count, perMs }: PlaceRequest, now: number): number {
    this.#sql.run("DELETE FROM send_calls WHERE until <= ?", now - perMs);
    const before = this.#sql.run("SELECT until FROM send_calls WHERE id <> ? ORDER BY until DESC LIMIT 1 OFFSET ?", id, count - 1)[0];
    if (before !== undefined) return Math.min(Math.max(numberOf(before, "until") + perMs - now, 1), ASKED_AGAIN_MS);
    this.#sql.run("INSERT INTO send_calls (id, until) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET until = ?2", id, now + LONGEST_CALL_MS);
    return 0;
  }

  /** The call of a place is over. */
  end(id: string, now: number): void {
    this.#sql.run("UPDATE send_calls SET until = ?2 WHERE id = ?1 AND until > ?2", id, now);
  }

  /** A place that was not used is free again. */
  giveBack(id: string): void {
    this.#sql.run("DELETE FROM send_places WHERE id = ?", id);
  }

  #nextFree({ count, perMs }: PlaceRequest, now: number): number {
    const place = this.#sql.run("SELECT at FROM send_places WHERE taken = 1 ORDER BY at DESC LIMIT 1 OFFSET ?", count - 1)[0];
    const call = this.#sql.run("SELECT until FROM send_calls ORDER BY until DESC LIMIT 1 OFFSET ?", count - 1)[0];
    return Math.max(
      now,
      place === undefined ? now : numberOf(place, "at") + perMs + slackMs(perMs),
      // One that is under way ends now at the earliest.
      call === undefined ? now : Math.min(numberOf(call, "until"), now) + perMs,
    );
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
