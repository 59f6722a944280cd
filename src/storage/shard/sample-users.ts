import type { UserKey } from "../../domain/user/user-key.ts";
import type { DirectoryRow } from "./directory.ts";

/** Rows of the directory among which a sample is drawn: all of them in most workspaces, a stretch at a random place in larger ones. */
const stretch = 100_000;

/**
 * Users of one shard drawn at random, each as likely as any other; those handed over to another user are left out.
 *
 * @param draw.at where the stretch begins that is drawn from: a number in [0, 1), by chance
 * @param draw.total users of the workspace in this shard
 */
export const sampleUsers = async (
  db: D1Database,
  draw: { readonly workspace: string; readonly limit: number; readonly total: number; readonly at: number },
): Promise<readonly DirectoryRow[]> => {
  const { workspace, limit, total, at } = draw;
  const offset = Math.floor(Math.max(0, total - stretch) * at);
  return (
    await db
      .prepare(
        `SELECT u.user, u.email, u.phone, u.name, u.created_at, u.last_seen_at FROM users u JOIN (
           SELECT user FROM (SELECT user FROM users WHERE workspace = ?1 AND moved_to IS NULL ORDER BY user LIMIT ?2 OFFSET ?3)
           ORDER BY random() LIMIT ?4) drawn ON u.workspace = ?1 AND u.user = drawn.user ORDER BY u.user`,
      )
      .bind(workspace, stretch, offset, limit)
      .all<DirectoryRow>()
  ).results;
};

/** Which of these users one shard knows and has not handed over, in any order. */
export const knownUsers = async (db: D1Database, workspace: string, users: readonly UserKey[]): Promise<readonly UserKey[]> =>
  users.length === 0
    ? []
    : (
        await db
          .prepare("SELECT u.user FROM json_each(?2) j JOIN users u ON u.workspace = ?1 AND u.user = j.value")
          .bind(workspace, JSON.stringify(users))
          .all<{ user: UserKey }>()
      ).results.map(({ user }) => user);
