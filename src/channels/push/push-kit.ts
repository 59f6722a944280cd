import { type Bytes, bytesOf, fromBase64, toBase64, toBase64Url } from "../bytes.ts";
import type { AuthorizePorts, HttpCall, Sending } from "../provider.ts";
import type { Reply } from "../reply.ts";
import type { PushContent } from "./group-name.ts";

/** For tests: what stands on the other side of push providers. The keys are those of the example in RFC 8291, appendix A. */

const bytes = (text: string): Bytes => {
  const read = fromBase64(text);
  if (read === undefined) throw new Error(`expected Base64, got ${text}`);
  return read;
};

/** An application server's key pair. */
export const appServer = {
  publicKey: "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
  privateKey: "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
};

const p256dh = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const auth = "BTBZMqHH6r4Tts7J_aSIgg";
const ownKey = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";

/** The subscription of a browser whose push service is at `endpoint`, as the token its page registers. */
export const tokenAt = (endpoint: string): string => JSON.stringify({ endpoint, expirationTime: null, keys: { p256dh, auth } });

export const browser = {
  token: tokenAt("https://updates.push.services.mozilla.com/wpush/v2/gAAAAAB"),
  keys: { p256dh: bytes(p256dh), auth: bytes(auth) },
};

/** A key pair on P-256 by its texts, for ECDH or ECDSA. */
export const keyPair = async (
  point: string,
  scalar: string,
  algorithm: "ECDH" | "ECDSA",
): Promise<{ readonly publicKey: CryptoKey; readonly privateKey: CryptoKey }> => {
  const raw = bytes(point);
  const jwk = { kty: "EC", crv: "P-256", x: toBase64Url(raw.subarray(1, 33)), y: toBase64Url(raw.subarray(33)) };
  const named = { name: algorithm, namedCurve: "P-256" };
  const isExchange = algorithm === "ECDH";
  return {
    publicKey: await crypto.subtle.importKey("jwk", jwk, named, true, isExchange ? [] : ["verify"]),
    privateKey: await crypto.subtle.importKey("jwk", { ...jwk, d: scalar }, named, true, isExchange ? ["deriveBits"] : ["sign"]),
  };
};

/** What the browser reads: the inverse of RFC 8291, written from its section 3.4 by itself. */
export const decryptPush = async (body: Bytes): Promise<string> => {
  const salt = body.subarray(0, 16);
  const recordSize = new DataView(body.buffer, body.byteOffset + 16, 4).getUint32(0);
  const keyEnd = 21 + (body[20] ?? 0);
  const sender = body.slice(21, keyEnd);
  const record = body.slice(keyEnd);
  if (record.length > recordSize) throw new Error("more than one record");
  const { privateKey } = await keyPair(p256dh, ownKey, "ECDH");
  const senderKey = await crypto.subtle.importKey("raw", sender, { name: "ECDH", namedCurve: "P-256" }, false, []);
  const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: senderKey }, privateKey, 256);
  const combined = await hmacSha256(browser.keys.auth, new Uint8Array(secret));
  const material = await hmacSha256(combined, Uint8Array.of(...bytesOf("WebPush: info\0"), ...browser.keys.p256dh, ...sender, 1));
  const pseudo = await hmacSha256(salt.slice(), material);
  const contentKey = (await hmacSha256(pseudo, bytesOf("Content-Encoding: aes128gcm\0\u0001"))).slice(0, 16);
  const nonce = (await hmacSha256(pseudo, bytesOf("Content-Encoding: nonce\0\u0001"))).slice(0, 12);
  const key = await crypto.subtle.importKey("raw", contentKey, "AES-GCM", false, ["decrypt"]);
  const plain = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, key, record));
  const end = plain.findLastIndex((byte) => byte !== 0);
  if (plain[end] !== 2) throw new Error(`expected the delimiter of a last record, got ${plain[end]}`);
  return new TextDecoder().decode(plain.subarray(0, end));
};

const hmacSha256 = async (key: Bytes, data: Bytes): Promise<Bytes> => {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, data));
};

/** Claims of a token whose signature the public key confirms. @throws Error where it does not */
export const verifiedClaims = async (token: string, key: CryptoKey): Promise<Readonly<Record<string, unknown>>> => {
  const [head = "", claims = "", signature = ""] = token.split(".");
  const algorithm = key.algorithm.name === "ECDSA" ? { name: "ECDSA", hash: "SHA-256" } : key.algorithm.name;
  if (!(await crypto.subtle.verify(algorithm, key, bytes(signature), bytesOf(`${head}.${claims}`)))) throw new Error("a false signature");
  return JSON.parse(new TextDecoder().decode(bytes(claims))) as Record<string, unknown>; // claims are a JSON object
};

/** A service account's key file and the public key that belongs to it. */
export const newServiceAccount = async (
  tokenAddress = "https://oauth2.googleapis.com/token",
): Promise<{ readonly file: string; readonly publicKey: CryptoKey }> => {
  const algorithm = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: "SHA-256" };
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const text = toBase64(new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey)));
  const lines = text.replace(/.{64}/g, "$&\n");
  return {
    publicKey,
    file: JSON.stringify({
      type: "service_account",
      project_id: "shop-1234",
      private_key: `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`,
      client_email: "push@shop-1234.iam.gserviceaccount.com",
      token_uri: tokenAddress,
    }),
  };
};

/** Ports for `authorize` at an instant (ms): `answer` answers the calls it makes, which are written down. */
export const portsAt = (
  now: number,
  answer: (call: HttpCall) => Reply = () => ({ kind: "no-connection", detail: "nobody is there" }),
): { readonly ports: AuthorizePorts; readonly calls: HttpCall[]; readonly cached: string[] } => {
  const calls: HttpCall[] = [];
  const cached: string[] = [];
  return {
    calls,
    cached,
    ports: {
      now: () => now,
      call: (call) => {
        calls.push(call);
        return Promise.resolve(answer(call));
      },
      cached: async (name, make) => {
        cached.push(name);
        return (await make()).value;
      },
    },
  };
};

/** An answer as it came at the epoch. */
export const answered = (status: number, body: unknown = "", headers: Readonly<Record<string, string>> = {}): Reply => ({
  kind: "answer",
  status,
  headers,
  body: typeof body === "string" ? body : JSON.stringify(body),
  complete: true,
  at: 0,
});

/** A message to a token. */
export const pushTo = (to: string, content: Partial<PushContent> = {}): Sending => ({
  workspace: "w1",
  user: "u:1",
  id: "m0abc",
  echo: "w1-0-m0abc",
  to,
  content: { channel: "push", title: "Hello", body: "Your order is on its way", ...content },
});
