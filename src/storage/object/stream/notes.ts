import { type SqlPort, textOf } from "../sql-port.ts";

/** Numbers and texts a stream keeps about itself; instants in ms. */
export interface Notes {
  /** Part of the ids of deliveries. */
  readonly streamId: string;
  /** created_at of the definition it belongs to: another one is another stream. */
  readonly definedAt: number;
  /** Last item that is part of a delivery. */
  readonly cursor: number;
  /** Items after the cursor. */
  readonly uncut: number;
  readonly characters: number;
  readonly dropped: number;
  /** When items were dropped last. */
  readonly droppedAt: number | null;
  /** When deliveries were given up last. */
  readonly givenUpAt: number | null;
  readonly failures: number;
  readonly failingSince: number | null;
  readonly nextAttemptAt: number | null;
  readonly lastDeliveredAt: number | null;
  readonly disabled: string | null;
}

/** One row, read once and written with each change. */
export class NoteBook {
  readonly #sql: SqlPort;
  #notes: Notes;

  /** @param freshId for a stream that has never been used */
  constructor(sql: SqlPort, freshId: string) {
    this.#sql = sql;
    sql.run("CREATE TABLE IF NOT EXISTS notes (body TEXT NOT NULL)");
    const row = sql.run("SELECT body FROM notes")[0];
    this.#notes = row === undefined ? fresh(freshId) : (JSON.parse(textOf(row, "body")) as Notes); // written by change only
    if (row === undefined) sql.run("INSERT INTO notes (body) VALUES (?)", JSON.stringify(this.#notes));
  }

  get now(): Notes {
    return this.#notes;
  }

  change(change: Partial<Notes>): void {
    this.#notes = { ...this.#notes, ...change };
    this.#sql.run("UPDATE notes SET body = ?", JSON.stringify(this.#notes));
  }
}

const fresh = (streamId: string): Notes => ({
  streamId,
  definedAt: 0,
  cursor: 0,
  uncut: 0,
  characters: 0,
  dropped: 0,
  droppedAt: null,
  givenUpAt: null,
  failures: 0,
  failingSince: null,
  nextAttemptAt: null,
  lastDeliveredAt: null,
  disabled: null,
});
