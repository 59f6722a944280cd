import type { messages } from "../schema.ts";

export type MessageRow = typeof messages.$inferSelect;

/** Which messages to list; every field narrows. */
export interface MessageFilter {
  readonly workspace: string;
  readonly status?: string | undefined;
  readonly journey?: string | undefined;
  readonly channel?: string | undefined;
  readonly user?: string | undefined;
}

/** Rows one page may look at where a filter has no index: what a page costs is bounded, what it finds may be fewer than asked for. */
export const scanLimit = 5_000;

/**
 * Messages of one shard, newest first (ids begin with their creation time), before the id `before`. A filter by status
 * walks the index on it; the others look at no more than `scanLimit` rows and say in `scannedTo` how far that was.
 */
export const listMessages = async (
  db: D1Database,
  filter: MessageFilter,
  page: { readonly before: string; readonly limit: number },
): Promise<{ readonly rows: readonly MessageRow[]; readonly scannedTo: string | null }> => {
  const status = filter.status === undefined ? "" : "AND status = ?7";
  const scanned = `SELECT * FROM messages WHERE workspace = ?1 AND id < ?2 ${status} ORDER BY id DESC LIMIT ${scanLimit}`;
  const bound = [filter.workspace, page.before, filter.journey ?? null, filter.channel ?? null, filter.user ?? null, page.limit];
  const [rows, ends] = await db.batch([
    db
      .prepare(
        `SELECT * FROM (${scanned}) WHERE (?3 IS NULL OR journey = ?3) AND (?4 IS NULL OR channel = ?4) AND (?5 IS NULL OR user = ?5) ORDER BY id DESC LIMIT ?6`,
      )
      .bind(...bound, ...(filter.status === undefined ? [] : [filter.status])),
    // The row at which the look ends; none = it reached the oldest.
    db
      .prepare(
        `SELECT id FROM messages WHERE workspace = ?1 AND id < ?2 ${filter.status === undefined ? "" : "AND status = ?3"} ORDER BY id DESC LIMIT 1 OFFSET ${scanLimit - 1}`,
      )
      .bind(filter.workspace, page.before, ...(filter.status === undefined ? [] : [filter.status])),
  ]);
  const end = ends?.results[0] as { id: string } | undefined; // the one column selected
  return { rows: (rows?.results ?? []) as MessageRow[], scannedTo: end?.id ?? null }; // SELECT * of the table the type mirrors
};

/** One message of a shard. */
export const readMessage = async (db: D1Database, workspace: string, id: string): Promise<MessageRow | undefined> =>
  (await db.prepare("SELECT * FROM messages WHERE workspace = ? AND id = ?").bind(workspace, id).first<MessageRow>()) ?? undefined;
