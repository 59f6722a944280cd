import { type FoundKey, looksLikeKey } from "../../src/storage/control/keys.ts";

const decodeBase64 = (text: string): string | undefined => {
  try {
    return atob(text);
  } catch {
    return undefined;
  }
};

const userName = (credentials: string): string => {
  const colon = credentials.indexOf(":");
  return colon === -1 ? credentials : credentials.slice(0, colon);
};

/** The key an Authorization header brings: a Basic user name (some clients leave out the colon), or a bearer token in the shape of our keys. */
export const keyInHeader = (header: string | null): string | undefined => {
  if (header === null) return undefined;
  const [, scheme, token] = /^\s*(\S+)\s+(\S+)\s*$/.exec(header) ?? [];
  if (scheme === undefined || token === undefined) return undefined;
  // A token of OAuth is nothing to us: such clients have the write key in the body.
  if (scheme.toLowerCase() === "bearer") return looksLikeKey(token) ? token : undefined;
  if (scheme.toLowerCase() !== "basic") return undefined;
  const key = userName(decodeBase64(token) ?? token);
  return key === "" ? undefined : key;
};

/** The key a body brings as `writeKey`. */
export const keyInBody = (body: unknown): string | undefined =>
  typeof body === "object" && body !== null && "writeKey" in body && typeof body.writeKey === "string" && body.writeKey !== ""
    ? body.writeKey
    : undefined;

/** Whether a key may send events: write keys exist for it, a server key needs the scope (admin holds them all). */
export const maySend = (key: FoundKey): boolean => key.kind === "write" || key.scopes.includes("ingest") || key.scopes.includes("admin");
