import type { members, workspaces } from "../schema.ts";

export type WorkspaceRow = typeof workspaces.$inferSelect;
export type MemberRow = typeof members.$inferSelect;

export const readWorkspace = async (db: D1Database, id: string): Promise<WorkspaceRow | undefined> =>
  (await db.prepare("SELECT * FROM workspaces WHERE id = ?").bind(id).first<WorkspaceRow>()) ?? undefined;

/** @returns false when the workspace exists. */
export const createWorkspace = async (db: D1Database, row: Pick<WorkspaceRow, "id" | "name" | "timezone" | "created_at">): Promise<boolean> =>
  (
    await db
      .prepare("INSERT OR IGNORE INTO workspaces (id, name, timezone, created_at) VALUES (?, ?, ?, ?)")
      .bind(row.id, row.name, row.timezone, row.created_at)
      .run()
  ).meta.changes > 0;

/** Part of the batch that publishes the new name and zone. */
export const updateWorkspace = (db: D1Database, row: Pick<WorkspaceRow, "id" | "name" | "timezone">): D1PreparedStatement =>
  db.prepare("UPDATE workspaces SET name = ?, timezone = ? WHERE id = ?").bind(row.name, row.timezone, row.id);

/** Removes a workspace that its set-up left half made; nobody has had a key to it. */
export const removeWorkspace = async (db: D1Database, id: string): Promise<void> => {
  await db.batch(
    ["DELETE FROM keys WHERE workspace = ?", "DELETE FROM members WHERE workspace = ?", "DELETE FROM definitions WHERE workspace = ?", "DELETE FROM catalogs WHERE workspace = ?", "DELETE FROM workspaces WHERE id = ?"].map(
      (sql) => db.prepare(sql).bind(id),
    ),
  );
};

/** Workspaces an operator belongs to, oldest membership first. */
export const membershipsOf = async (db: D1Database, operator: string): Promise<readonly MemberRow[]> =>
  (await db.prepare("SELECT * FROM members WHERE operator = ? ORDER BY created_at, workspace").bind(operator).all<MemberRow>()).results;

export const addMember = async (db: D1Database, row: MemberRow): Promise<void> => {
  await db.prepare("INSERT OR REPLACE INTO members (operator, workspace, role, created_at) VALUES (?, ?, ?, ?)").bind(row.operator, row.workspace, row.role, row.created_at).run();
};
