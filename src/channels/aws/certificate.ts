import { type Bytes, fromBase64 } from "../bytes.ts";

/**
 * The public key (SubjectPublicKeyInfo, DER) of an X.509 certificate in PEM, as WebCrypto imports it; undefined where it is none.
 * Nothing of the certificate is believed by this: who serves it has to be.
 */
export function publicKeyOf(pem: string): Bytes | undefined {
  const [, body] = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(pem) ?? [];
  const der = body === undefined ? undefined : fromBase64(body.replace(/\s+/g, ""));
  if (der === undefined) return undefined;
  const certificate = readElement(der, 0);
  const signed = certificate && readElement(der, certificate.content);
  if (certificate?.tag !== SEQUENCE || signed?.tag !== SEQUENCE) return undefined;
  const parts: Element[] = [];
  for (let at = signed.content; at < signed.end && parts.length < 8;) {
    const part = readElement(der, at);
    if (part === undefined) return undefined;
    parts.push(part);
    at = part.end;
  }
  // [version,] serial, algorithm, issuer, validity, subject, key (RFC 5280, 4.1)
  const key = parts[parts[0]?.tag === VERSION ? 6 : 5];
  return key?.tag === SEQUENCE ? der.slice(key.start, key.end) : undefined;
}

const SEQUENCE = 0x30;
const VERSION = 0xa0;

/** One DER element: where it starts, where its content does, and where it ends. */
interface Element {
  readonly tag: number;
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

function readElement(der: Uint8Array, start: number): Element | undefined {
  const tag = der[start];
  const first = der[start + 1];
  if (tag === undefined || first === undefined) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 3) return undefined;
  let length = first < 0x80 ? first : 0;
  for (let at = 0; at < lengthBytes; at++) length = length * 256 + (der[start + 2 + at] ?? 0);
  const content = start + 2 + lengthBytes;
  return content + length > der.length ? undefined : { tag, start, content, end: content + length };
}
