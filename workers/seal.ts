import type { Env } from "./env.ts";
import { KeptReads } from "./kept-reads.ts";

/**
 * Encryption at rest of what must never be readable in the database (provider settings, stored answers): AES-256-GCM with a
 * key derived from TERN_SECRET. `place` (workspace, kind, key) is authenticated with it, so that a sealed text copied to
 * another row does not open. Text form: "v2." + id of the key + "." + base64(12 bytes of nonce + cipher text); texts that
 * name no key ("v1.") are from before keys had ids.
 */
export const seal = async (env: Secrets, place: string, text: string): Promise<string> => {
  const { id, key } = await keyOf(env.TERN_SECRET);
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt(parameters(nonce, place), key, new TextEncoder().encode(text));
  const bytes = new Uint8Array(nonce.length + sealed.byteLength);
  bytes.set(nonce);
  bytes.set(new Uint8Array(sealed), nonce.length);
  return prefixOf(id) + toBase64(bytes);
};

/**
 * Opens what `seal` made for the same place, with this secret or an earlier one (TERN_SECRET_PREVIOUS).
 * @throws Error when none of the secrets, the place or the text is the one
 */
export const unseal = async (env: Secrets, place: string, sealed: string): Promise<string> => {
  const [version, ...rest] = sealed.split(".");
  const keys = await Promise.all(secretsOf(env).map(keyOf));
  const id = version === "v2" ? rest[0] : undefined;
  const body = rest.at(-1);
  if ((version !== "v1" && version !== "v2") || body === undefined)
    throw new Error("a sealed text begins with its version, this one does not");
  const fitting = id === undefined ? keys : keys.filter((key) => key.id === id);
  if (fitting.length === 0) throw new Error(`sealed with a secret that is not given: the one whose key is ${id ?? "unknown"}`);
  const bytes = fromBase64(body);
  let problem: unknown;
  for (const { key } of fitting) {
    try {
      return new TextDecoder().decode(await crypto.subtle.decrypt(parameters(bytes.slice(0, 12), place), key, bytes.slice(12)));
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
};

/** How texts begin that were sealed with the present secret: all others want to be sealed anew. */
export const presentPrefix = async (env: Secrets): Promise<string> => prefixOf((await keyOf(env.TERN_SECRET)).id);

/** A secret for one more purpose (session cookies), derived, so that no two purposes share key material. Base64 of 32 bytes. */
export const derivedSecret = async (env: Pick<Env, "TERN_SECRET">, purpose: string): Promise<string> =>
  toBase64(new Uint8Array(await crypto.subtle.deriveBits(hkdf(purpose), await material(env.TERN_SECRET), 256)));

type Secrets = Pick<Env, "TERN_SECRET" | "TERN_SECRET_PREVIOUS">;

/** The present secret, then the earlier ones. */
const secretsOf = (env: Secrets): readonly string[] => [
  env.TERN_SECRET,
  ...(env.TERN_SECRET_PREVIOUS ?? "")
    .split(",")
    .map((secret) => secret.trim())
    .filter((secret) => secret !== ""),
];

const prefixOf = (id: string): string => `v2.${id}.`;
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

interface SealingKey {
  /** Tells keys apart and nothing of the secret: derived from it for this alone. */
  readonly id: string;
  readonly key: CryptoKey;
}

/** A deployment has one secret, or a few while it is changed. */
const derived = new KeptReads<SealingKey>(10);

const keyOf = (secret: string): Promise<SealingKey> => derived.get(secret, () => deriveKey(secret));

const deriveKey = async (secret: string): Promise<SealingKey> => {
  const base = await material(secret);
  const key = await crypto.subtle.deriveKey(hkdf("seal"), base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const id = new Uint8Array(await crypto.subtle.deriveBits(hkdf("seal key id"), base, 32));
  return { id: [...id].map((byte) => byte.toString(16).padStart(2, "0")).join(""), key };
};

const toBase64 = (bytes: Uint8Array): string => {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
};
const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
