import type { UserKey } from "../../domain/user/user-key.ts";
import type { memberships, users } from "../schema.ts";

/** What a list of users shows of each. */
export type DirectoryRow = Pick<typeof users.$inferSelect, "user" | "email" | "phone" | "name" | "created_at" | "last_seen_at">;
export type MemberRow = DirectoryRow & Pick<typeof memberships.$inferSelect, "since">;

interface DirectoryPage {
  readonly workspace: string;
  /** User key of the last one seen; "" = from the start. */
  readonly after: string;
  readonly limit: number;
}

const columns = "u.user, u.email, u.phone, u.name, u.created_at, u.last_seen_at";

/** Users of one shard by user key; those handed over to another user are left out. */
export const listUsers = async (db: D1Database, page: DirectoryPage): Promise<readonly DirectoryRow[]> =>
  (
    await db
      .prepare(`SELECT ${columns} FROM users u WHERE u.workspace = ? AND u.user > ? AND u.moved_to IS NULL ORDER BY u.user LIMIT ?`)
      .bind(page.workspace, page.after, page.limit)
      .all<DirectoryRow>()
  ).results;

/**
 * Users of one shard whose id, anonymous id or e-mail address begins with a text (ids exactly, addresses whatever the
 * case), by user key. Each of the three is a range of an index, so the cost is the matches, not the directory.
 */
export const searchUsers = async (db: D1Database, page: DirectoryPage & { readonly search: string }): Promise<readonly DirectoryRow[]> => {
  const { workspace, search, after, limit } = page;
  const byEmail = "INDEXED BY users_by_email";
  const range = (column: string, from: string, to: string) => `${column} >= ${from} AND ${column} < ${to}`;
  // The index is named: left to itself the database reads all of the workspace in the order of the answer.
  const one = (where: string, index = "") =>
    `SELECT * FROM (SELECT ${columns} FROM users u ${index} WHERE u.workspace = ?1 AND ${where} AND u.user > ?2 AND u.moved_to IS NULL ORDER BY u.user LIMIT ?3)`;
  return (
    await db
      .prepare(
        `SELECT * FROM (${[one(range("u.user", "?4", "?5")), one(range("u.user", "?6", "?7")), one(range("u.email", "?8", "?9"), byEmail), one(range("u.email", "?10", "?11"), byEmail)].join(" UNION ")}) ORDER BY user LIMIT ?3`,
      )
      .bind(workspace, after, limit, ...bounds(`u:${search}`), ...bounds(`a:${search}`), ...bounds(search), ...bounds(search.toLowerCase()))
      .all<DirectoryRow>()
  ).results;
};

/** Texts that begin with a prefix lie between it and it followed by the last code point. */
const bounds = (prefix: string): readonly [string, string] => [prefix, `${prefix}\u{10ffff}`];

/** A telephone number as its index has it: its digits. */
const digitsOfPhone = ["+", " ", "-", "(", ")", "."].reduce((text, sign) => `replace(${text}, '${sign}', '')`, "phone");

/**
 * Users of one shard who have this address, known ones first: an email as given or all in lower case, a telephone number
 * with the same digits. Those handed over are left out.
 */
export const usersByContact = async (
  db: D1Database,
  workspace: string,
  { by, value, limit }: { readonly by: "email" | "phone"; readonly value: string; readonly limit: number },
): Promise<readonly UserKey[]> =>
  (
    await db
      .prepare(
        `SELECT user FROM users INDEXED BY users_by_${by} WHERE workspace = ? AND ${by === "email" ? by : digitsOfPhone} IN (?, ?) AND ${by} IS NOT NULL AND moved_to IS NULL
         ORDER BY user DESC LIMIT ?`,
      )
      .bind(workspace, ...(by === "email" ? [value, value.toLowerCase()] : [value.replace(/\D/g, ""), value.replace(/\D/g, "")]), limit)
      .all<{ user: UserKey }>()
  ).results.map(({ user }) => user);

/** Members of a segment in one shard, by user key. */
export const listMembers = async (db: D1Database, page: DirectoryPage & { readonly segment: string }): Promise<readonly MemberRow[]> =>
  (
    await db
      .prepare(
        `SELECT ${columns}, m.since FROM memberships m JOIN users u ON u.workspace = m.workspace AND u.user = m.user
         WHERE m.workspace = ? AND m.segment = ? AND m.user > ? ORDER BY m.user LIMIT ?`,
      )
      .bind(page.workspace, page.segment, page.after, page.limit)
      .all<MemberRow>()
  ).results;

/** Members of a segment are counted this far in each shard: a list of segments costs the same however many users there are. */
export const memberCountLimit = 10_000;

/** How many members segments have in one shard, by key, each counted to `memberCountLimit` + 1. */
export const countMembers = async (
  db: D1Database,
  workspace: string,
  segments: readonly string[],
): Promise<readonly { readonly segment: string; readonly n: number }[]> =>
  (
    await db
      .prepare(
        `SELECT value AS segment, (SELECT count(*) FROM (SELECT 1 FROM memberships WHERE workspace = ?1 AND segment = value LIMIT ?3)) AS n FROM json_each(?2)`,
      )
      .bind(workspace, JSON.stringify(segments), memberCountLimit + 1)
      .all<{ segment: string; n: number }>()
  ).results;
