import type { definitions } from "../schema.ts";

export type DefinitionRow = typeof definitions.$inferSelect;
/** What a row of `definitions` holds. For journeys `body` is the draft; `version` and `status` belong to what is published. */
export type DefinitionKind = "segment" | "journey" | "template" | "provider" | "topic" | "stream";

export const readDefinition = async (
  db: D1Database,
  workspace: string,
  kind: DefinitionKind,
  key: string,
): Promise<DefinitionRow | undefined> =>
  (await db
    .prepare("SELECT * FROM definitions WHERE workspace = ? AND kind = ? AND key = ?")
    .bind(workspace, kind, key)
    .first<DefinitionRow>()) ?? undefined;

/** Definitions of a kind by key, after `after`, at most `limit`. */
export const listDefinitions = async (
  db: D1Database,
  workspace: string,
  kind: DefinitionKind,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly DefinitionRow[]> =>
  (
    await db
      .prepare("SELECT * FROM definitions WHERE workspace = ? AND kind = ? AND key > ? ORDER BY key LIMIT ?")
      .bind(workspace, kind, page.after, page.limit)
      .all<DefinitionRow>()
  ).results;

/** Writes a definition whole; `created_at` of one that exists stays. To be part of the batch that publishes it. */
export const putDefinition = (db: D1Database, row: DefinitionRow): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO definitions (workspace, kind, key, body, etag, version, status, sealed, created_at, updated_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
       ON CONFLICT (workspace, kind, key) DO UPDATE SET body = ?4, etag = ?5, version = ?6, status = ?7, sealed = ?8, updated_at = ?10`,
    )
    .bind(row.workspace, row.kind, row.key, row.body, row.etag, row.version, row.status, row.sealed, row.created_at, row.updated_at);

export const deleteDefinition = (db: D1Database, workspace: string, kind: DefinitionKind, key: string): D1PreparedStatement =>
  db.prepare("DELETE FROM definitions WHERE workspace = ? AND kind = ? AND key = ?").bind(workspace, kind, key);

/** How many definitions of a kind there are: a bound on what one workspace's catalog can hold. */
export const countDefinitions = async (db: D1Database, workspace: string, kind: DefinitionKind): Promise<number> =>
  (await db.prepare("SELECT count(*) AS n FROM definitions WHERE workspace = ? AND kind = ?").bind(workspace, kind).first<{ n: number }>())
    ?.n ?? 0;
