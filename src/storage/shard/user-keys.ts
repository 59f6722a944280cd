import type { UserKey } from "../../domain/user/user-key.ts";

/** Users of a workspace in one shard; those handed over to another user are left out. */
export const countUsers = async (db: D1Database, workspace: string): Promise<number> =>
  (await db.prepare("SELECT count(*) AS n FROM users WHERE workspace = ? AND moved_to IS NULL").bind(workspace).first<{ n: number }>())
    ?.n ?? 0;

/** A walk through the directory: keys after the one given, in order, at most `limit`. */
export const userKeysAfter = async (
  db: D1Database,
  walk: { readonly workspace: string; readonly after: string; readonly limit: number },
): Promise<readonly UserKey[]> => {
  const { results } = await db
    .prepare("SELECT user FROM users WHERE workspace = ? AND user > ? AND moved_to IS NULL ORDER BY user LIMIT ?")
    .bind(walk.workspace, walk.after, walk.limit)
    .all<{ user: UserKey }>();
  return results.map(({ user }) => user);
};

/** A walk through a segment's members in one shard: keys after the one given, in order, at most `limit`. */
export const memberKeysAfter = async (
  db: D1Database,
  walk: { readonly workspace: string; readonly segment: string; readonly after: string; readonly limit: number },
): Promise<readonly UserKey[]> => {
  const { results } = await db
    .prepare("SELECT user FROM memberships WHERE workspace = ? AND segment = ? AND user > ? ORDER BY user LIMIT ?")
    .bind(walk.workspace, walk.segment, walk.after, walk.limit)
    .all<{ user: UserKey }>();
  return results.map(({ user }) => user);
};
