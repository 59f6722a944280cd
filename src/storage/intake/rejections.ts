/** A refused item as it is kept: what, when and why, with the beginning of the item. */
export interface KeptRejection {
  readonly workspace: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly id: string;
  readonly code: string;
  readonly field: string;
  readonly message: string;
  /** First characters of the item's JSON. */
  readonly sample: string;
}

const keepMs = 7 * 24 * 3_600_000;
/** Rows one sweep removes: its time stays bounded whatever was written. */
const pruneRows = 5_000;

/** Writes rejections in one statement (one JSON parameter: they are short and rare). */
export const insertRejections = async (db: D1Database, rejections: readonly KeptRejection[]): Promise<void> => {
  await db
    .prepare(
      `INSERT INTO rejections (workspace, at, id, code, field, message, sample)
       SELECT value->>'workspace', value->>'at', value->>'id', value->>'code', value->>'field', value->>'message', value->>'sample' FROM json_each(?1)`,
    )
    .bind(JSON.stringify(rejections))
    .run();
};

/** A workspace's rejections, newest first, strictly before (at, id); from the newest when that is left out. */
export const readRejections = async (
  db: D1Database,
  workspace: string,
  limit: number,
  before: readonly [at: number, id: string] = [Number.MAX_SAFE_INTEGER, ""],
): Promise<readonly KeptRejection[]> => {
  const { results } = await db
    .prepare(
      `SELECT workspace, at, id, code, field, message, sample FROM rejections
       WHERE workspace = ?1 AND (at, id) < (?2, ?3) ORDER BY at DESC, id DESC LIMIT ?4`,
    )
    .bind(workspace, ...before, limit)
    .all<KeptRejection>();
  return results;
};

/** Removes rejections older than 7 days, at most 5,000 a call, oldest first. Answers how many. */
export const deleteOldRejections = async (db: D1Database, now: number): Promise<number> => {
  const { meta } = await db
    .prepare(
      "DELETE FROM rejections WHERE (workspace, at, id) IN (SELECT workspace, at, id FROM rejections WHERE at < ?1 ORDER BY at LIMIT ?2)",
    )
    .bind(now - keepMs, pruneRows)
    .run();
  return meta.changes;
};
