import type { groups } from "../schema.ts";

export type GroupRow = Pick<typeof groups.$inferSelect, "type" | "id" | "attributes" | "updated_at">;

/** Writes a group's row of the list; an older version than the row's changes nothing. `attributes`: JSON; null = the group was deleted. */
export const putGroup = async (
  db: D1Database,
  group: {
    readonly workspace: string;
    readonly type: string;
    readonly id: string;
    readonly version: number;
    readonly attributes: string | null;
    readonly updatedAt: number;
  },
): Promise<void> => {
  const { workspace, type, id, version, attributes, updatedAt } = group;
  if (attributes === null) {
    await db
      .prepare("DELETE FROM groups WHERE workspace = ? AND type = ? AND id = ? AND version <= ?")
      .bind(workspace, type, id, version)
      .run();
    return;
  }
  await db
    .prepare(
      `INSERT INTO groups (workspace, type, id, version, attributes, updated_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (workspace, type, id) DO UPDATE SET version = excluded.version, attributes = excluded.attributes, updated_at = excluded.updated_at
       WHERE excluded.version >= groups.version`,
    )
    .bind(workspace, type, id, version, attributes, updatedAt)
    .run();
};

/** Groups of one shard by type and id, of one type or of all. */
export const listGroups = async (
  db: D1Database,
  page: {
    readonly workspace: string;
    readonly type: string | null;
    readonly after: readonly [type: string, id: string];
    readonly limit: number;
  },
): Promise<readonly GroupRow[]> =>
  (
    await db
      .prepare(
        `SELECT type, id, attributes, updated_at FROM groups
         WHERE workspace = ?1 AND (type, id) > (?2, ?3) AND (?4 IS NULL OR type = ?4) ORDER BY type, id LIMIT ?5`,
      )
      .bind(
        page.workspace,
        page.type !== null && page.after[0] < page.type ? page.type : page.after[0],
        page.after[1],
        page.type,
        page.limit,
      )
      .all<GroupRow>()
  ).results;
