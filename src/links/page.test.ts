import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { directionOf, readableOn } from "./page.ts";
import { languageFor } from "./words.ts";

const luminance = (color: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: string, b: string): number => {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
};

describe("pages", () => {
  it("write on any colour so that it can be read (WCAG 1.4.3)", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffff }), (value) => {
        const color = `#${value.toString(16).padStart(6, "0")}`;
        expect(contrast(color, readableOn(color))).toBeGreaterThanOrEqual(4.5);
      }),
    );
  });

  it("are written from right to left where the language is", () => {
    expect(["ar", "he-IL", "fa", "ur-PK", "az-Arab", "AR-eg"].map(directionOf)).toEqual(Array.from({ length: 6 }, () => "rtl"));
    expect(["en", "de-AT", "arn", "az", "ks-Deva", "uz-Latn-UZ"].map(directionOf)).toEqual(Array.from({ length: 6 }, () => "ltr"));
  });

  it("have a contrast of 4.5 in text and 3 in lines, light and dark", () => {
    for (const [ground, card, text, soft, line] of [
      ["#f4f5f7", "#ffffff", "#1a1d21", "#4d545c", "#7b838c"],
      ["#111315", "#1c1f22", "#eceef0", "#b6bcc3", "#8a929a"],
    ] as const)
      for (const behind of [ground, card]) {
        expect(contrast(behind, text)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(behind, soft)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(behind, line)).toBeGreaterThanOrEqual(3);
      }
  });

  it("speak seven languages whole, the workspace's own words first, else English", () => {
    for (const tag of ["en", "de", "fr", "es", "pt", "it", "nl"]) {
      const { words } = languageFor([`${tag}_XX`]);
      expect(Object.values(words).every((word) => word !== "")).toBe(true);
      if (tag !== "en") expect(words.save).not.toBe(languageFor(["en"]).words.save);
      for (const [name, sentence] of Object.entries(languageFor(["en"]).words))
        expect(
          Object.entries(words)
            .find(([key]) => key === name)?.[1]
            .match(/\{\w+\}/g),
        ).toEqual(sentence.match(/\{\w+\}/g));
    }
    expect(languageFor(["xx", "de-CH", "en"]).tag).toBe("de-CH");
    expect(languageFor(["sv"], { sv: { save: "Spara", nonsense: "?" } }).words).toMatchObject({
      save: "Spara",
      unsubscribe: "Unsubscribe",
    });
    expect(languageFor([]).tag).toBe("en");
  });
});
