import { describe, expect, it } from "vitest";
import { linkInSubject, mailTo } from "./mail-link.ts";
import { linkTo, readLink } from "./message-link.ts";

const key = new Uint8Array(32).fill(1);
const link = { workspace: "shop_x-1", shard: 3, message: "m0abc123", kind: "u" as const };
const unsubscribe = linkTo("https://go.example.com", key, link);
const token = unsubscribe.slice(unsubscribe.lastIndexOf("/") + 1);
const read = (subject: string) => {
  const url = linkInSubject(subject);
  return url && readLink(url, [key]);
};

describe("unsubscribing by mail", () => {
  it("the subject of the address says who it is about, signed", () => {
    const address = new URL(mailTo("out@mail.example.com", unsubscribe));
    expect(address.pathname).toBe("out@mail.example.com");
    expect(address.searchParams.get("subject")).toBe(`unsubscribe ${token}`);
    expect(mailTo("out@mail.example.com", unsubscribe)).toMatch(/^mailto:out@mail\.example\.com\?subject=unsubscribe%20[\w.-]+$/);
  });

  it("is read however mail programs write the subject", () => {
    const q = `=?utf-8?Q?unsubscribe_${token.replaceAll("_", "=5F")}?=`;
    const b = btoa(`unsubscribe ${token}`);
    for (const subject of [
      `unsubscribe ${token}`,
      `Re: [EXT] unsubscribe ${token} `,
      `unsubscribe\r\n ${token}`,
      q,
      `=?UTF-8?B?${b}?=`,
      `=?UTF-8?B?${b.slice(0, 24)}?=\r\n =?UTF-8?B?${b.slice(24)}?=`,
    ])
      expect(read(subject)).toEqual(link);
  });

  it("what nobody signed is none", () => {
    for (const subject of [
      "",
      "unsubscribe",
      "unsubscribe me please",
      `unsubscribe ${token.slice(0, -1)}`,
      `unsubscribe ${token}x`,
      "=?utf-8?B?%%%?=",
    ])
      expect(read(subject)).toBeUndefined();
    expect(read(`unsubscribe ${token.replace("-3-", "-4-")}`)).toBeUndefined();
  });
});
