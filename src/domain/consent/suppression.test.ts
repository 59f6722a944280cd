import { describe, expect, it } from "vitest";
import { comparableAddress } from "./comparable-address.ts";
import { suppressionFor, withAddress, withoutAddress } from "./suppression.ts";

const bounced = (address: string) => ({ reason: "bounced", at: 1, address });

it("compares addresses of email without case and name, telephone numbers without blanks", () => {
  expect(comparableAddress("email", "Ada <Ada@Example.com>")).toBe("ada@example.com");
  expect(comparableAddress("sms", "+49 (151) 12-34")).toBe("+491511234");
  expect(comparableAddress("push", " Token ")).toBe("Token");
});

describe("a suppressed address stays suppressed however it is written", () => {
  it.each([
    ["email", "Ada@Example.com", "ada@example.com"],
    ["email", "ada@example.com", "Ada L. <ADA@example.com>"],
    ["sms", "+49 151 1234", "+49151-1234"],
    ["whatsapp", "491511234", "+49 151 1234"],
  ] as const)("%s: %s and %s", (channel, suppressed, asked) => {
    const suppressions = withAddress({}, channel, bounced(suppressed));
    expect(suppressionFor(suppressions, channel, asked)).toMatchObject({ reason: "bounced" });
    expect(withoutAddress(suppressions, channel, asked)).toEqual({});
  });

  it("another address, and the same text on another channel, is none of it", () => {
    const suppressions = withAddress({}, "sms", bounced("+491511234"));
    expect(suppressionFor(suppressions, "sms", "+491511235")).toBeUndefined();
    expect(suppressionFor(suppressions, "whatsapp", "+491511234")).toBeUndefined();
    expect(suppressionFor(withAddress({}, "push", bounced("Token")), "push", "token")).toBeUndefined();
  });
});
