import type { UserKey } from "../../domain/user/user-key.ts";

/** Rows of the log one look reads at most. */
const scanLimit = 50_000;

/** Users of one shard with events since an instant (ms), by the newest rows of its log; `isWhole` = the look reached that instant. */
export interface ActiveUsers {
  readonly users: readonly UserKey[];
  readonly isWhole: boolean;
}

/**
 * Who did something since an instant, newest rows first, at most `limit` users. `name` is a history name ("track:Signed Up")
 * or a prefix with a trailing "*"; left out = anything.
 */
export const activeUsers = async (
  db: D1Database,
  {
    workspace,
    since,
    name,
    limit,
  }: { readonly workspace: string; readonly since: number; readonly name?: string | undefined; readonly limit: number },
): Promise<ActiveUsers> => {
  const [type, text] = splitName(name);
  const [users, ends] = await db.batch([
    db
      .prepare(
        `SELECT DISTINCT user FROM (SELECT user, type, name FROM events WHERE workspace = ?1 AND time >= ?2 ORDER BY time DESC LIMIT ${scanLimit})
         WHERE (?3 IS NULL OR type = ?3) AND (?4 IS NULL OR coalesce(name, '') = ?4 OR (?5 = 1 AND substr(coalesce(name, ''), 1, length(?4)) = ?4)) LIMIT ?6`,
      )
      .bind(workspace, since, type, text === undefined ? null : text.replace(/\*$/, ""), text?.endsWith("*") === true ? 1 : 0, limit),
    db.prepare(`SELECT 1 FROM events WHERE workspace = ?1 AND time >= ?2 LIMIT 1 OFFSET ${scanLimit}`).bind(workspace, since),
  ]);
  return { users: ((users?.results ?? []) as { user: UserKey }[]).map(({ user }) => user), isWhole: (ends?.results ?? []).length === 0 }; // the column selected
};

/** "track:Signed Up" -> its two parts. */
const splitName = (name: string | undefined): readonly [type: string | null, text: string | undefined] => {
  if (name === undefined) return [null, undefined];
  const at = name.indexOf(":");
  return [name.slice(0, at), name.slice(at + 1)];
};
