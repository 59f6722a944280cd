import type { journeyVersions } from "../schema.ts";
import type { DefinitionRow } from "./definitions.ts";

export type JourneyVersionRow = typeof journeyVersions.$inferSelect;

/** Creates or replaces a draft, leaving what is published alone. @returns false when `ifMatch` is given and the draft is another now. */
export const saveDraft = async (
  db: D1Database,
  draft: Pick<DefinitionRow, "workspace" | "key" | "body" | "etag"> & { readonly now: number },
  ifMatch: string | undefined,
): Promise<boolean> => {
  const { workspace, key, body, etag, now } = draft;
  const statement =
    ifMatch === undefined
      ? db
          .prepare(
            `INSERT INTO definitions (workspace, kind, key, body, etag, created_at, updated_at) VALUES (?1, 'journey', ?2, ?3, ?4, ?5, ?5)
             ON CONFLICT (workspace, kind, key) DO UPDATE SET body = ?3, etag = ?4, updated_at = ?5`,
          )
          .bind(workspace, key, body, etag, now)
      : db
          .prepare(
            "UPDATE definitions SET body = ?3, etag = ?4, updated_at = ?5 WHERE workspace = ?1 AND kind = 'journey' AND key = ?2 AND etag = ?6",
          )
          .bind(workspace, key, body, etag, now, ifMatch);
  return (await statement.run()).meta.changes > 0;
};

/** Marks what is published of a journey. The draft stays as it is, also when it was edited meanwhile. Part of a publishing batch. */
export const markPublished = (
  db: D1Database,
  journey: { readonly workspace: string; readonly key: string; readonly version: number; readonly status: string },
): D1PreparedStatement =>
  db
    .prepare("UPDATE definitions SET version = ?3, status = ?4 WHERE workspace = ?1 AND kind = 'journey' AND key = ?2")
    .bind(journey.workspace, journey.key, journey.version, journey.status);

/** Adds a version; it never changes afterwards. Part of a publishing batch. */
export const addVersion = (db: D1Database, version: JourneyVersionRow): D1PreparedStatement =>
  db
    .prepare("INSERT INTO journey_versions (workspace, key, version, body, published_at) VALUES (?, ?, ?, ?, ?)")
    .bind(version.workspace, version.key, version.version, version.body, version.published_at);

/** Newest first, those before `before`. Versions outlive the journey: live runs are pinned to them and numbers are never used twice. */
export const listVersions = async (
  db: D1Database,
  journey: { readonly workspace: string; readonly key: string },
  page: { readonly before: number; readonly limit: number },
): Promise<readonly JourneyVersionRow[]> =>
  (
    await db
      .prepare("SELECT * FROM journey_versions WHERE workspace = ? AND key = ? AND version < ? ORDER BY version DESC LIMIT ?")
      .bind(journey.workspace, journey.key, page.before, page.limit)
      .all<JourneyVersionRow>()
  ).results;
