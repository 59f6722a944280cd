import type { keys } from "../schema.ts";
import { hashKey, type KeyKind, newKey } from "./keys.ts";

export type KeyRow = typeof keys.$inferSelect;

export interface WantedKey {
  readonly workspace: string;
  readonly kind: KeyKind;
  readonly name: string;
  readonly scopes: readonly string[];
  /** ms since the epoch */
  readonly expiresAt: number | null;
  readonly now: number;
}

/** A new key of a workspace, and the statement that stores it; `text` is the key itself and kept nowhere. */
export const createKey = async (
  db: D1Database,
  wanted: WantedKey,
): Promise<{ readonly row: KeyRow; readonly text: string; readonly statement: D1PreparedStatement }> => {
  const text = newKey(wanted.kind);
  const hash = await hashKey(text);
  const row: KeyRow = {
    hash,
    id: crypto.randomUUID(),
    workspace: wanted.workspace,
    kind: wanted.kind,
    prefix: text.slice(0, 8),
    name: wanted.name,
    scopes: JSON.stringify(wanted.scopes),
    created_at: wanted.now,
    expires_at: wanted.expiresAt,
    revoked_at: null,
  };
  const statement = db
    .prepare(
      "INSERT INTO keys (hash, id, workspace, kind, prefix, name, scopes, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(row.hash, row.id, row.workspace, row.kind, row.prefix, row.name, row.scopes, row.created_at, row.expires_at);
  return { row, text, statement };
};

/** Keys that were not revoked, by id. */
export const listKeys = async (
  db: D1Database,
  workspace: string,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly KeyRow[]> =>
  (
    await db
      .prepare("SELECT * FROM keys WHERE workspace = ? AND id > ? AND revoked_at IS NULL ORDER BY id LIMIT ?")
      .bind(workspace, page.after, page.limit)
      .all<KeyRow>()
  ).results;

/** @returns false when the workspace has no such key, or it was revoked before. */
export const revokeKey = async (db: D1Database, workspace: string, id: string, now: number): Promise<boolean> =>
  (await db.prepare("UPDATE keys SET revoked_at = ? WHERE workspace = ? AND id = ? AND revoked_at IS NULL").bind(now, workspace, id).run())
    .meta.changes > 0;
