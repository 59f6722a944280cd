import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits, readEnvelope, readItems } from "./batch.ts";
import { type Frame, readItem } from "./item.ts";
import { Refused, type Refusal } from "./verdict.ts";

const receivedAt = Date.parse("2026-05-01T12:00:00Z");
const frame: Frame = { receivedAt, key: "client", ip: "203.0.113.7", newId: () => "fresh" };
const track = { type: "track", userId: "u1", event: "Order Completed" };
const read = (item: unknown, extra: Partial<Frame> = {}) => readItem(item, 0, { ...frame, ...extra });
const refusal = (item: unknown): Refusal => {
  try {
    read(item);
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
  throw new Error("expected a refusal, the item was accepted");
};

describe("readItem: every type of call", () => {
  it("reads a track call with all its fields", () => {
    expect(
      readItem(
        {
          ...track,
          anonymousId: "a1",
          messageId: "m1",
          properties: { total: 4.5 },
          context: { locale: "de" },
          integrations: { All: true },
          _metadata: {},
        },
        3,
        frame,
      ),
    ).toEqual({
      id: "m1",
      type: "track",
      time: receivedAt,
      receivedAt,
      index: 3,
      key: "client",
      userId: "u1",
      anonymousId: "a1",
      event: "Order Completed",
      properties: { total: 4.5 },
      context: { locale: "de" },
    });
  });

  it("reads identify, page, screen, group and alias", () => {
    expect(read({ type: "identify", userId: "u1", traits: { plan: "pro" } })).toMatchObject({ type: "identify", traits: { plan: "pro" } });
    expect(read({ type: "page", anonymousId: "a", name: "Home", category: "Docs", properties: { url: "/" } })).toMatchObject({
      name: "Home",
      category: "Docs",
      properties: { url: "/" },
    });
    expect(read({ type: "screen", userId: "u", name: null })).not.toHaveProperty("name");
    expect(read({ type: "group", userId: "u", groupId: "g", traits: { seats: 3 } })).toMatchObject({ groupId: "g", traits: { seats: 3 } });
    expect(read({ type: "alias", userId: "u", previousId: "a" })).toMatchObject({ previousId: "a" });
  });

  it("takes the anonymousId of an alias for a missing previousId", () => {
    expect(read({ type: "alias", userId: "u", anonymousId: "a" })).toMatchObject({ previousId: "a" });
  });

  it("takes traits that RudderStack's clients put into the context; the call's own win", () => {
    expect(read({ type: "identify", userId: "u", context: { traits: { a: 1, b: 1 } }, traits: { b: 2 } }).traits).toEqual({ a: 1, b: 2 });
  });

  it("lets the path's type win over the item's, and fills a missing one", () => {
    expect(read({ userId: "u", event: "x" }, { type: "track" }).type).toBe("track");
    expect(read({ type: "identify", userId: "u", event: "x" }, { type: "track" }).type).toBe("track");
  });

  it("gives an event without a messageId a fresh one", () => {
    expect(read(track).id).toBe("fresh");
    expect(read({ ...track, messageId: null }).id).toBe("fresh");
  });

  it("marks events of a server key", () => {
    expect(read(track, { key: "server" }).key).toBe("server");
  });
});

describe("readItem: ids", () => {
  it("takes whole numbers as their text, and null or empty ones for none", () => {
    expect(read({ ...track, userId: 42 }).userId).toBe("42");
    const event = read({ ...track, userId: null, anonymousId: "a" });
    expect(event).not.toHaveProperty("userId");
    expect(read({ ...track, userId: "", anonymousId: "a" })).not.toHaveProperty("userId");
  });

  it.each([
    [{ type: "track", event: "x" }, "userId", "no_user_anon_id"],
    [{ ...track, userId: 2 ** 53 }, "userId", "wrong-type"],
    [{ ...track, userId: 1.5 }, "userId", "wrong-type"],
    [{ ...track, userId: { id: 1 } }, "userId", "wrong-type"],
    [{ ...track, userId: true }, "userId", "wrong-type"],
    [{ ...track, userId: "u".repeat(513) }, "userId", "too-long"],
    [{ ...track, userId: "ü".repeat(257) }, "userId", "too-long"],
    [{ ...track, userId: "a\0b" }, "userId", "bad-text"],
    [{ ...track, userId: "\ud800" }, "userId", "bad-text"],
    [{ ...track, messageId: "m".repeat(257) }, "messageId", "too-long"],
    [{ ...track, event: "e".repeat(257) }, "event", "too-long"],
    [{ ...track, event: "" }, "event", "missing"],
    [{ ...track, event: 7 }, "event", "wrong-type"],
    [{ type: "group", userId: "u" }, "groupId", "missing"],
    [{ type: "alias", anonymousId: "a", previousId: "b" }, "userId", "missing"],
    [{ type: "alias", userId: "u" }, "previousId", "missing"],
    [{ userId: "u" }, "type", "missing"],
    [{ type: "purchase", userId: "u" }, "type", "unknown-type"],
    [{ type: "constructor", userId: "u" }, "type", "unknown-type"],
    [null, "", "not-an-object"],
    ["track", "", "not-an-object"],
    [[track], "", "not-an-object"],
    [{ ...track, properties: [] }, "properties", "wrong-type"],
    [{ ...track, properties: "x" }, "properties", "wrong-type"],
    [{ type: "identify", userId: "u", traits: 1 }, "traits", "wrong-type"],
    [{ ...track, context: "x" }, "context", "wrong-type"],
    [{ ...track, timestamp: "yesterday" }, "timestamp", "bad-time"],
    [{ ...track, timestamp: "item 1" }, "timestamp", "bad-time"],
    [{ ...track, timestamp: {} }, "timestamp", "bad-time"],
    [{ ...track, timestamp: "2026-13-01T00:00:00Z" }, "timestamp", "bad-time"],
    [{ ...track, timestamp: -5 }, "timestamp", "bad-time"],
    [{ ...track, sentAt: "x" }, "sentAt", "bad-time"],
    [{ ...track, originalTimestamp: "x" }, "originalTimestamp", "bad-time"],
  ])("refuses %j naming %s: %s", (item, field, code) => {
    expect(refusal(item)).toMatchObject({ field, code });
  });

  it("keeps ids at their limits", () => {
    expect(read({ ...track, userId: "u".repeat(512), messageId: "m".repeat(256), event: "e".repeat(256) }).userId).toHaveLength(512);
  });
});

describe("readItem: time", () => {
  const at = Date.parse("2026-05-01T11:00:00.250Z");
  it.each([
    "2026-05-01T11:00:00.250Z",
    "2026-05-01T11:00:00.250+00:00",
    "2026-05-01T13:00:00.250+0200",
    "2026-05-01T11:00:00.250",
    "2026-05-01 11:00:00.250",
    "2026-05-01T11:00:00.250000Z",
    at,
    String(at),
    at / 1000,
  ])("reads %j", (timestamp) => {
    expect(read({ ...track, timestamp }).time).toBe(at);
  });

  it("reads seconds, the text of a Date, and dates alone", () => {
    expect(read({ ...track, timestamp: Math.floor(at / 1000) }).time).toBe(at - 250);
    expect(read({ ...track, timestamp: new Date(at).toUTCString() }).time).toBe(at - 250);
    expect(read({ ...track, timestamp: "Fri May 01 2026 11:00:00 GMT+0000 (Coordinated Universal Time)" }).time).toBe(at - 250);
    expect(read({ ...track, timestamp: "2026-04-30" }).time).toBe(Date.parse("2026-04-30T00:00:00Z"));
  });

  it("corrects a client's wrong clock by the age it states itself", () => {
    const wrong = { timestamp: "2020-01-01T00:00:00Z", sentAt: "2020-01-01T00:10:00Z" };
    expect(read({ ...track, ...wrong }).time).toBe(receivedAt - 600_000);
    expect(read({ ...track, timestamp: wrong.timestamp }, { sentAt: wrong.sentAt }).time).toBe(receivedAt - 600_000);
    expect(read({ ...track, originalTimestamp: "2020-01-01T00:09:00Z", ...wrong }).time).toBe(receivedAt - 60_000);
  });

  it("lets nothing lie in the future nor before 1970", () => {
    expect(read({ ...track, timestamp: "2030-01-01T00:00:00Z" }).time).toBe(receivedAt);
    expect(read({ ...track, timestamp: 0, sentAt: "2099-01-01T00:00:00Z" }).time).toBe(0);
  });
});

describe("readItem: objects", () => {
  it("merges the batch's context; the item's keys win", () => {
    expect(read({ ...track, context: { a: 1 } }, { context: { a: 0, b: 0 } }).context).toEqual({ a: 1, b: 0 });
    expect(read(track, { context: { b: 0 } }).context).toEqual({ b: 0 });
  });

  it("takes the socket's address where the context asks for it", () => {
    expect(read({ ...track, context: { direct: true } }).context).toEqual({ direct: true, ip: "203.0.113.7" });
    expect(read({ ...track, context: {} }).context).toEqual({});
  });

  it("takes keys named __proto__ out, so that no copy turns them into a prototype", () => {
    const item: unknown = JSON.parse(
      `{"type":"track","userId":"u","event":"x","properties":{"__proto__":{"admin":true},"nested":[{"__proto__":1,"a":1}],"constructor":2}}`,
    );
    const { properties } = read(item);
    expect(JSON.stringify(properties)).toBe(`{"nested":[{"a":1}],"constructor":2}`);
    expect(Object.getPrototypeOf(properties)).toBe(Object.prototype);
  });

  it("bounds nesting and the number of properties, not the length of lists", () => {
    const nested = (depth: number): object => (depth === 1 ? {} : { a: nested(depth - 1) });
    expect(refusal({ ...track, properties: nested(33) })).toMatchObject({ field: "properties", code: "too-deep" });
    expect(read({ ...track, properties: nested(32) })).toBeDefined();
    const bomb: unknown = JSON.parse(
      `{"type":"track","userId":"u","event":"x","properties":{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}}`,
    );
    expect(refusal(bomb)).toMatchObject({ code: "too-deep" });
    const many = Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`p${i}`, 1]));
    expect(refusal({ ...track, properties: many })).toMatchObject({ field: "properties", code: "too-many" });
    expect(read({ ...track, properties: { list: Array.from({ length: 10_001 }, () => 1) } })).toBeDefined();
  });
});

