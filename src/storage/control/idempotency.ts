import type { idempotency } from "../schema.ts";

type Row = typeof idempotency.$inferSelect;

/** How long an answer is kept and replayed. Source: docs/api.md. */
const keptMs = 24 * 3_600_000;
/** A request without an answer for longer than any of ours takes was cut off: its key may be used again. */
const inFlightMs = 60_000;

/** What a POST with this Idempotency-Key meets: it goes ahead, is answered from the store, or is refused. */
export type Admission =
  | { readonly kind: "first" }
  | { readonly kind: "replay"; readonly status: number; readonly body: string }
  | { readonly kind: "in-flight" }
  | { readonly kind: "other-request" };

/** Reserves the key for the request with this hash, atomically: of many at once, one goes first. */
export const admit = async (
  db: D1Database,
  workspace: string,
  request: { readonly key: string; readonly hash: string; readonly now: number },
): Promise<Admission> => {
  const { key, hash, now } = request;
  const taken = await db
    .prepare(
      `INSERT INTO idempotency (workspace, key, request_hash, created_at) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (workspace, key) DO UPDATE SET request_hash = ?3, status = NULL, body = NULL, created_at = ?4
       WHERE created_at <= ?5 OR (status IS NULL AND created_at <= ?6)`,
    )
    .bind(workspace, key, hash, now, now - keptMs, now - inFlightMs)
    .run();
  if (taken.meta.changes > 0) return { kind: "first" };
  const row = await db.prepare("SELECT * FROM idempotency WHERE workspace = ? AND key = ?").bind(workspace, key).first<Row>();
  if (row === null) return { kind: "in-flight" }; // released this very moment: the caller may try again
  if (row.request_hash !== hash) return { kind: "other-request" };
  return row.status === null ? { kind: "in-flight" } : { kind: "replay", status: row.status, body: row.body ?? "" };
};

/** Keeps the answer for those who ask again. */
export const keepAnswer = async (
  db: D1Database,
  workspace: string,
  answer: { readonly key: string; readonly status: number; readonly body: string },
): Promise<void> => {
  await db
    .prepare("UPDATE idempotency SET status = ?, body = ? WHERE workspace = ? AND key = ?")
    .bind(answer.status, answer.body, workspace, answer.key)
    .run();
};

/** Gives the key free: the request was refused, so nothing happened that a repetition could double. */
export const release = async (db: D1Database, workspace: string, key: string): Promise<void> => {
  await db.prepare("DELETE FROM idempotency WHERE workspace = ? AND key = ? AND status IS NULL").bind(workspace, key).run();
};

/** Drops answers past their life. Bounded by the workspace's own keys of a day. */
export const forgetOldAnswers = async (db: D1Database, workspace: string, now: number): Promise<void> => {
  await db
    .prepare("DELETE FROM idempotency WHERE workspace = ? AND created_at <= ?")
    .bind(workspace, now - keptMs)
    .run();
};
