import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Message, MessageContent } from "../domain/message/message.ts";
import type { Linked } from "../domain/links/linking.ts";
import { makeLinks } from "./linking.ts";
import { readLink } from "./message-link.ts";

const key = new Uint8Array(32).fill(7);
const ports = { workspace: "shop", base: "https://go.example.com", key, shardNumber: () => 0 };
const message: Message = { id: "m0abc", channel: "email", template: "news", status: "queued", createdAt: 0, attempts: 0 };
const linked: Linked = { message, owner: "u:ada", settings: { clicks: true } };
const dressed = (html: string, more: Partial<Linked> = {}): string => {
  const content: MessageContent = { channel: "email", subject: "s", text: "", html };
  const out = makeLinks(ports)({ ...linked, ...more })?.dress(content).content;
  return out?.channel === "email" ? out.html : "";
};
const attribute = (text: string): string => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;");
const hrefOf = (html: string): string => (/href="([^"]*)"/.exec(html)?.[1] ?? "").replaceAll("&quot;", '"').replaceAll("&amp;", "&");

describe("links of a message", () => {
  it("whatever an address is, it goes out, and leads to the very same one, byte for byte", () => {
    const address = fc.string({
      unit: fc.oneof(fc.constantFrom(...Array.from("/?&=#%+;:@'é日 "), "%2F", "&amp;", "\ud800"), fc.string({ maxLength: 1 })),
      maxLength: 40,
    });
    fc.assert(
      fc.property(address, (rest) => {
        const url = `https://shop.example/${rest.replace(/[\s<>]/g, "")}`;
        const href = hrefOf(dressed(`<a href="${attribute(url)}">x</a>`));
        // Half a character can be in no address: such a link stays as it is.
        if (url.isWellFormed()) expect(readLink(new URL(href), [key])).toMatchObject({ kind: "c", url });
        else expect(href).toBe(url);
      }),
    );
  });

  it("only addresses of the web are followed, and none that is ours", () => {
    for (const url of [
      "mailto:a@b.c",
      "tel:+491",
      "sms:+491",
      "javascript:alert(1)",
      "//evil.example",
      "\\\\evil.example",
      "#part",
      "/path",
      "https://",
    ])
      expect(hrefOf(dressed(`<a href="${url}">x</a>`))).toBe(url);
    const own = makeLinks(ports)(linked)?.links.unsubscribe_url ?? "";
    expect(hrefOf(dressed(`<a href="${own}">x</a>`, { settings: { clicks: true, utm: { source: "x" } } }))).toBe(own);
  });

  it("one that would be too long once it is signed stays as it is, with its parameters", () => {
    const settings = { clicks: true, utm: { source: "tern" } };
    for (const long of [`https://shop.example/${"a".repeat(3_000)}`, `https://shop.example/${"é".repeat(600)}`])
      expect(hrefOf(dressed(`<a href="${long}">x</a>`, { settings }))).toBe(`${long}?utm_source=tern`);
    expect(hrefOf(dressed('<a href="https://shop.example/">x</a>', { settings: { utm: { source: "\ud800" } } }))).toContain(
      "utm_source=%EF%BF%BD",
    );
  });
});
