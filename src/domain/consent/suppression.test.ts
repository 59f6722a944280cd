import { describe, expect, it } from "vitest";
import { comparableAddress } from "./comparable-address.ts";
import { isComplaint, reasonOf, suppressionFor, withAddress, withoutAddress, withoutChannel } from "./suppression.ts";

const bounced = (address: string) => ({ reason: "bounced", at: 1, address });

it("compares addresses of email without case and name, telephone numbers without blanks", () => {
  expect(comparableAddress("email", "Ada <Ada@Example.com>")).toBe("ada@example.com");
  expect(comparableAddress("sms", "+49 (151) 12-34")).toBe("+491511234");
  expect(comparableAddress("email", "\u200bJose\u0301@Example.com\u202c")).toBe("josé@example.com");
  expect(comparableAddress("email", "ada+news@example.com")).toBe("ada+news@example.com");
  expect(comparableAddress("sms", "\u202a+49\u00a0151\u202c")).toBe("+49151");
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
    expect(withoutAddress(suppressions, { channel, address: asked }, { evenComplaint: false })).toEqual({});
  });

  it("another address, and the same text on another channel, is none of it", () => {
    const suppressions = withAddress({}, "sms", bounced("+491511234"));
    expect(suppressionFor(suppressions, "sms", "+491511235")).toBeUndefined();
    expect(suppressionFor(suppressions, "whatsapp", "+491511234")).toBeUndefined();
    expect(suppressionFor(withAddress({}, "push", bounced("Token")), "push", "token")).toBeUndefined();
  });
});

describe("a complaint", () => {
  it("is told by its reason, which says so first", () => {
    expect(reasonOf("complained", undefined)).toBe("complained");
    expect(reasonOf("complained", "abuse")).toBe("complained: abuse");
    expect(reasonOf("complained", "Complaint received")).toBe("Complaint received");
    expect(reasonOf("bounced", "no such user")).toBe("no such user");
    expect(["complained: abuse", "Complaint", "bounced", undefined].map(isComplaint)).toEqual([true, true, false, false]);
  });

  it("stays when other reasons are lifted, and goes only where the caller says so", () => {
    const complained = { ...bounced("a@b.c"), reason: "complained" };
    const suppressions = { ...withAddress(withAddress({}, "email", complained), "email", bounced("d@b.c")), email: { reason: "r", at: 1 } };
    expect(Object.keys(withoutChannel(suppressions, "email", { evenComplaint: false }))).toEqual(["email:a@b.c"]);
    expect(withoutChannel(suppressions, "email", { evenComplaint: true })).toEqual({});
    const one = { channel: "email" as const, address: "A@b.c" };
    expect(withoutAddress(suppressions, one, { evenComplaint: false })).toBe(suppressions);
    expect(Object.keys(withoutAddress(suppressions, one, { evenComplaint: true }))).toEqual(["email:d@b.c", "email"]);
  });
});
