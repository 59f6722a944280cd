import type { members, workspaces } from "../schema.ts";

export type WorkspaceRow = typeof workspaces.$inferSelect;
export type MemberRow = typeof members.$inferSelect;

export const readWorkspace = async (db: D1Database, id: string): Promise<WorkspaceRow | undefined> =>
  (await db.prepare("SELECT * FROM workspaces WHERE id = ?").bind(id).first<WorkspaceRow>()) ?? undefined;

/** Part of the batch that publishes its first catalog; fails the batch when the workspace exists (`isTaken`). */
export const insertWorkspace = (db: D1Database, row: Pick<WorkspaceRow, "id" | "name" | "timezone" | "created_at">): D1PreparedStatement =>
  db
    .prepare("INSERT INTO workspaces (id, name, timezone, created_at) VALUES (?, ?, ?, ?)")
    .bind(row.id, row.name, row.timezone, row.created_at);

/** Whether a batch failed because the workspace exists. */
export const isTaken = (error: unknown): boolean =>
  error instanceof Error && error.message.includes("UNIQUE constraint failed: workspaces.id");

/** Part of the batch that publishes the new name and zone. */
export const updateWorkspace = (db: D1Database, row: Pick<WorkspaceRow, "id" | "name" | "timezone">): D1PreparedStatement =>
  db.prepare("UPDATE workspaces SET name = ?, timezone = ? WHERE id = ?").bind(row.name, row.timezone, row.id);

/** Workspaces an operator belongs to, oldest membership first. */
export const membershipsOf = async (db: D1Database, operator: string): Promise<readonly MemberRow[]> =>
  (await db.prepare("SELECT * FROM members WHERE operator = ? ORDER BY created_at, workspace").bind(operator).all<MemberRow>()).results;

export const addMember = (db: D1Database, row: MemberRow): D1PreparedStatement =>
  db
    .prepare("INSERT OR REPLACE INTO members (operator, workspace, role, created_at) VALUES (?, ?, ?, ?)")
    .bind(row.operator, row.workspace, row.role, row.created_at);
