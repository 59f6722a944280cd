import { describe, expect, it } from "vitest";
import { liquidField } from "./liquid-field.ts";

describe("Liquid in steps", () => {
  it.each([
    ["{{ user.name | upcase }}", undefined],
    ["{{ user.name", /not closed/],
    ['{% partial "footer" %}', /partials stand in templates only/],
  ])("%s", (source, message) => {
    const said = liquidField(100).safeParse(source).error?.issues[0]?.message;
    if (message === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(message);
  });
});
