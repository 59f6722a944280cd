import { type Bytes, bytesOf, fromBase64, toBase64Url } from "./bytes.ts";
import { jsonOf, type JsonRecord, recordOf } from "./inbound.ts";

const hashes: Readonly<Record<string, string>> = { HS256: "SHA-256", HS384: "SHA-384", HS512: "SHA-512" };

/**
 * Claims of a token signed with a shared secret (RFC 7515, RFC 7518 3.2); undefined for anything that is not one: another
 * algorithm ("none" is one), another key, altered. What the claims say, instants included, is the caller's to check.
 */
export const readSharedJwt = async (token: string, secret: string): Promise<JsonRecord | undefined> => {
  const [head = "", claims = "", signature = "", ...more] = token.split(".");
  const algorithm = recordOf(decoded(head))["alg"];
  const hash = typeof algorithm === "string" && Object.hasOwn(hashes, algorithm) ? hashes[algorithm] : undefined;
  const signed = fromBase64(signature);
  // One signature has one spelling: the bits that Base64 leaves over are no place for another.
  if (more.length > 0 || hash === undefined || signed === undefined || toBase64Url(signed) !== signature) return undefined;
  const key = await crypto.subtle.importKey("raw", bytesOf(secret), { name: "HMAC", hash }, false, ["verify"]);
  // Compared by the platform, in constant time.
  if (!(await crypto.subtle.verify("HMAC", key, signed, bytesOf(`${head}.${claims}`)))) return undefined;
  return recordOf(decoded(claims));
};

/**
 * A token signed with RSA and SHA-256 (RS256). `pem`: a private key in PKCS #8 ("BEGIN PRIVATE KEY"), its line breaks also
 * as `\n` in text, as environments and JSON files have them. Throws for anything else.
 */
export const signRsaJwt = async (claims: JsonRecord, pem: string): Promise<string> => {
  const key = await crypto.subtle.importKey("pkcs8", keyBytes(pem), { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, false, ["sign"]);
  const text = `${toBase64Url(bytesOf('{"alg":"RS256","typ":"JWT"}'))}.${toBase64Url(bytesOf(JSON.stringify(claims)))}`;
  return `${text}.${toBase64Url(new Uint8Array(await crypto.subtle.sign("RSASSA-PKCS1-v1_5", key, bytesOf(text))))}`;
};

/** Is the text a private key in PKCS #8, by its look? */
export const isPrivateKeyPem = (pem: string): boolean => pemBody(pem) !== undefined;

const pemBody = (pem: string): string | undefined =>
  /^-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----$/
    .exec(pem.replace(/\\n/g, "\n").trim())?.[1]
    ?.replace(/\s+/g, "");

const keyBytes = (pem: string): Bytes => {
  const bytes = fromBase64(pemBody(pem) ?? "-");
  if (bytes === undefined) throw new Error("the private key is not PKCS #8 in PEM (BEGIN PRIVATE KEY)");
  return bytes;
};

const decoded = (part: string): unknown => {
  const bytes = fromBase64(part);
  return bytes === undefined ? undefined : jsonOf(new TextDecoder().decode(bytes));
};
