import { type UserEvent, historyName } from "../../domain/event/event.ts";
import type { Message } from "../../domain/message/message.ts";
import { type History, type HistoryRange, type MatchRange, matchOf, type TallyMatch } from "../../domain/user/history.ts";
import { type NewestLook, NewestMatches, type ReadNewest } from "./newest-matches.ts";
import { messageOfRow, readMessage } from "./message-rows.ts";
import { newestOfNames } from "./newest-of-names.ts";
import { type SqlPort, type SqlRow, type SqlValue, numberOf, textOf } from "./sql-port.ts";

/** Wider than any instant: an open end of a range. */
const always = 9e15;

const matchOfRow = (row: SqlRow): TallyMatch => ({
  order: [numberOf(row, "time"), numberOf(row, "received"), numberOf(row, "idx")],
  id: textOf(row, "id"),
  ...(typeof row["value"] === "string" && { value: row["value"] }),
});

const readMatches = (direction: "ASC" | "DESC", columns: string, beyond = ""): string =>
  `SELECT ${columns} FROM matches WHERE tally = ? AND key = ? AND time > ? AND time <= ? ${beyond}
   ORDER BY time ${direction}, received ${direction}, idx ${direction}, id ${direction} LIMIT ?`;
const bodyOf = `SELECT m.body FROM events e JOIN matches m ON m.tally = e.list AND m.key = '' AND m.time = e.time
   AND m.received = e.received AND m.idx = e.idx AND m.id = e.id WHERE e.id = ?`;
/** In the list of an event's own name the body is the event, in a tally's it is what the tally keeps. */
const [place, withValue] = ["time, received, idx, id", "time, received, idx, id, body AS value"];
const newestNamed = readMatches("DESC", place);
const newestFirst = readMatches("DESC", withValue);
const newestBefore = readMatches("DESC", withValue, "AND (time, received, idx, id) < (?, ?, ?, ?)");
const oldestFirst = readMatches("ASC", withValue);
const oldestAfter = readMatches("ASC", withValue, "AND (time, received, idx, id) > (?, ?, ?, ?)");

