import type { CatalogDocument } from "../../domain/catalog/catalog.ts";
import type { DefinitionRow } from "./definitions.ts";

/** All providers of a workspace, settings sealed. Few: each was configured by hand. */
export const readProviders = async (
  db: D1Database,
  workspace: string,
): Promise<readonly Pick<DefinitionRow, "key" | "body" | "sealed">[]> =>
  (
    await db
      .prepare("SELECT key, body, sealed FROM definitions WHERE workspace = ? AND kind = 'provider'")
      .bind(workspace)
      .all<Pick<DefinitionRow, "key" | "body" | "sealed">>()
  ).results;

/** Makes the stored providers say which of them is their channel's default, as the catalog has it. Part of a publishing batch. */
export const markDefaults = (db: D1Database, next: CatalogDocument): readonly D1PreparedStatement[] => [
  db
    .prepare(
      `UPDATE definitions SET body = json_set(body, '$.default', json(iif(key IN (SELECT value FROM json_each(?2)), 'true', 'false')))
       WHERE workspace = ?1 AND kind = 'provider'`,
    )
    .bind(next.workspace, JSON.stringify(next.providers.filter((provider) => provider.default).map(({ key }) => key))),
];
