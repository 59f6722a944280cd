import { hashText } from "../../domain/hash.ts";

/** A UUID (RFC 9562, version 8: made by own rules) of a text: the same text, the same UUID. No secret and no defence. */
export const uuidOf = (text: string): string => {
  const digits = hexOf(hashText(text)) + hexOf(hashText(`${text}|2`));
  return [digits.slice(0, 8), digits.slice(8, 12), `8${digits.slice(13, 16)}`, `8${digits.slice(17, 20)}`, digits.slice(20, 32)].join("-");
};

/** A hash of 20 base36 digits as 20 hexadecimal ones: each half holds 53 bits, of which 40 are taken. */
const hexOf = (hash: string): string =>
  [hash.slice(0, 10), hash.slice(10)].map((half) => Number.parseInt(half, 36).toString(16).padStart(14, "0").slice(-10)).join("");