/** List of the events that were refused: their ids, so that the same one again is not told of twice. */
export const refusedList = "x:";

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
    if (!this.#place(list, event)) return false;
    this.#added.add(event.id);
    this.#file(list, "", matchOf(event), JSON.stringify(event));
    return true;
  }

  refuse(event: UserEvent): boolean {
    if (!this.#place(refusedList, event)) return false;
    // In order of arrival: what is kept of it goes when that is long ago.
    this.#file(refusedList, "", { order: [event.receivedAt, event.receivedAt, event.index], id: event.id }, null);
    return true;
  }

  /** When an event that is known by its id was, ms, and whether it was refused; undefined when none is. */
  known(id: string): { readonly time: number; readonly refused: boolean } | undefined {
    const row = this.#sql.run("SELECT list, time FROM events WHERE id = ?", id)[0];
    return row && { time: numberOf(row, "time"), refused: textOf(row, "list") === refusedList };
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

  matches(tally: string, key: string | null, range: MatchRange, limit: number): readonly TallyMatch[] {
    const list = [`t:${tally}`, key ?? ""] as const;
    return this.#newestOf(list, { range, limit }, (asked) =>
      asked.range.olderThan === undefined
        ? this.#look(newestFirst, list, asked.range, [asked.limit])
        : this.#look(newestBefore, list, upToTime(asked.range, asked.range.olderThan), [...placeOf(asked.range.olderThan), asked.limit]),
    );
  }

  firstMatches(tally: string, key: string | null, range: MatchRange, limit: number): readonly TallyMatch[] {
    const list = [`t:${tally}`, key ?? ""] as const;
    return range.newerThan === undefined
      ? this.#look(oldestFirst, list, range, [limit])
      : this.#look(oldestAfter, list, fromTime(range, range.newerThan), [...placeOf(range.newerThan), limit]);
  }

  addMatch(tally: string, key: string | null, match: TallyMatch): void {
    this.#file(`t:${tally}`, key ?? "", match, match.value ?? null);
  }

  removeMatch(tally: string, key: string | null, match: TallyMatch): void {
    this.#sql.run(
      "DELETE FROM matches WHERE tally = ? AND key = ? AND time = ? AND received = ? AND idx = ? AND id = ?",
      `t:${tally}`,
      key ?? "",
      ...placeOf(match),
    );
    this.#newest.remove(listOf(`t:${tally}`, key ?? ""), match);
  }

  figure(tally: string, key: string | null): string | undefined {
    const row = this.#sql.run("SELECT body FROM kept WHERE kind = 'total' AND key = ?", listOf(tally, key ?? ""))[0];
    return row === undefined ? undefined : textOf(row, "body");
  }

  keepFigure(tally: string, key: string | null, text: string): void {
    this.#sql.run("INSERT OR REPLACE INTO kept (kind, key, body) VALUES ('total', ?, ?)", listOf(tally, key ?? ""), text);
  }

  named(name: string, range: HistoryRange, limit: number): readonly TallyMatch[] {
    const list = [`n:${name}`, ""] as const;
    return this.#newestOf(list, { range, limit }, (asked) => this.#look(newestNamed, list, asked.range, [asked.limit]));
  }

  byName(name: string, range: HistoryRange, limit: number, before?: TallyMatch): readonly UserEvent[] {
    return newestOfNames(this.#sql, { name, range, limit, before }).map(eventOf);
  }

  message(id: string): Message | undefined {
    const changed = this.#changed.get(id);
    if (changed !== undefined) return changed;
    return readMessage(this.#sql, id);
  }

  messages(before: string | undefined, limit: number): readonly Message[] {
    const rows = this.#sql.run(
      "SELECT key, body FROM kept WHERE kind = 'message' AND key < ? ORDER BY key DESC LIMIT ?",
      before ?? "\u{10FFFF}",
      limit,
    );
    return rows.map((row) => this.#changed.get(textOf(row, "key")) ?? messageOfRow(textOf(row, "body")));
  }

  /** False when the id has a place already. */
  #place(list: string, { id, time, receivedAt, index }: UserEvent): boolean {
    const added = this.#sql.run(
      "INSERT INTO events (id, list, time, received, idx) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1 AS added",
      id,
      list,
      time,
      receivedAt,
      index,
    );
    return added.length > 0;
  }

  #newestOf([filed, key]: readonly [string, string], asked: NewestLook, read: ReadNewest): readonly TallyMatch[] {
    return asked.limit === 0 ? [] : this.#newest.look(listOf(filed, key), asked, read);
  }

  #look(sql: string, list: readonly [filed: string, key: string], range: HistoryRange, rest: readonly SqlValue[]): readonly TallyMatch[] {
    return this.#sql.run(sql, ...list, range.after ?? -always, range.upTo ?? always, ...rest).map(matchOfRow);
  }

  #file(tally: string, key: string, match: TallyMatch, body: string | null): void {
    this.#sql.run(
      "INSERT OR IGNORE INTO matches (tally, key, time, received, idx, id, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
      tally,
      key,
      ...placeOf(match),
      body,
    );
    this.#newest.add(listOf(tally, key), match);
  }
}

/** Whatever bound the database makes its range of, it must not walk over all that lies on the other side of the match. */
const upToTime = (range: HistoryRange, { order: [time] }: TallyMatch): HistoryRange => ({
  ...range,
  upTo: Math.min(range.upTo ?? time, time),
});
const fromTime = (range: HistoryRange, { order: [time] }: TallyMatch): HistoryRange => ({
  ...range,
  after: Math.max(range.after ?? time - 1, time - 1),
});

const placeOf = ({ order, id }: TallyMatch): readonly [number, number, number, string] => [...order, id];

/** Two texts as one: the length of the first tells where it ends, whatever either holds. */
export const listOf = (filed: string, key: string): string => `${filed.length}:${filed}${key}`;

const eventOf = (row: SqlRow): UserEvent => JSON.parse(textOf(row, "body")) as UserEvent; // written by append only
