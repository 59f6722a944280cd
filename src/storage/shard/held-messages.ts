import type { messages } from "../schema.ts";

/** Held messages of one shard that have a provider or none yet, by id after `after`: whoever waits for it is among them. */
export const heldFor = async (
  db: D1Database,
  page: { readonly workspace: string; readonly provider: string; readonly after: string; readonly limit: number },
): Promise<readonly Pick<typeof messages.$inferSelect, "id" | "user">[]> =>
  (
    await db
      .prepare(
        `SELECT id, user FROM messages WHERE workspace = ?1 AND status = 'held' AND id > ?3 AND (provider IS NULL OR provider = ?2)
           AND (reason = 'provider paused' OR reason LIKE 'misconfigured: %') ORDER BY id LIMIT ?4`,
      )
      .bind(page.workspace, page.provider, page.after, page.limit)
      .all<{ id: string; user: string }>()
  ).results;
