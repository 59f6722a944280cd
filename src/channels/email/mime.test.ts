import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeText, quotedPrintable } from "./mime.ts";

/** Reads quoted-printable back, by the rules of RFC 2045, 6.7. */
const unquote = (text: string): string => {
  const joined = text.replace(/=\r\n/g, "");
  const bytes = joined.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return new TextDecoder().decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
};
const decodeWords = (text: string): string =>
  text
    .replace(/\?= =\?/g, "?==?")
    .replace(/=\?UTF-8\?B\?([^?]*)\?=/g, (_, base64: string) =>
      new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))),
    );

describe("quotedPrintable", () => {
  it("is read back as it was, on lines of at most 76 ASCII characters, none of which ends in a blank", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), (text) => {
        const encoded = quotedPrintable(text);
        expect(unquote(encoded)).toBe(text.replace(/\r\n|\r|\n/g, "\r\n"));
        for (const line of encoded.split("\r\n")) {
          expect(line.length).toBeLessThanOrEqual(76);
          expect(line).toMatch(/^[\t -~]*$/);
          expect(line).not.toMatch(/[ \t]$/);
        }
      }),
    );
  });
});

describe("encodeText", () => {
  it("is read back as it was, in words of at most 75 characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
        const encoded = encodeText(text);
        expect(encoded).toMatch(/^[ -~]*$/);
        if (encoded !== text) for (const word of encoded.split(" ")) expect(word.length).toBeLessThanOrEqual(75);
        expect(decodeWords(encoded)).toBe(text);
      }),
    );
  });

  it.each(["=?UTF-8?B?aGk=?=", "a =?x?="])("%s, which looks like an encoded word, is encoded, so that it is read as it was", (text) => {
    expect(encodeText(text)).not.toBe(text);
    expect(decodeWords(encodeText(text))).toBe(text);
  });
});
