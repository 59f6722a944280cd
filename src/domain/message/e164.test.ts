import { describe, expect, it } from "vitest";
import { e164 } from "./e164.ts";

describe("e164", () => {
  it.each([
    ["+491711234567", "+491711234567"],
    [" +49 171 123-45.67 ", "+491711234567"],
    ["+1 (415) 555-0100", "+14155550100"],
    ["+123456789012345", "+123456789012345"],
    ["+2901234", "+2901234"],
  ])("%j is %s", (text, number) => expect(e164(text)).toEqual({ ok: true, number }));

  it.each([
    ["", /no telephone number/],
    ["  ", /no telephone number/],
    ["0171 1234567", /country's code/],
    ["00491711234567", /country's code/],
    ["491711234567", /country's code/],
    ["ada@example.com", /country's code/],
    ["+44 (0)20 7946 0000", /\(0\)/],
    ["+491711234567\n", /no digits/],
    ["+49/171/1234567", /no digits/],
    ["+1 415 555\u20110100", /no digits/],
    ["+49171CALLME", /no digits/],
    ["+49171٣٤٥٦٧", /no digits/],
    ["++491711234567", /no digits/],
    ["+0171123456", /begins with 0/],
    ["+123456", /7 to 15/],
    ["+1234567890123456", /7 to 15/],
  ])("%j is refused with its reason", (text, reason) =>
    expect(e164(text)).toMatchObject({ ok: false, reason: expect.stringMatching(reason) }),
  );
});
