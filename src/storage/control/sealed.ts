/** A definition with a sealed part. */
export interface SealedRow {
  readonly workspace: string;
  readonly kind: string;
  readonly key: string;
  readonly sealed: string;
}

/** Definitions of all workspaces whose sealed part does not begin with `prefix`, after a row. */
export const listSealed = async (
  db: D1Database,
  page: { readonly prefix: string; readonly after: Omit<SealedRow, "sealed">; readonly limit: number },
): Promise<readonly SealedRow[]> =>
  (
    await db
      .prepare(
        `SELECT workspace, kind, key, sealed FROM definitions
         WHERE sealed IS NOT NULL AND substr(sealed, 1, length(?1)) <> ?1 AND (workspace, kind, key) > (?2, ?3, ?4)
         ORDER BY workspace, kind, key LIMIT ?5`,
      )
      .bind(page.prefix, page.after.workspace, page.after.kind, page.after.key, page.limit)
      .all<SealedRow>()
  ).results;

/** Unless it was changed meanwhile. */
export const replaceSealed = async (db: D1Database, row: SealedRow, sealed: string): Promise<void> => {
  await db
    .prepare("UPDATE definitions SET sealed = ?5 WHERE workspace = ?1 AND kind = ?2 AND key = ?3 AND sealed = ?4")
    .bind(row.workspace, row.kind, row.key, row.sealed, sealed)
    .run();
};
