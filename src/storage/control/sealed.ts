/** A stored text that is sealed: a definition's secrets, or a kept answer (kind "idempotency"). `workspace/kind/key` is what it is sealed to. */
export interface SealedRow {
  readonly workspace: string;
  readonly kind: string;
  readonly key: string;
  readonly sealed: string;
}

/** Sealed texts of all workspaces that do not begin with `prefix`, after a row. A test walks all columns for others. */
export const listSealed = async (
  db: D1Database,
  page: { readonly prefix: string; readonly after: Omit<SealedRow, "sealed">; readonly limit: number },
): Promise<readonly SealedRow[]> =>
  (
    await db
      .prepare(
        `SELECT workspace, kind, key, sealed FROM definitions
         WHERE sealed IS NOT NULL AND substr(sealed, 1, length(?1)) <> ?1 AND (workspace, kind, key) > (?2, ?3, ?4)
         UNION ALL SELECT workspace, 'idempotency', key, body FROM idempotency
         WHERE coalesce(body, '') <> '' AND substr(body, 1, length(?1)) <> ?1 AND (workspace, 'idempotency', key) > (?2, ?3, ?4)
         ORDER BY workspace, kind, key LIMIT ?5`,
      )
      .bind(page.prefix, page.after.workspace, page.after.kind, page.after.key, page.limit)
      .all<SealedRow>()
  ).results;

/** Unless it was changed meanwhile. */
export const replaceSealed = async (db: D1Database, { workspace, kind, key, sealed }: SealedRow, anew: string): Promise<void> => {
  const statement =
    kind === "idempotency"
      ? db.prepare("UPDATE idempotency SET body = ?4 WHERE workspace = ?1 AND key = ?2 AND body = ?3").bind(workspace, key, sealed, anew)
      : db
          .prepare("UPDATE definitions SET sealed = ?5 WHERE workspace = ?1 AND kind = ?2 AND key = ?3 AND sealed = ?4")
          .bind(workspace, kind, key, sealed, anew);
  await statement.run();
};
