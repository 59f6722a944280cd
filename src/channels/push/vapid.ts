import { bytesOf, fromBase64, toBase64Url } from "../bytes.ts";

/** An application server's identity (RFC 8292). Keys in Base64 for URLs, as key generators for Web Push print them. */
export interface VapidIdentity {
  /** Uncompressed point on P-256, 65 bytes. */
  readonly publicKey: string;
  /** 32 bytes */
  readonly privateKey: string;
  /** Whom push services write to when something is wrong: mailto: or https: */
  readonly subject: string;
}

/** Is it a point on P-256 as browsers take it: uncompressed, 65 bytes? */
export const isVapidPublicKey = (text: string): boolean => {
  const bytes = strictBase64Url(text);
  return bytes?.length === 65 && bytes[0] === 4;
};

export const isVapidPrivateKey = (text: string): boolean => strictBase64Url(text)?.length === 32;

const strictBase64Url = (text: string): Uint8Array | undefined => (/^[A-Za-z0-9_-]+$/.test(text) ? fromBase64(text) : undefined);

/** The token that tells a push service who sends (RFC 8292, 2): signed with ES256, for one origin, until an instant (ms) at most 24 h ahead. */
export const vapidToken = async (
  { publicKey, privateKey, subject }: VapidIdentity,
  audience: { readonly origin: string; readonly expiresAt: number },
): Promise<string> => {
  const point = fromBase64(publicKey);
  if (point?.length !== 65) throw new Error("the public key is not a point on P-256");
  const key = await crypto.subtle.importKey(
    "jwk",
    { kty: "EC", crv: "P-256", x: toBase64Url(point.subarray(1, 33)), y: toBase64Url(point.subarray(33)), d: privateKey },
    { name: "ECDSA", namedCurve: "P-256" },
    false,
    ["sign"],
  );
  const claims = { aud: audience.origin, exp: Math.floor(audience.expiresAt / 1000), sub: subject };
  const text = `${toBase64Url(bytesOf('{"typ":"JWT","alg":"ES256"}'))}.${toBase64Url(bytesOf(JSON.stringify(claims)))}`;
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, bytesOf(text));
  return `${text}.${toBase64Url(new Uint8Array(signature))}`;
};
