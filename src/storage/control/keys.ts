/** Keys at rest: only their SHA-256 is kept, so a copy of the database opens nothing. */

/** "write": goes into apps and pages, may only send events. "api": a server's key, allowed what its scopes say. */
export type KeyKind = "write" | "api";

/** A key as every door needs it. */
export interface FoundKey {
  readonly id: string;
  readonly workspace: string;
  readonly kind: KeyKind;
  readonly scopes: readonly string[];
  /** Milliseconds since the epoch; null: never. */
  readonly expiresAt: number | null;
}

const prefixes = { write: "wk_", api: "ak_" } as const satisfies Record<KeyKind, string>;
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const randomLength = 32;
/** Longest text that is looked up at all. */
export const maxKeyLength = 200;

/** A fresh key: "wk_" or "ak_" and 32 random base62 characters (190 bits). Shown once, never kept. */
export const newKey = (kind: KeyKind): string => {
  let text = "";
  while (text.length < randomLength) {
    for (const byte of crypto.getRandomValues(new Uint8Array(64))) {
      // 248 = 4 * 62: bytes above it are thrown away, else the first letters would come more often.
      if (byte < 248 && text.length < randomLength) text += alphabet.charAt(byte % alphabet.length);
    }
  }
  return prefixes[kind] + text;
};

/** Whether a text has the shape of one of our keys (a foreign bearer token has not). */
export const looksLikeKey = (text: string): boolean => text.startsWith(prefixes.write) || text.startsWith(prefixes.api);

/** SHA-256 of a key's text, hex: the primary key of `keys`. Keys are random, so no salt or slow hash is needed. */
export const hashKey = async (text: string): Promise<string> => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
};

interface KeyRow {
  readonly id: string;
  readonly workspace: string;
  readonly kind: KeyKind;
  readonly scopes: string;
  readonly expires_at: number | null;
}

/**
 * Reads a key that was not revoked; the caller checks expiry against its own clock.
 *
 * The comparison happens inside an index over hashes: what its timing could tell is about the hash of the guess, from which no
 * neighbouring key follows. So it need not be constant-time.
 */
export const readKey = async (db: D1Database, text: string): Promise<FoundKey | undefined> => {
  const row = await db
    .prepare("SELECT id, workspace, kind, scopes, expires_at FROM keys WHERE hash = ?1 AND revoked_at IS NULL")
    .bind(await hashKey(text))
    .first<KeyRow>();
  if (row === null) return undefined;
  const scopes: unknown = JSON.parse(row.scopes);
  return {
    id: row.id,
    workspace: row.workspace,
    kind: row.kind,
    scopes: Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === "string") : [],
    expiresAt: row.expires_at,
  };
};
