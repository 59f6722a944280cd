import type { GroupMember, MemberSaid } from "../../api/group-rpc.ts";
import { compareOrder, type EventOrder } from "../../domain/event/event.ts";
import type { Group } from "../../domain/group/group.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { UserKey } from "../../domain/user/user-key.ts";
import { numberOf, type SqlPort, type SqlRow, textOf } from "./sql-port.ts";

/**
 * Tables of a group's object. `told`: version of the group the member was last told; `wish` = 1: the membership itself, with
 * `relationship`, has still to be told to the user; `due`: not before (ms), after a failure. Leavers stay as dated marks.
 */
const layout = [
  "CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY, body TEXT NOT NULL)",
  `CREATE TABLE IF NOT EXISTS members (user TEXT PRIMARY KEY, gone INTEGER NOT NULL, time INTEGER NOT NULL, received INTEGER NOT NULL,
    idx INTEGER NOT NULL, told INTEGER NOT NULL, wish INTEGER NOT NULL, relationship TEXT, due INTEGER NOT NULL, tries INTEGER NOT NULL) WITHOUT ROWID`,
  "CREATE INDEX IF NOT EXISTS members_by_told ON members (gone, told)",
  "CREATE INDEX IF NOT EXISTS members_by_wish ON members (wish) WHERE wish = 1",
] as const;

/** A member with what it has still to be told. */
export interface Telling {
  readonly user: UserKey;
  readonly state: "joined" | "left";
  readonly order: EventOrder;
  readonly wish: boolean;
  readonly relationship: JsonObject | undefined;
  readonly tries: number;
}

/** Counts stop here. */
export const countLimit = 10_000;

/** A group's object's own database. Synchronous; the caller holds the transaction. */
export class GroupStore {
  readonly #sql: SqlPort;
  constructor(sql: SqlPort) {
    this.#sql = sql;
  }

  exists(): boolean {
    return this.#sql.run("SELECT 1 FROM sqlite_master WHERE name = 'state'").length > 0;
  }

  layOut(): void {
    for (const statement of layout) this.#sql.run(statement);
  }

  load(): Group | undefined {
    const row = this.#sql.run("SELECT body FROM state WHERE one = 1")[0];
    return row === undefined ? undefined : (JSON.parse(textOf(row, "body")) as Group); // written by save only
  }

  save(group: Group): void {
    this.#sql.run("INSERT OR REPLACE INTO state (one, body) VALUES (1, ?)", JSON.stringify(group));
  }

