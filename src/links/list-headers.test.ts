import { describe, expect, it } from "vitest";
import { listHeaders } from "./list-headers.ts";

const list = { workspace: "shop", base: "https://go.example.com", unsubscribe: "https://go.example.com/l/u/x", given: undefined };

describe("headers of a list", () => {
  it("by RFC 2369, RFC 8058 and RFC 2919", () => {
    expect(listHeaders({ ...list, topic: { key: "news", name: 'The "News"' } })).toEqual({
      "List-Unsubscribe": "<https://go.example.com/l/u/x>",
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      "List-ID": '"The  News" <news.shop.go.example.com>',
    });
  });

  it("by mail too, where a mailbox takes such mails: one click first", () => {
    expect(listHeaders({ ...list, mailbox: "out@mail.example.com" })).toMatchObject({
      "List-Unsubscribe": "<https://go.example.com/l/u/x>, <mailto:out@mail.example.com?subject=unsubscribe%20x>",
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    });
  });

  it("a name that is not ASCII is left out, a list without a domain is under localhost", () => {
    expect(listHeaders({ ...list, topic: { key: "news", name: "Neuigkeiten für Sie" } })["List-ID"]).toBe("<news.shop.go.example.com>");
    expect(listHeaders({ ...list, base: "http://127.0.0.1:8787" })["List-ID"]).toBe("<all.shop.localhost>");
  });

  it("what the template says itself stays, and one-click goes with our own address only", () => {
    const given = { "list-unsubscribe": "<mailto:x@y.z>", "X-Own": "1", "LIST-ID": "<mine>" };
    expect(listHeaders({ ...list, given })).toEqual(given);
  });
});
