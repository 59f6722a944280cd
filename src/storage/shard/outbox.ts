import { jsonRows } from "./json-rows.ts";
import { type ShardBindings, shardNumberOf, shardsOf } from "./shards.ts";
import type { MessageContent } from "../../domain/message/message.ts";

/** A message as the built-in outbox keeps it; times in ms. */
export interface OutboxRow {
  readonly workspace: string;
  readonly user: string;
  readonly id: string;
  readonly to: string;
  readonly content: MessageContent;
  readonly acceptedAt: number;
}

/** A message that is kept already stays as it is: sending twice is keeping once. */
const keep = `INSERT OR IGNORE INTO outbox_messages (workspace, id, recipient, content, accepted_at)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?1)`;

/** Keeps messages, in their users' shards. Rejects when a shard fails; may be repeated. */
export const keepInOutbox = async (env: ShardBindings, rows: readonly OutboxRow[]): Promise<void> => {
  const shards = shardsOf(env);
  const byShard = Map.groupBy(rows, (row) => shardNumberOf(row.workspace, row.user, shards.length));
  await Promise.all(
    [...byShard].map(async ([number, own]) => {
      const db = shards[number];
      if (!db) throw new Error(`expected data shard ${number} to be bound`);
      const texts = jsonRows(own.map((row) => [row.workspace, row.id, row.to, JSON.stringify(row.content), row.acceptedAt]));
      await db.batch(texts.map((text) => db.prepare(keep).bind(text)));
    }),
  );
};

/** Characters of content one look answers: messages beyond are left out, the newest come first. */
export const contentLimit = 1_000_000;

/** What one shard's outbox was given for these messages, as JSON texts by message id; newest first, to `contentLimit` in all. */
export const readOutbox = async (
  db: D1Database,
  workspace: string,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly content: string }[]> =>
  (
    await db
      .prepare(
        `SELECT id, content FROM (SELECT id, content, sum(length(content)) OVER (ORDER BY id DESC) AS total FROM outbox_messages
         WHERE workspace = ?1 AND id IN (SELECT value FROM json_each(?2))) WHERE total <= ?3`,
      )
      .bind(workspace, JSON.stringify(ids), contentLimit)
      .all<{ id: string; content: string }>()
  ).results;
