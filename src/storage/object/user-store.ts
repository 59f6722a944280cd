import type { Message } from "../../domain/message/message.ts";
import type { UserState } from "../../domain/user/state.ts";
import { isLaidOut, layOut } from "./layout.ts";
import { LiveRow } from "./live-row.ts";
import { messageOfRow, readMessage, writeMessage } from "./message-rows.ts";
import { type SqlPort, type SqlRow, textOf } from "./sql-port.ts";

/** Parts of the state kept as one row each; runs, entries and which messages are open have another form (live-row.ts), and each message its row. */
const parts = ["profile", "memberships", "goals", "asks", "claims", "meta"] as const;

/** What one transaction leaves behind, beside its facts. */
export interface Change {
  readonly state: UserState;
  /** Messages created or changed, by id. */
  readonly messages: ReadonlyMap<string, Message>;
}

/** Notes of the shell about itself, each one row. */
export type Note = "alarm" | "handover" | "pruning";

/**
 * A user's state in the object's database: loaded as a whole once per life of the object, written by difference.
 * Everything is synchronous; the caller holds the transaction.
 */
export class UserStore {
  readonly #sql: SqlPort;
  readonly #live: LiveRow;
  constructor(sql: SqlPort) {
    this.#sql = sql;
    this.#live = new LiveRow(sql);
  }

  /** False for an object nobody wrote to: nothing but `layOut` may be called then. */
  exists(): boolean {
    return isLaidOut(this.#sql);
  }

  layOut(): void {
    layOut(this.#sql);
  }

  /** The state as last committed; undefined before the first commit. */
  load(): UserState | undefined {
    const rows = this.#sql.run("SELECT kind, key, body FROM kept WHERE kind >= 'part' AND kind <= 'run'");
    const stored = new Map(rows.map((row) => [`${textOf(row, "kind")} ${textOf(row, "key")}`, row]));
    const read = (part: string, empty: unknown): unknown => {
      const row = stored.get(`part ${part}`);
      return row === undefined ? empty : parse(row);
    };
    const user = read("user", undefined) as Pick<UserState, "workspace" | "user"> | undefined;
    if (user === undefined) return undefined;
    const { runs, entries, open } = this.#live.load(stored);
    // Written by commit below and by nobody else: the shapes are those of UserState.
    return {
      ...user,
      profile: read("profile", undefined),
      memberships: read("memberships", {}),
      runs: Object.fromEntries(runs.map((run) => [run.id, run])),
      goals: read("goals", []),
      entries,
      asks: read("asks", {}),
      claims: read("claims", {}),
      open: Object.fromEntries(open.map((id) => [id, this.#message(id)])),
      meta: read("meta", undefined),
    } as UserState;
  }

  /** Writes what differs from `previous` (undefined: a new user), by reference. */
  commit(previous: UserState | undefined, change: Change): void {
    const { state } = change;
    if (previous === undefined) this.#put("part", "user", { workspace: state.workspace, user: state.user });
    for (const part of parts) {
      // A new user's empty parts need no row: load reads a missing one as empty.
      if (previous === undefined ? !isEmpty(state[part]) : previous[part] !== state[part]) this.#put("part", part, state[part]);
    }
    this.#live.commit(previous, state);
    for (const message of change.messages.values()) writeMessage(this.#sql, message, previous?.open[message.id]);
  }

  note(name: Note): unknown {
    const row = this.#sql.run("SELECT body FROM kept WHERE kind = 'part' AND key = ?", name)[0];
    return row === undefined ? undefined : parse(row);
  }

  setNote(name: Note, value: unknown): void {
    if (value === undefined) this.#sql.run("DELETE FROM kept WHERE kind = 'part' AND key = ?", name);
    else this.#put("part", name, value);
  }

  /** A page of what a merge hands over: events by id after the one given. */
  eventsAfter(id: string, limit: number): readonly SqlRow[] {
    return this.#sql.run(
      `SELECT e.id, m.body FROM events e JOIN matches m ON m.tally = e.list AND m.key = '' AND m.time = e.time
       AND m.received = e.received AND m.idx = e.idx AND m.id = e.id WHERE e.id > ? ORDER BY e.id LIMIT ?`,
      id,
      limit,
    );
  }

  /** Newest first messages with ids before the one given (ids begin with their creation time). */
  messagesBefore(id: string | undefined, limit: number): readonly Message[] {
    const rows = this.#sql.run(
      "SELECT body FROM kept WHERE kind = 'message' AND key < ? ORDER BY key DESC LIMIT ?",
      id ?? "\u{10FFFF}",
      limit,
    );
    return rows.map((row) => messageOfRow(textOf(row, "body")));
  }

  /** Forgets the past after a merge took it. The pointer, the journal, the messages and who the user was stay; whoever cached the state must read it anew. */
  eraseHistory(): void {
    this.#sql.run("DELETE FROM events");
    this.#sql.run("DELETE FROM matches");
    this.#sql.run(
      "DELETE FROM kept WHERE kind IN ('run', 'total', 'beside') OR (kind = 'part' AND key IN ('memberships', 'goals', 'live', 'entries', 'open'))",
    );
  }

  /** A message of this user, open or settled. */
  message(id: string): Message | undefined {
    return readMessage(this.#sql, id);
  }

  #message(id: string): Message {
    const message = this.message(id);
    if (message === undefined) throw new Error(`expected a row for the open message ${id}, found none`);
    return message;
  }

  #put(kind: string, key: string, value: unknown): void {
    this.#sql.run("INSERT OR REPLACE INTO kept (kind, key, body) VALUES (?, ?, ?)", kind, key, JSON.stringify(value));
  }
}

const parse = (row: SqlRow): unknown => JSON.parse(textOf(row, "body"));

const isEmpty = (part: object): boolean => Object.keys(part).length === 0;
