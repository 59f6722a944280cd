import { type UserEvent, historyName, orderOf } from "../../domain/event/event.ts";
import type { Message } from "../../domain/message/message.ts";
import type { History, HistoryRange, TallyMatch } from "../../domain/user/history.ts";
import { NewestMatches } from "./newest-matches.ts";
import { newestOfNames } from "./newest-of-names.ts";
import { type SqlPort, type SqlRow, numberOf, textOf } from "./sql-port.ts";

/** Wider than any instant: an open end of a range. */
const always = 9e15;

const matchOf = (row: SqlRow): TallyMatch => ({
  order: [numberOf(row, "time"), numberOf(row, "received"), numberOf(row, "idx")],
  id: textOf(row, "id"),
});

const readMatches = (direction: "ASC" | "DESC"): string =>
  `SELECT time, received, idx, id FROM matches WHERE tally = ? AND key = ? AND time > ? AND time <= ?
   ORDER BY time ${direction}, received ${direction}, idx ${direction}, id ${direction} LIMIT ?`;
const bodyOf = `SELECT m.body FROM events e JOIN matches m ON m.tally = e.list AND m.key = '' AND m.time = e.time
   AND m.received = e.received AND m.idx = e.idx AND m.id = e.id WHERE e.id = ?`;
const newestFirst = readMatches("DESC");
const oldestFirst = readMatches("ASC");

/**
 * A user's past in the object's own database. Every look is a range of one index with a limit, so its cost does not grow
 * with history. `changed` holds messages that the transaction at hand has decided but not written yet.
 */
export class SqliteHistory implements History {
  readonly #sql: SqlPort;
  readonly #changed: ReadonlyMap<string, Message>;
  readonly #newest: NewestMatches;
  readonly #added = new Set<string>();
  constructor(sql: SqlPort, changed: ReadonlyMap<string, Message> = new Map(), newest = new NewestMatches()) {
    this.#sql = sql;
    this.#changed = changed;
    this.#newest = newest;
  }

  append(event: UserEvent): boolean {
    const list = `n:${historyName(event)}`;
    const added = this.#sql.run(
      "INSERT INTO events (id, list, time, received, idx) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1 AS added",
      event.id,
      list,
      event.time,
      event.receivedAt,
      event.index,
    );
    if (added.length === 0) return false;
    this.#added.add(event.id);
    this.#file(list, "", event, JSON.stringify(event));
    return true;
  }

  /** True when this very history, made for one transaction, added the event: no look at the database. */
  wasAdded(id: string): boolean {
    return this.#added.has(id);
  }

  has(id: string): boolean {
    return this.#sql.run("SELECT 1 AS found FROM events WHERE id = ?", id).length > 0;
  }

  event(id: string): UserEvent | undefined {
    const row = this.#sql.run(bodyOf, id)[0];
    return row === undefined ? undefined : eventOf(row);
  }

  matches(tally: string, key: string | null, range: HistoryRange, limit: number): readonly TallyMatch[] {
    return this.#newestOf(`t:${tally}`, key ?? "", range, limit);
  }

  firstMatches(tally: string, key: string | null, range: HistoryRange, limit: number): readonly TallyMatch[] {
    return this.#look(oldestFirst, [`t:${tally}`, key ?? ""], range, limit);
  }

  addMatch(tally: string, key: string | null, event: UserEvent): void {
    this.#file(`t:${tally}`, key ?? "", event, null);
  }

  named(name: string, range: HistoryRange, limit: number): readonly TallyMatch[] {
    return this.#newestOf(`n:${name}`, "", range, limit);
  }

  byName(name: string, range: HistoryRange, limit: number, before?: TallyMatch): readonly UserEvent[] {
    return newestOfNames(this.#sql, { name, range, limit, before }).map(eventOf);
  }

  message(id: string): Message | undefined {
    const changed = this.#changed.get(id);
    if (changed !== undefined) return changed;
    const row = this.#sql.run("SELECT body FROM kept WHERE kind = 'message' AND key = ?", id)[0];
    return row === undefined ? undefined : (JSON.parse(textOf(row, "body")) as Message); // written by UserStore only
  }

  #newestOf(filed: string, key: string, range: HistoryRange, limit: number): readonly TallyMatch[] {
    if (limit === 0) return [];
    return this.#newest.look(listOf(filed, key), { range, limit }, (within, count) => this.#look(newestFirst, [filed, key], within, count));
  }

  #look(sql: string, list: readonly [filed: string, key: string], range: HistoryRange, limit: number): readonly TallyMatch[] {
    return this.#sql.run(sql, ...list, range.after ?? -always, range.upTo ?? always, limit).map(matchOf);
  }

  #file(tally: string, key: string, event: UserEvent, body: string | null): void {
    this.#sql.run(
      "INSERT OR IGNORE INTO matches (tally, key, time, received, idx, id, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
      tally,
      key,
      event.time,
      event.receivedAt,
      event.index,
      event.id,
      body,
    );
    this.#newest.add(listOf(tally, key), { order: orderOf(event), id: event.id });
  }
}

/** Two texts as one: the length of the first tells where it ends, whatever either holds. */
const listOf = (filed: string, key: string): string => `${filed.length}:${filed}${key}`;

const eventOf = (row: SqlRow): UserEvent => JSON.parse(textOf(row, "body")) as UserEvent; // written by append only
