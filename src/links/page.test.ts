import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contrastOf, directionOf, readableOn, schemes } from "./page.ts";
import { languageFor } from "./words.ts";

describe("pages", () => {
  it("reckon contrasts as WCAG does", () => {
    expect(contrastOf("#000000", "#ffffff")).toBeCloseTo(21, 5);
    expect(contrastOf("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
  });

  it("write on any colour so that it can be read (WCAG 1.4.3)", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffff }), (value) => {
        const color = `#${value.toString(16).padStart(6, "0")}`;
        expect(contrastOf(color, readableOn(color))).toBeGreaterThanOrEqual(4.5);
      }),
    );
  });

  it("are written from right to left where the language is", () => {
    expect(["ar", "he-IL", "fa", "ur-PK", "az-Arab", "AR-eg"].map(directionOf)).toEqual(Array.from({ length: 6 }, () => "rtl"));
    expect(["en", "de-AT", "arn", "az", "ks-Deva", "uz-Latn-UZ"].map(directionOf)).toEqual(Array.from({ length: 6 }, () => "ltr"));
  });

  it("have a contrast of 4.5 in text and 3 in lines, light and dark", () => {
    for (const { ground, card, text, soft, line } of Object.values(schemes))
      for (const behind of [ground, card]) {
        expect(contrastOf(behind, text)).toBeGreaterThanOrEqual(4.5);
        expect(contrastOf(behind, soft)).toBeGreaterThanOrEqual(4.5);
        expect(contrastOf(behind, line)).toBeGreaterThanOrEqual(3);
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
