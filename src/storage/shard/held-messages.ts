import { QUOTA } from "../../domain/sending/quota.ts";
import type { messages } from "../schema.ts";

/** What held messages wait for: a provider's operator, or room under the workspace's quota. */
export type WaitsFor = { readonly provider: string } | "quota";

type Held = readonly Pick<typeof messages.$inferSelect, "id" | "user">[];

/**
 * Held messages of one shard by id after `after`, among which is whoever waits for it; for a provider those that have it or none
 * yet.
 */
export const heldFor = async (
  db: D1Database,
  { waitsFor, ...page }: { readonly workspace: string; readonly waitsFor: WaitsFor; readonly after: string; readonly limit: number },
): Promise<Held> => {
  const provider = waitsFor === "quota" ? null : waitsFor.provider;
  const reasons = provider === null ? `reason LIKE '${QUOTA}%'` : "(reason = 'provider paused' OR reason LIKE 'misconfigured: %')";
  const statement = db.prepare(
    `SELECT id, user FROM messages WHERE workspace = ?1 AND status = 'held' AND id > ?3 AND (?2 IS NULL OR provider IS NULL OR provider = ?2)
       AND ${reasons} ORDER BY id LIMIT ?4`,
  );
  return (await statement.bind(page.workspace, provider, page.after, page.limit).all<{ id: string; user: string }>()).results;
};
