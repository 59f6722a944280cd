import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../json.ts";
import { compileFilter } from "./compile-filter.ts";
import { filterSchema } from "./filter-schema.ts";

const ask = (filter: object, root: JsonObject, now = 0): boolean => {
  const compiled = compileFilter(filterSchema.parse(filter));
  return compiled.holds(root[compiled.top], { now, zone: "UTC" });
};
const f = (path: string, operator: string, value?: unknown, more: object = {}): object => ({
  path,
  operator,
  ...(value !== undefined && { value }),
  ...more,
});

describe("filters take what clients write", () => {
  it.each<[string, unknown]>([
    ["a day, midnight UTC", "2026-03-15"],
    ["with a zone", "2026-03-15T02:00:00+02:00"],
    ["with a zone without a colon, and a fraction", "2026-03-14T19:00:00.000-0500"],
    ["with a space and without seconds", "2026-03-15 00:00"],
    ["Unix seconds", 1_773_532_800],
    ["Unix seconds with a fraction", 1_773_532_800.0],
    ["Unix seconds as text", "1773532800"],
    ["Unix milliseconds", 1_773_532_800_000],
    ["Unix milliseconds as text", "1773532800000"],
  ])("dates may be written as clients do: %s", (_, value) => {
    const root = { at: value as Json };
    const midnight = Date.parse("2026-03-15T00:00:00Z");
    expect(ask(f("at", "between", ["2026-03-15", "2026-03-15"]), root)).toBe(true);
    expect(ask(f("at", "before", midnight + 1), root)).toBe(true);
    expect(ask(f("at", "before", midnight), root)).toBe(false);
    expect(ask(f("at", "after", midnight / 1000 - 1), root)).toBe(true);
    expect(ask(f("at", "within-last", "P1D"), root, midnight)).toBe(true);
    expect(ask(f("at", "within-next", "P1D"), root, midnight - 1)).toBe(true);
    expect(ask(f("at", "anniversary"), root, Date.parse("2027-03-15T12:00:00Z"))).toBe(true);
  });

  it("ignoreCase goes with every operator about text, and with elements of lists", () => {
    const root: JsonObject = { "first name": "ÄNN", tags: ["Red", "BLUE"] };
    const loose = { ignoreCase: true };
    for (const [operator, value] of [
      ["equals", "änn"],
      ["one-of", ["bob", "änn"]],
      ["contains", "nN"],
      ["starts-with", "ä"],
      ["ends-with", "N"],
    ] as const) {
      expect(ask(f('["first name"]', operator, value, loose), root), operator).toBe(true);
      expect(ask(f("tags", operator, value, loose), root), operator).toBe(false);
    }
    expect(ask(f('["first name"]', "not-equals", "änn", loose), root)).toBe(false);
    expect(ask(f('["first name"]', "none-of", ["änn"], loose), root)).toBe(false);
    expect(ask(f('["first name"]', "not-contains", "nN", loose), root)).toBe(false);
    expect(ask(f("tags[*]", "equals", "red", loose), root)).toBe(true);
    expect(ask(f("tags", "includes", "blue", loose), root)).toBe(true);
    expect(ask(f("tags", "includes-any", ["green", "blue"], loose), root)).toBe(true);
    expect(ask(f("tags", "includes-all", ["red", "blue"], loose), root)).toBe(true);
    expect(ask(f("tags", "includes-all", ["red", "blue"]), root)).toBe(false);
  });
});
