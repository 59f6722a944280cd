import type { StreamItem } from "../../../domain/stream/stream-items.ts";
import { type SqlPort, type SqlRow, numberOf } from "../sql-port.ts";
import { streamBounds } from "./delivery.ts";
import type { NoteBook } from "./notes.ts";

/** Rows looked at in one go. */
const perLook = 2_000;

/** The items after the cursor that make the next delivery. */
export interface Cut {
  readonly first: number;
  readonly last: number;
  readonly items: number;
  /** When the newest of them came, ms. */
  readonly newestAt: number;
}

/**
 * The items of a stream in the order they came, each once, kept for replay also when they were told. Reads and deletes from
 * either end of the order only, so that no call costs more for how much is kept.
 */
export class Backlog {
  readonly #sql: SqlPort;
  readonly #notes: NoteBook;

  constructor(sql: SqlPort, notes: NoteBook) {
    this.#sql = sql;
    this.#notes = notes;
    sql.run(
      "CREATE TABLE IF NOT EXISTS items (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, body TEXT NOT NULL)",
    );
  }

  /** Adds items that are not there yet; answers how many that were. */
  add(items: readonly StreamItem[], now: number): number {
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
    const notes = this.#notes.now;
    if (added > 0) this.#notes.change({ characters: notes.characters + characters, uncut: notes.uncut + added });
    return added;
  }

  /** Is there anything that is part of no delivery? */
  get hasUncut(): boolean {
    return this.#sql.run("SELECT 1 AS found FROM items WHERE seq > ? LIMIT 1", this.#notes.now.cursor).length > 0;
  }

  /** Moves the cursor over the items of one more delivery; undefined = there are none. */
  cut(): Cut | undefined {
    const { cursor, uncut } = this.#notes.now;
    const rows = this.#sql.run(
      "SELECT seq, at, length(body) AS size FROM items WHERE seq > ? ORDER BY seq LIMIT ?",
      cursor,
      streamBounds.itemsPerDelivery,
    );
    let characters = 0;
    const end = rows.findIndex((row, index) => (characters += numberOf(row, "size")) > streamBounds.charactersPerDelivery && index > 0);
    const taken = end === -1 ? rows : rows.slice(0, end);
    const [first, last] = [taken[0], taken.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    this.#notes.change({ cursor: numberOf(last, "seq"), uncut: uncut - taken.length });
    return { first: numberOf(first, "seq"), last: numberOf(last, "seq"), items: taken.length, newestAt: numberOf(last, "at") };
  }

  /** Takes out the oldest until what is left may be kept. Answers the last one taken out; undefined = none had to go. */
  shrink(now: number): number | undefined {
    let { characters } = this.#notes.now;
    let gone: number | undefined;
    while (characters > streamBounds.characters) {
      const last = this.#drop((row) => {
        const goes = characters > streamBounds.characters;
        characters -= numberOf(row, "size");
        return goes;
      }, now);
      if (last === undefined) break;
      gone = last;
      ({ characters } = this.#notes.now);
    }
    return gone;
  }

  /** Takes out what came before the instant, a bounded number; the last one taken out. */
  dropBefore(before: number, now: number): number | undefined {
    // Nearly always nothing is due, which the oldest row alone tells.
    const oldest = this.#sql.run("SELECT at FROM items ORDER BY seq LIMIT 1")[0];
    if (oldest === undefined || numberOf(oldest, "at") >= before) return undefined;
    return this.#drop((row) => numberOf(row, "at") < before, now);
  }

  /** Takes out the oldest for as long as they are to go, and counts those that are part of no delivery. */
  #drop(goes: (row: SqlRow) => boolean, now: number): number | undefined {
    const rows = this.#sql.run("SELECT seq, at, length(body) AS size FROM items ORDER BY seq LIMIT ?", perLook);
    const stays = rows.findIndex((row) => !goes(row));
    const going = stays === -1 ? rows : rows.slice(0, stays);
    const end = going.at(-1);
    if (end === undefined) return undefined;
    const last = numberOf(end, "seq");
    this.#sql.run("DELETE FROM items WHERE seq <= ?", last);
    const { characters, cursor, dropped, uncut } = this.#notes.now;
    const untold = going.filter((row) => numberOf(row, "seq") > cursor).length;
    this.#notes.change({
      characters: characters - going.reduce((sum, row) => sum + numberOf(row, "size"), 0),
      ...(untold > 0 && { dropped: dropped + untold, droppedAt: now }),
      uncut: uncut - untold,
      cursor: Math.max(cursor, last),
    });
    return last;
  }
}
