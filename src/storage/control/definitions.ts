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

/** Characters of the definitions of one page, about: a Worker holds them as rows, as objects and as the answer. */
const pageLength = 8_000_000;

/** A page of definitions of a kind by key, after `after`: at most `limit`, fewer where they are large, one at least. `more`: there are others behind it. */
export const pageDefinitions = async (
  db: D1Database,
  workspace: string,
  kind: DefinitionKind,
  page: { readonly after: string; readonly limit: number },
): Promise<{ readonly rows: readonly DefinitionRow[]; readonly more: boolean }> => {
  const { results } = await db
    .prepare(
      `SELECT definitions.*, sized.found FROM (
         SELECT key, SUM(size) OVER (ORDER BY key) - size AS before, COUNT(*) OVER () AS found FROM (
           SELECT key, LENGTH(body) AS size FROM definitions WHERE workspace = ?1 AND kind = ?2 AND key > ?3 ORDER BY key LIMIT ?4 + 1
         )
       ) AS sized JOIN definitions ON definitions.workspace = ?1 AND definitions.kind = ?2 AND definitions.key = sized.key
       WHERE sized.before < ?5 ORDER BY sized.key LIMIT ?4`,
    )
    .bind(workspace, kind, page.after, page.limit, pageLength)
    .all<DefinitionRow & { readonly found: number }>();
  return { rows: results, more: (results[0]?.found ?? 0) > results.length };
};

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
