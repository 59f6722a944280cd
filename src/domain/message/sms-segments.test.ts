import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { smsSegments } from "./sms-segments.ts";

const count = (text: string) => {
  const { encoding, units, segments } = smsSegments(text);
  return `${encoding} ${units} ${segments}`;
};

describe("smsSegments", () => {
  it.each([
    ["nothing", "", "GSM-7 0 0"],
    ["one character", "a", "GSM-7 1 1"],
    ["160 of GSM-7 fit in one", "a".repeat(160), "GSM-7 160 1"],
    ["161 make two", "a".repeat(161), "GSM-7 161 2"],
    ["two segments hold 306", "a".repeat(306), "GSM-7 306 2"],
    ["307 make three", "a".repeat(307), "GSM-7 307 3"],
    ["umlauts, Greek capitals and signs of the basic table take one", "äöüÄÖÜßéèàñ£¥§¿¡ΔΩ@_\n\r", "GSM-7 22 1"],
    ["the extension table takes two", "^{}\\[~]|€\f", "GSM-7 20 1"],
    ["80 euro signs fit in one", "€".repeat(80), "GSM-7 160 1"],
    ["an escape sequence is never cut: 76 euro signs to a segment of 153", "€".repeat(153), "GSM-7 306 3"],
    ["70 of UCS-2 fit in one", "я".repeat(70), "UCS-2 70 1"],
    ["71 make two", "я".repeat(71), "UCS-2 71 2"],
    ["two segments hold 134", "я".repeat(134), "UCS-2 134 2"],
    ["135 make three", "я".repeat(135), "UCS-2 135 3"],
    ["a picture takes two units", "😀", "UCS-2 2 1"],
    ["35 pictures fit in one", "😀".repeat(35), "UCS-2 70 1"],
    ["a surrogate pair is never cut: 33 pictures to a segment of 67", "😀".repeat(67), "UCS-2 134 3"],
    ["one foreign character makes all of it UCS-2", `${"a".repeat(160)}ł`, "UCS-2 161 3"],
    ["a small c with cedilla is not in the alphabet, the capital is", "Çç", "UCS-2 2 1"],
    ["nor is the backtick", "`", "UCS-2 1 1"],
    ["nor a typographic apostrophe", "it’s", "UCS-2 4 1"],
    ["a family joined by zero-width joiners is counted by its parts", "👨‍👩‍👧", "UCS-2 8 1"],
  ])("%s", (_, text, counted) => expect(count(text)).toBe(counted));

  it("names what is not in the alphabet, each once", () => {
    expect(smsSegments("it’s ’fine’ 😀😀").foreign).toEqual(["’", "😀"]);
    expect(smsSegments("абвгдежзийклмн").foreign).toHaveLength(10);
    expect(smsSegments("plain").foreign).toEqual([]);
  });

  it("a lone surrogate does not break it", () => expect(count("\ud83d")).toBe("UCS-2 1 1"));

  it("every text fits in its segments, and never in fewer than its units need", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "€", "я", "😀", "\n"), maxLength: 400 }), (text) => {
        const { units, segments, perSegment } = smsSegments(text);
        expect(units).toBeLessThanOrEqual(segments * perSegment);
        expect(segments).toBeGreaterThanOrEqual(Math.ceil(units / perSegment));
        // At most one unit of each segment but the last is left empty.
        expect(segments).toBeLessThanOrEqual(Math.max(1, Math.ceil(units / (perSegment - 1))));
      }),
    );
  });
});
