/** Bytes as WebCrypto and fetch take them. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

/** UTF-8. */
export const bytesOf = (text: string): Bytes => encoder.encode(text);

export const toHex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Pairs of hexadecimal digits, in either case; undefined for anything else. */
export const fromHex = (text: string): Bytes | undefined =>
  /^(?:[0-9a-f]{2})*$/i.test(text) ? Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)) : undefined;

export const toBase64 = (bytes: Uint8Array): string => {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
};

/** The alphabet for URLs, without padding (RFC 4648, 5). */
export const toBase64Url = (bytes: Uint8Array): string => toBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** Standard or URL-safe alphabet, padded or not; undefined for anything else. */
export const fromBase64 = (text: string): Bytes | undefined => {
  try {
    return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
};

/** Says whether two are the same in a time that tells nothing of where they differ. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
};

/** The same for texts of any length: their digests are compared, so that not even the length is told. */
export const sameText = async (a: string, b: string): Promise<boolean> => sameBytes(await sha256(a), await sha256(b));

export const sha256 = async (text: string | Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", typeof text === "string" ? bytesOf(text) : text));

export const hmac = async (hash: "SHA-1" | "SHA-256", key: Bytes, text: string | Bytes): Promise<Bytes> => {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, typeof text === "string" ? bytesOf(text) : text));
};
