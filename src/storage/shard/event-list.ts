import type { UserEvent } from "../../domain/event/event.ts";
import type { events } from "../schema.ts";

export type EventRow = typeof events.$inferSelect;

/** A place in the log, which is ordered by these three. */
export type LogPlace = readonly [time: number, id: string, user: string];

/** Rows one page may look at where a filter has no index. */
export const scanLimit = 5_000;

/** The newest possible place in the log. */
export const logEnd: LogPlace = [Number.MAX_SAFE_INTEGER, "\u{10ffff}", "\u{10ffff}"];

/**
 * Logged events of one shard, newest first, strictly before a place. Filters by name and type look at no more than
 * `scanLimit` rows; `scannedTo` is where that look ended, null when it reached the oldest.
 */
export const listEvents = async (
  db: D1Database,
  filter: { readonly workspace: string; readonly name?: string | undefined; readonly type?: string | undefined },
  page: { readonly before: LogPlace; readonly limit: number },
): Promise<{ readonly rows: readonly EventRow[]; readonly scannedTo: LogPlace | null }> => {
  const [time, id, user] = page.before;
  const base = "FROM events WHERE workspace = ?1 AND (time, id, user) < (?2, ?3, ?4) ORDER BY time DESC, id DESC, user DESC";
  const [rows, ends] = await db.batch([
    db
      .prepare(
        `SELECT * FROM (SELECT * ${base} LIMIT ${scanLimit}) WHERE (?5 IS NULL OR name = ?5) AND (?6 IS NULL OR type = ?6)
         ORDER BY time DESC, id DESC, user DESC LIMIT ?7`,
      )
      .bind(filter.workspace, time, id, user, filter.name ?? null, filter.type ?? null, page.limit),
    db.prepare(`SELECT time, id, user ${base} LIMIT 1 OFFSET ${scanLimit - 1}`).bind(filter.workspace, time, id, user),
  ]);
  const end = ends?.results[0] as Pick<EventRow, "time" | "id" | "user"> | undefined; // the three columns selected
  return { rows: (rows?.results ?? []) as EventRow[], scannedTo: end === undefined ? null : [end.time, end.id, end.user] }; // SELECT * of the table the type mirrors
};

/** Events of one shard written after a place, oldest first: what a live view has not shown yet. */
export const eventsAfter = async (db: D1Database, workspace: string, after: LogPlace, limit: number): Promise<readonly EventRow[]> =>
  (
    await db
      .prepare("SELECT * FROM events WHERE workspace = ? AND (time, id, user) > (?, ?, ?) ORDER BY time, id, user LIMIT ?")
      .bind(workspace, ...after, limit)
      .all<EventRow>()
  ).results;

/** The event itself, as it was accepted. */
export const eventOf = (row: EventRow): UserEvent => JSON.parse(row.body) as UserEvent; // written by logEvents
