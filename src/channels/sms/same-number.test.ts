import { describe, expect, it } from "vitest";
import { sameNumbers } from "./same-number.ts";

describe("sameNumbers: a number as WhatsApp says it is found by the one that messages are sent to", () => {
  it.each([
    ["Brazil, without the ninth digit", "+551187654321", "+5511987654321"],
    ["Brazil, with it", "+5511987654321", "+551187654321"],
    ["Mexico, with the 1", "+5215512345678", "+525512345678"],
    ["Mexico, without", "+525512345678", "+5215512345678"],
    ["Argentina, with the 9", "+5491123456789", "+541123456789"],
    ["Argentina, without", "+541123456789", "+5491123456789"],
  ])("%s", (_, number, other) => expect(sameNumbers(number)).toEqual([number, other]));

  it.each(["+491511234567", "+14155550100", "+551123456789", "+55119", "", "STOP"])("%j is one number", (number) =>
    expect(sameNumbers(number)).toEqual([number]),
  );
});
