import type { UserKey } from "../../domain/user/user-key.ts";
import type { sendCalls } from "../schema.ts";

type Row = typeof sendCalls.$inferSelect;

/** How long a key stands for its message. Source: docs/api.md. */
const keptMs = 24 * 3_600_000;

/** What a call is about: one message of one user. */
export interface PlannedSend {
  readonly key: string;
  /** Of what was asked for. */
  readonly hash: string;
  readonly user: UserKey;
  readonly message: string;
}

/** What the key stands for; undefined = nothing yet, or not any more. */
export const readPlan = async (db: D1Database, workspace: string, key: string, now: number): Promise<PlannedSend | undefined> => {
  const row = await db
    .prepare("SELECT * FROM send_calls WHERE workspace = ? AND key = ? AND created_at > ?")
    .bind(workspace, key, now - keptMs)
    .first<Row>();
  return row === null ? undefined : planOf(row);
};

/** Writes down what the key stands for; of several at once the first one's plan is everybody's. */
export const makePlan = async (db: D1Database, workspace: string, plan: PlannedSend, now: number): Promise<PlannedSend> => {
  const written = await db
    .prepare(
      `INSERT INTO send_calls (workspace, key, request_hash, user, message, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
       ON CONFLICT (workspace, key) DO UPDATE SET request_hash = ?3, user = ?4, message = ?5, created_at = ?6 WHERE created_at <= ?7
       RETURNING *`,
    )
    .bind(workspace, plan.key, plan.hash, plan.user, plan.message, now, now - keptMs)
    .first<Row>();
  return written === null ? ((await readPlan(db, workspace, plan.key, now)) ?? plan) : planOf(written);
};

/** Drops plans past their life, a bounded number at a time. */
export const forgetOldPlans = async (db: D1Database, workspace: string, now: number): Promise<void> => {
  await db
    .prepare(
      "DELETE FROM send_calls WHERE workspace = ?1 AND key IN (SELECT key FROM send_calls WHERE workspace = ?1 AND created_at <= ?2 LIMIT 500)",
    )
    .bind(workspace, now - keptMs)
    .run();
};

const planOf = ({ key, request_hash: hash, user, message }: Row): PlannedSend => ({ key, hash, user: user as UserKey, message }); // written by makePlan
