import { bytesOf, type Bytes } from "../channels/bytes.ts";

/*
 * HMAC-SHA256 (RFC 2104, FIPS 180-4) without a promise: a message is rendered within one transaction of its user's object,
 * where nothing can be waited for. What comes from outside is checked with the same function.
 */

const BLOCK = 64;
const WORDS = 16;
const ROUNDS = 64;

/** The first 64 primes: their cube roots' fractions are the round constants, the first eight's square roots the start. */
const primes = (): readonly number[] => {
  const found: number[] = [];
  for (let candidate = 2; found.length < ROUNDS; candidate++) if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  return found;
};
const fraction = (value: number): number => Math.floor((value - Math.floor(value)) * 2 ** 32) | 0;

const rounds = Int32Array.from(primes(), (prime) => fraction(Math.cbrt(prime)));
const start = Int32Array.from(primes().slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

const turn = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

/** One block into the eight words of the state. */
const mix = (state: Int32Array, words: Int32Array): void => {
  for (let i = WORDS; i < ROUNDS; i++) {
    const early = words[i - 15] ?? 0;
    const late = words[i - 2] ?? 0;
    const small = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
    const large = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
    words[i] = ((words[i - WORDS] ?? 0) + small + (words[i - 7] ?? 0) + large) | 0;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < ROUNDS; i++) {
    const choice = (e & f) ^ (~e & g);
    const first = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + (rounds[i] ?? 0) + (words[i] ?? 0)) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = ((state[i] ?? 0) + word) | 0;
};

/** SHA-256 of bytes: 32 bytes. */
export const sha256Now = (bytes: Uint8Array): Bytes => {
  const length = Math.ceil((bytes.length + 9) / BLOCK) * BLOCK;
  const padded = new Uint8Array(length);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(length - 8, Math.floor((bytes.length * 8) / 2 ** 32));
  view.setUint32(length - 4, (bytes.length * 8) >>> 0);
  const state = start.slice();
  const words = new Int32Array(ROUNDS);
  for (let from = 0; from < length; from += BLOCK) {
    for (let i = 0; i < WORDS; i++) words[i] = view.getInt32(from + i * 4);
    mix(state, words);
  }
  const digest = new Uint8Array(32);
  const out = new DataView(digest.buffer);
  for (const [i, word] of state.entries()) out.setInt32(i * 4, word);
  return digest;
};

/** HMAC-SHA256: 32 bytes. */
export const hmacNow = (key: Uint8Array, text: string): Bytes => {
  const block = new Uint8Array(BLOCK);
  block.set(key.length > BLOCK ? sha256Now(key) : key);
  const pad = (filler: number): Uint8Array => block.map((byte) => byte ^ filler);
  return sha256Now(joined(pad(0x5c), sha256Now(joined(pad(0x36), bytesOf(text)))));
};

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
};