describe("readItems", () => {
  it("names bad items by index and keeps the good ones", () => {
    const { accepted, rejected } = readItems([track, { type: "track", userId: "u" }, null, { ...track, messageId: "m" }], frame);
    expect(accepted.map(({ event }) => event.index)).toEqual([0, 3]);
    expect(rejected.map(({ index, field, code }) => [index, field, code])).toEqual([
      [1, "event", "missing"],
      [2, "", "not-an-object"],
    ]);
  });

  it("passes on the same messageId twice: the user's object decides", () => {
    expect(
      readItems(
        [
          { ...track, messageId: "m" },
          { ...track, messageId: "m" },
        ],
        frame,
      ).accepted,
    ).toHaveLength(2);
  });

  it("takes an item of exactly 32 KB and refuses one of a byte more, counted in bytes", () => {
    const sized = (bytes: number, letter: string) => {
      const empty = JSON.stringify({ ...track, properties: { p: "" } }).length;
      const room = bytes - empty;
      const width = new TextEncoder().encode(letter).length;
      return { ...track, properties: { p: letter.repeat(Math.floor(room / width)) + "x".repeat(room % width) } };
    };
    for (const letter of ["x", "€", "😀"]) {
      expect(readItems([sized(limits.itemBytes, letter)], frame).rejected).toEqual([]);
      expect(readItems([sized(limits.itemBytes + 1, letter)], frame).rejected).toMatchObject([{ index: 0, code: "too-large" }]);
    }
  });

  it("gives every packed event the length of its text in bytes, and the text says what the event says", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const [packed] = readItems([{ ...track, properties: { text } }], frame).accepted;
        expect(packed?.bytes).toBe(Buffer.byteLength(packed?.text ?? ""));
        expect(JSON.parse(packed?.text ?? "")).toEqual(JSON.parse(JSON.stringify(packed?.event)));
      }),
    );
  });

  it("never throws, whatever the JSON", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.jsonValue(),
            fc.record({
              type: fc.constantFrom("track", "identify", "alias"),
              userId: fc.jsonValue(),
              event: fc.jsonValue(),
              timestamp: fc.jsonValue(),
              context: fc.jsonValue(),
            }),
          ),
        ),
        (items) => {
          const { accepted, rejected } = readItems(items, frame);
          expect(accepted.length + rejected.length).toBe(items.length);
        },
      ),
    );
  });
});

describe("readEnvelope", () => {
  it("reads a batch's items and what it gives to each", () => {
    expect(readEnvelope({ batch: [1], sentAt: "x", context: { a: 1 } })).toEqual({ items: [1], sentAt: "x", context: { a: 1 } });
  });

  it.each([
    [null, "", "not-an-object"],
    [{}, "batch", "wrong-type"],
    [{ batch: {} }, "batch", "wrong-type"],
    [{ batch: Array.from({ length: 2_501 }, () => 1) }, "batch", "too-many"],
    [{ batch: [], context: 1 }, "context", "wrong-type"],
    [{ batch: Array.from({ length: 2_500 }, () => 1), context: { a: "x".repeat(2_000) } }, "context", "too-large"],
  ])("refuses what cannot be used at all", (body, field, code) => {
    expect(readEnvelope(body)).toMatchObject({ field, code });
  });
});
