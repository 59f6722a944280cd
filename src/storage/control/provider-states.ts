import type { CatalogDocument } from "../../domain/catalog/catalog.ts";
import type { providerStates } from "../schema.ts";

export type ProviderState = typeof providerStates.$inferSelect;

/** Providers of a workspace that are paused, by key. */
export const listPaused = async (db: D1Database, workspace: string): Promise<readonly ProviderState[]> =>
  (
    await db
      .prepare("SELECT * FROM provider_states WHERE workspace = ? AND paused_at IS NOT NULL ORDER BY key")
      .bind(workspace)
      .all<ProviderState>()
  ).results;

/** When a provider was last put, and last resumed (0: never), ms; undefined when there is none. */
export const readChanges = async (
  db: D1Database,
  workspace: string,
  key: string,
): Promise<{ readonly putAt: number; readonly resumedAt: number } | undefined> =>
  (await db
    .prepare(
      `SELECT d.updated_at AS putAt, coalesce(s.changed_at, 0) AS resumedAt FROM definitions d
       LEFT JOIN provider_states s ON s.workspace = d.workspace AND s.key = d.key
       WHERE d.workspace = ? AND d.kind = 'provider' AND d.key = ?`,
    )
    .bind(workspace, key)
    .first<{ putAt: number; resumedAt: number }>()) ?? undefined;

interface Change {
  readonly workspace: string;
  readonly key: string;
  /** ms */
  readonly at: number;
}

export const notePause = (db: D1Database, { workspace, key, at, reason }: Change & { readonly reason: string }): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO provider_states (workspace, key, paused_at, reason) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (workspace, key) DO UPDATE SET paused_at = ?3, reason = ?4`,
    )
    .bind(workspace, key, at, reason);

export const noteResume = (db: D1Database, { workspace, key, at }: Change): D1PreparedStatement =>
  db
    .prepare("UPDATE provider_states SET paused_at = NULL, reason = NULL, changed_at = ?3 WHERE workspace = ?1 AND key = ?2")
    .bind(workspace, key, at);

/** Makes the states say what the catalog says: a provider that was put is no longer paused, one that is gone has none. Part of a publishing batch. */
export const settlePauses = (db: D1Database, next: CatalogDocument): readonly D1PreparedStatement[] => [
  db
    .prepare(
      "UPDATE provider_states SET paused_at = NULL, reason = NULL WHERE workspace = ?1 AND key NOT IN (SELECT value FROM json_each(?2))",
    )
    .bind(next.workspace, JSON.stringify(next.providers.filter(({ paused }) => paused === true).map(({ key }) => key))),
  db
    .prepare("DELETE FROM provider_states WHERE workspace = ?1 AND key NOT IN (SELECT value FROM json_each(?2))")
    .bind(next.workspace, JSON.stringify(next.providers.map(({ key }) => key))),
];