  /** Takes a join or a leave where it is newer than what is known; of the very same place in the order the leave stands. True when it was taken. */
  put(said: MemberSaid, wish?: { readonly relationship: JsonObject | undefined }): boolean {
    const row = this.#sql.run("SELECT gone, time, received, idx, wish, relationship FROM members WHERE user = ?", said.user)[0];
    const gone = said.state === "left" ? 1 : 0;
    if (row !== undefined) {
      const byOrder = compareOrder(said.order, orderIn(row));
      if (byOrder < 0 || (byOrder === 0 && (gone === 0 || numberOf(row, "gone") === 1))) return false;
    }
    const [time, received, index] = said.order;
    const waiting = row === undefined ? undefined : relationshipIn(row);
    const relationship =
      waiting === undefined && wish?.relationship === undefined ? null : JSON.stringify({ ...waiting, ...wish?.relationship });
    // A member who says that it is one was told before; whoever comes anew is told everything.
    this.#sql.run(
      `INSERT INTO members (user, gone, time, received, idx, told, wish, relationship, due, tries) VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, 0, 0)
       ON CONFLICT (user) DO UPDATE SET told = iif(gone = ?2, told, 0), gone = ?2, time = ?3, received = ?4, idx = ?5, wish = max(wish * (gone = ?2), ?6),
         relationship = ?7, due = 0, tries = 0`,
      said.user,
      gone,
      time,
      received,
      index,
      wish === undefined ? 0 : 1,
      relationship,
    );
    return true;
  }

  /** Everybody leaves at this place in the order, and has to be told. */
  removeAll([time, received, index]: EventOrder): void {
    this.#sql.run(
      "UPDATE members SET gone = 1, wish = 1, time = ?1, received = ?2, idx = ?3, relationship = NULL, due = 0, tries = 0 WHERE gone = 0",
      time,
      received,
      index,
    );
  }

  /** Members who have to be told something at `now` (ms), at most `limit`. */
  tellings(version: number, now: number, limit: number): readonly Telling[] {
    return this.#sql
      .run(
        `SELECT user, gone, time, received, idx, wish, relationship, tries FROM members WHERE wish = 1 AND due <= ?2
         UNION SELECT user, gone, time, received, idx, wish, relationship, tries FROM members WHERE gone = 0 AND told < ?1 AND due <= ?2 LIMIT ?3`,
        version,
        now,
        limit,
      )
      .map((row) => ({
        user: textOf(row, "user") as UserKey, // written by put only
        state: numberOf(row, "gone") === 1 ? ("left" as const) : ("joined" as const),
        order: orderIn(row),
        wish: numberOf(row, "wish") === 1,
        relationship: relationshipIn(row),
        tries: numberOf(row, "tries"),
      }));
  }

  /** The earliest instant (ms) at which somebody has to be told something; undefined = everybody knows. */
  nextTelling(version: number): number | undefined {
    const row = this.#sql.run(
      "SELECT min(due) AS due FROM (SELECT due FROM members WHERE wish = 1 UNION ALL SELECT due FROM members WHERE gone = 0 AND told < ?1)",
      version,
    )[0];
    return row === undefined || row["due"] === null ? undefined : numberOf(row, "due");
  }

  /** The user was told this version, and its membership as of `order`: what was said since has still to be told. */
  told({ user, order, wish }: Telling, version: number): void {
    const [time, received, index] = order;
    this.#sql.run("UPDATE members SET told = max(told, ?2), due = 0, tries = 0 WHERE user = ?1", user, version);
    if (wish)
      this.#sql.run(
        "UPDATE members SET wish = 0, relationship = NULL WHERE user = ?1 AND time = ?2 AND received = ?3 AND idx = ?4",
        user,
        time,
        received,
        index,
      );
  }

  /** Could not be told: again at `due` (ms). */
  postpone(user: UserKey, due: number): void {
    this.#sql.run("UPDATE members SET due = ?2, tries = tries + 1 WHERE user = ?1", user, due);
  }

  /** The member is another user now; what either was to be told, that one is. */
  move(from: UserKey, to: UserKey): boolean {
    const row = this.#sql.run("SELECT gone, time, received, idx, wish, relationship FROM members WHERE user = ?", from)[0];
    if (row === undefined) return false;
    this.#sql.run("DELETE FROM members WHERE user = ?", from);
    const state = numberOf(row, "gone") === 1 ? ("left" as const) : ("joined" as const);
    const relationship = relationshipIn(row);
    const wish = numberOf(row, "wish") === 1 ? { relationship } : undefined;
    return this.put({ user: to, state, order: orderIn(row) }, wish);
  }

  members(after: string, limit: number): readonly GroupMember[] {
    return this.#sql
      .run("SELECT user, time FROM members WHERE user > ? AND gone = 0 ORDER BY user LIMIT ?", after, limit)
      .map((row) => ({ user: textOf(row, "user") as UserKey, since: numberOf(row, "time") })); // written by put only
  }

  /** Members, and members still to be told `version`, each counted to 10,001. */
  counts(version: number): { readonly members: number; readonly pending: number } {
    const count = (where: string, ...values: number[]): number =>
      numberOf(
        this.#sql.run(`SELECT count(*) AS n FROM (SELECT 1 FROM members WHERE ${where} LIMIT ${countLimit + 1})`, ...values)[0] ?? {},
        "n",
      );
    return { members: count("gone = 0"), pending: count("gone = 0 AND told < ?", version) };
  }
}

const orderIn = (row: SqlRow): EventOrder => [numberOf(row, "time"), numberOf(row, "received"), numberOf(row, "idx")];

const relationshipIn = (row: SqlRow): JsonObject | undefined =>
  row["relationship"] === null ? undefined : (JSON.parse(textOf(row, "relationship")) as JsonObject); // written by put only
