import type { Env } from "./env.ts";

/**
 * Encryption at rest of what must never be readable in the database (provider settings, stored answers): AES-256-GCM with a
 * key derived from TERN_SECRET. `place` (workspace, kind, key) is authenticated with it, so that a sealed text copied to
 * another row does not open. Text form: "v1." + base64(12 bytes of nonce + cipher text).
 */
export const seal = async (env: Env, place: string, text: string): Promise<string> => {
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt(parameters(nonce, place), await keyOf(env.TERN_SECRET), new TextEncoder().encode(text));
  const bytes = new Uint8Array(nonce.length + sealed.byteLength);
  bytes.set(nonce);
  bytes.set(new Uint8Array(sealed), nonce.length);
  return prefix + toBase64(bytes);
};

/** Opens what `seal` made for the same place. @throws Error when the secret, the place or the text is another. */
export const unseal = async (env: Env, place: string, sealed: string): Promise<string> => {
  if (!sealed.startsWith(prefix)) throw new Error("a sealed text begins with its version, this one does not");
  const bytes = fromBase64(sealed.slice(prefix.length));
  const text = await crypto.subtle.decrypt(parameters(bytes.slice(0, 12), place), await keyOf(env.TERN_SECRET), bytes.slice(12));
  return new TextDecoder().decode(text);
};

/** A secret for one more purpose (session cookies), derived, so that no two purposes share key material. Base64 of 32 bytes. */
export const derivedSecret = async (env: Env, purpose: string): Promise<string> =>
  toBase64(new Uint8Array(await crypto.subtle.deriveBits(hkdf(purpose), await material(env.TERN_SECRET), 256)));

const prefix = "v1.";
const parameters = (iv: Uint8Array<ArrayBuffer>, place: string) => ({
  name: "AES-GCM",
  iv,
  additionalData: new TextEncoder().encode(place),
});
const hkdf = (purpose: string) => ({
  name: "HKDF",
  hash: "SHA-256",
  salt: new Uint8Array(0),
  info: new TextEncoder().encode(`tern ${purpose}`),
});

const material = async (secret: string): Promise<CryptoKey> => {
  if (!secret) throw new Error("TERN_SECRET is not set");
  return crypto.subtle.importKey("raw", fromBase64(secret), "HKDF", false, ["deriveBits", "deriveKey"]);
};

/** One secret per deployment, so one derived key per isolate. */
let derived: { readonly secret: string; readonly key: Promise<CryptoKey> } | undefined;
const keyOf = (secret: string): Promise<CryptoKey> => {
  if (derived?.secret !== secret)
    derived = {
      secret,
      key: material(secret).then((base) =>
        crypto.subtle.deriveKey(hkdf("seal"), base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]),
      ),
    };
  return derived.key;
};

const toBase64 = (bytes: Uint8Array): string => {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
};
const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
