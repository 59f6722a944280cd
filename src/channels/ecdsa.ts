import type { Bytes } from "./bytes.ts";

/** An ECDSA signature over P-256 from DER (SEQUENCE of two INTEGERs) to the 64 bytes that WebCrypto takes; undefined where it is none. */
export function ecdsaRaw(der: Uint8Array): Bytes | undefined {
  const [sequence, length] = der;
  if (sequence !== 0x30 || length !== der.length - 2) return undefined;
  const raw = new Uint8Array(64);
  let at = 2;
  for (const end of [32, 64]) {
    const size = der[at + 1];
    if (der[at] !== 0x02 || size === undefined || at + 2 + size > der.length) return undefined;
    // A leading zero only says that the number is positive.
    const number = der.slice(at + 2, at + 2 + size);
    const digits = number.subarray(number.findIndex((byte) => byte !== 0));
    if (digits.length > 32) return undefined;
    raw.set(digits, end - digits.length);
    at += 2 + size;
  }
  return at === der.length ? raw : undefined;
}
