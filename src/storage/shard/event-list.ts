import type { UserEvent } from "../../domain/event/event.ts";
import type { events } from "../schema.ts";

export type EventRow = typeof events.$inferSelect;

/** Rows one page may look at where a filter has no index. */
export const scanLimit = 5_000;

/** The newest possible place in the log. */
export const logEnd = [Number.MAX_SAFE_INTEGER, "\u{10ffff}"] as const;

/**
 * Logged events of one shard, newest first, strictly before (time, id). Filters by name and type look at no more than
 * `scanLimit` rows; `scannedTo` is where that look ended, null when it reached the oldest.
 */
export const listEvents = async (
  db: D1Database,
  filter: { readonly workspace: string; readonly name?: string | undefined; readonly type?: string | undefined },
  page: { readonly before: readonly [time: number, id: string]; readonly limit: number },
): Promise<{ readonly rows: readonly EventRow[]; readonly scannedTo: readonly [number, string] | null }> => {
  const [time, id] = page.before;
  const base = "FROM events WHERE workspace = ?1 AND (time, id) < (?2, ?3) ORDER BY time DESC, id DESC";
  const [rows, ends] = await db.batch([
    db
      .prepare(
        `SELECT * FROM (SELECT * ${base} LIMIT ${scanLimit}) WHERE (?4 IS NULL OR name = ?4) AND (?5 IS NULL OR type = ?5) ORDER BY time DESC, id DESC LIMIT ?6`,
      )
      .bind(filter.workspace, time, id, filter.name ?? null, filter.type ?? null, page.limit),
    db.prepare(`SELECT time, id ${base} LIMIT 1 OFFSET ${scanLimit - 1}`).bind(filter.workspace, time, id),
  ]);
  const end = ends?.results[0] as Pick<EventRow, "time" | "id"> | undefined; // the two columns selected
  return { rows: (rows?.results ?? []) as EventRow[], scannedTo: end === undefined ? null : [end.time, end.id] }; // SELECT * of the table the type mirrors
};

/** Events of one shard written after (time, id), oldest first: what a live view has not shown yet. */
export const eventsAfter = async (
  db: D1Database,
  workspace: string,
  after: readonly [time: number, id: string],
  limit: number,
): Promise<readonly EventRow[]> =>
  (
    await db
      .prepare("SELECT * FROM events WHERE workspace = ? AND (time, id) > (?, ?) ORDER BY time, id LIMIT ?")
      .bind(workspace, after[0], after[1], limit)
      .all<EventRow>()
  ).results;

/** The event itself, as it was accepted. */
export const eventOf = (row: EventRow): UserEvent => JSON.parse(row.body) as UserEvent; // written by logEvents
