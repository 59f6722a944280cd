import { type Bytes, bytesOf } from "../bytes.ts";

/** A browser's subscription keys, as it gave them. */
export interface SubscriptionKeys {
  /** Uncompressed point on P-256, 65 bytes. */
  readonly p256dh: Bytes;
  /** 16 bytes */
  readonly auth: Bytes;
}

/** What makes each encryption another one; given only where a known result is to be made again. */
export interface Ephemeral {
  readonly salt: Bytes;
  readonly keys: CryptoKeyPair;
}

/** Octets that every push service takes, all of a body counted. Source: RFC 8291, 4; RFC 8030, 7.2. */
const BODY_BYTES = 4_096;
/** Salt, record size, length of the key, key. */
const HEADER_BYTES = 16 + 4 + 1 + 65;
/** The delimiter that ends the last record, and the tag of AES-GCM. */
const CLOSING_BYTES = 1 + 16;
/** What fits into one message, bytes. */
export const PLAINTEXT_BYTES = BODY_BYTES - HEADER_BYTES - CLOSING_BYTES;

const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;

/** A message encrypted for one subscription (RFC 8291) as a single record of aes128gcm (RFC 8188). @throws RangeError for more than `PLAINTEXT_BYTES` */
export const encryptPush = async (plaintext: Bytes, subscription: SubscriptionKeys, ephemeral?: Ephemeral): Promise<Bytes> => {
  if (plaintext.length > PLAINTEXT_BYTES) throw new RangeError(`${plaintext.length} bytes; ${PLAINTEXT_BYTES} fit into a push message`);
  const { salt, keys } = ephemeral ?? (await newEphemeral());
  const own = new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey));
  const theirs = await crypto.subtle.importKey("raw", subscription.p256dh, CURVE, false, []);
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, keys.privateKey, 256));
  const info = joined(bytesOf("WebPush: info\0"), subscription.p256dh, own);
  const material = await hkdf(shared, { salt: subscription.auth, info, bytes: 32 });
  const contentKey = await hkdf(material, { salt, info: bytesOf("Content-Encoding: aes128gcm\0"), bytes: 16 });
  const nonce = await hkdf(material, { salt, info: bytesOf("Content-Encoding: nonce\0"), bytes: 12 });
  const key = await crypto.subtle.importKey("raw", contentKey, "AES-GCM", false, ["encrypt"]);
  const record = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, joined(plaintext, Uint8Array.of(2)));
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, BODY_BYTES);
  return joined(salt, size, Uint8Array.of(own.length), own, new Uint8Array(record));
};

const newEphemeral = async (): Promise<Ephemeral> => ({
  salt: crypto.getRandomValues(new Uint8Array(16)),
  keys: await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]),
});

interface Derivation {
  readonly salt: Bytes;
  readonly info: Bytes;
  readonly bytes: number;
}

const hkdf = async (material: Bytes, { salt, info, bytes }: Derivation): Promise<Bytes> => {
  const key = await crypto.subtle.importKey("raw", material, "HKDF", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, bytes * 8));
};

const joined = (...parts: readonly Bytes[]): Bytes => {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};
