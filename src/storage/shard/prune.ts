const day = 24 * 3_600_000;
/** The event log is kept for 30 days, answers to idempotent requests for one. */
const eventLogMs = 30 * day;
const idempotencyMs = day;
/** Rows one statement removes, and statements per call: a sweep's time stays bounded whatever was written. */
const rowsPerStatement = 2_000;
const statements = 50;

/** Removes answers older than 24 h, a bounded number a call. */
export const pruneIdempotency = async (db: D1Database, now: number): Promise<void> => {
  await db
    .prepare("DELETE FROM idempotency WHERE (workspace, key) IN (SELECT workspace, key FROM idempotency WHERE created_at < ?1 LIMIT ?2)")
    .bind(now - idempotencyMs, rowsPerStatement)
    .run();
};

/** Removes what calls were decided to send more than 24 h ago, a bounded number a call: their workspaces may never call again. */
export const pruneSendCalls = async (db: D1Database, now: number): Promise<void> => {
  await db
    .prepare("DELETE FROM send_calls WHERE (workspace, key) IN (SELECT workspace, key FROM send_calls WHERE created_at < ?1 LIMIT ?2)")
    .bind(now - idempotencyMs, rowsPerStatement)
    .run();
};

/** Removes logged events older than 30 days from one shard, oldest first, a bounded number a call. Workspaces come from the control database. */
export const pruneEventLog = async (control: D1Database, shard: D1Database, now: number): Promise<void> => {
  const { results } = await control.prepare("SELECT id FROM workspaces ORDER BY id").all<{ id: string }>();
  let left = statements;
  for (const { id } of results) {
    for (let removed = rowsPerStatement; removed === rowsPerStatement && left > 0; left--) {
      const { meta } = await shard
        .prepare(
          "DELETE FROM events WHERE workspace = ?1 AND (time, id, user) IN (SELECT time, id, user FROM events WHERE workspace = ?1 AND time < ?2 ORDER BY time, id, user LIMIT ?3)",
        )
        .bind(id, now - eventLogMs, rowsPerStatement)
        .run();
      removed = meta.changes;
    }
  }
};
