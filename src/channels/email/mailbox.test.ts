import { describe, expect, it } from "vitest";
import { asciiAddress, isAddress, domainOf, readMailbox, writeMailbox } from "./mailbox.ts";

describe("readMailbox", () => {
  it.each([
    ["ada@example.com", { email: "ada@example.com" }],
    ["  ada@example.com ", { email: "ada@example.com" }],
    ["Ada <ada@example.com>", { email: "ada@example.com", name: "Ada" }],
    ["Ada Lovelace<ada@example.com>", { email: "ada@example.com", name: "Ada Lovelace" }],
    ["<ada@example.com>", { email: "ada@example.com" }],
    ['"Lovelace, Ada" <ada@example.com>', { email: "ada@example.com", name: "Lovelace, Ada" }],
    ['"Ada \\"the\\" \\\\ one" <ada@example.com>', { email: "ada@example.com", name: 'Ada "the" \\ one' }],
    ["Grüße <ada@example.com>", { email: "ada@example.com", name: "Grüße" }],
    ["not an address", { email: "not an address" }],
    ["a@example.com\r\nBcc: b@example.com", { email: "a@example.com Bcc: b@example.com" }],
    ["", { email: "" }],
  ])("%j", (text, mailbox) => expect(readMailbox(text)).toEqual(mailbox));
});

describe("writeMailbox", () => {
  it.each([
    [{ email: "ada@example.com" }, "ada@example.com"],
    [{ email: "ada@example.com", name: "Ada L" }, "Ada L <ada@example.com>"],
    [{ email: "ada@example.com", name: "Lovelace, Ada" }, '"Lovelace, Ada" <ada@example.com>'],
    [{ email: "ada@example.com", name: 'The "one"' }, '"The \\"one\\"" <ada@example.com>'],
    [{ email: "ada@example.com", name: "x@y" }, '"x@y" <ada@example.com>'],
  ])("%j is read back as it was", (mailbox, text) => {
    expect(writeMailbox(mailbox)).toBe(text);
    expect(readMailbox(text)).toEqual(mailbox);
  });
});

describe("isAddress", () => {
  it.each(["ada@example.com", "a.b+c@sub.example.co", "grüße@bücher.example", "o'hara@example.com", "root@localhost", "a@b_c.example"])(
    "%s is one",
    (email) => expect(isAddress(email)).toBe(true),
  );

  it.each([
    "",
    "ada",
    "@example.com",
    "ada@",
    "a@example.com,b@example.com",
    "a@b@example.com",
    "a b@example.com",
    '"a b"@example.com',
    "a@example.com.",
    "a@exa..mple",
    "a@[127.0.0.1]",
    "a@example.com/x",
    "a@example.com:25",
    "mailto:a@example.com",
    "a@example.com\u200b",
    `${"a".repeat(65)}@example.com`,
    `a@${"x".repeat(320)}`,
  ])("%j is none", (email) => expect(isAddress(email)).toBe(false));
});

describe("asciiAddress", () => {
  it.each([
    ["ada@bücher.example", "ada@xn--bcher-kva.example"],
    ["ada@example.com", "ada@example.com"],
    ["nobody", "nobody"],
    ["ada@exa mple.ü", "ada@exa mple.ü"],
  ])("%s", (email, ascii) => expect(asciiAddress(email)).toBe(ascii));

  it("domainOf is the domain as DNS knows it", () => expect(domainOf("a@b@bücher.example")).toBe("xn--bcher-kva.example"));
});
