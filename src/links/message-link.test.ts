import { describe, expect, it } from "vitest";
import { linkTo, type MessageLink, readLink } from "./message-link.ts";

const key = new Uint8Array(32).fill(1);
const old = new Uint8Array(32).fill(2);
const link: MessageLink = { workspace: "shop", shard: 3, message: "m0abc123", kind: "u" };
const click: MessageLink = { ...link, kind: "c", place: 2, url: "https://example.com/a?b=ü&c=d#e" };
const base = "https://go.example.com";
const read = (text: string, keys: readonly Uint8Array[] = [key]) => readLink(new URL(text), keys);

describe("links are signed", () => {
  it("reads back what it wrote, under whatever host", () => {
    expect(read(linkTo(base, key, link))).toEqual(link);
    expect(read(linkTo(base, key, click))).toEqual(click);
    expect(read(linkTo(base, key, link).replace("go.example.com", "other.example.com"))).toEqual(link);
  });

  it("a changed URL is refused: no open redirect", () => {
    const text = linkTo(base, key, click);
    expect(read(text.replace("example.com%2Fa", "evil.example%2Fa"))).toBeUndefined();
    expect(read(text.replace(".2.", ".3."))).toBeUndefined();
    expect(read(text.slice(0, text.indexOf("?")))).toBeUndefined();
    expect(read(`${linkTo(base, key, link)}?u=https%3A%2F%2Fevil.example`)).toEqual(link);
  });

  it("another workspace's, message's or kind's link is refused", () => {
    const text = linkTo(base, key, link);
    expect(read(text.replace("shop-", "shop2-"))).toBeUndefined();
    expect(read(text.replace("m0abc123", "m0abc124"))).toBeUndefined();
    expect(read(text.replace("-3-", "-4-"))).toBeUndefined();
    expect(read(text.replace("/l/u/", "/l/p/"))).toBeUndefined();
    expect(read(text.replace("/l/u/", "/l/x/"))).toBeUndefined();
    for (let at = text.length - 22; at < text.length - 1; at++) {
      const changed = text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
      expect(read(changed)).toBeUndefined();
    }
  });

  it("a link that an earlier secret signed is read while that one is kept", () => {
    const text = linkTo(base, old, link);
    expect(read(text, [key, old])).toEqual(link);
    expect(read(text, [key])).toBeUndefined();
    expect(read(text, [])).toBeUndefined();
  });

  it("nothing of the user is in a link", () => {
    expect(linkTo(base, key, link)).toMatch(/^https:\/\/go\.example\.com\/l\/u\/shop-3-m0abc123\.[\w-]{22}$/);
  });
});
