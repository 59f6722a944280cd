import { describe, expect, it } from "vitest";
import { readItem, type Frame } from "./item.ts";
import { trackingBatch, trackingCalls } from "./tracking.ts";

const frame: Frame = { receivedAt: 1_767_600_000_000, key: "client", ip: undefined, newId: () => "fresh" };
const types = Object.keys(trackingCalls) as (keyof typeof trackingCalls)[];

/** One item with every field that the schema of its type names. */
const full = (type: keyof typeof trackingCalls): Record<string, unknown> => {
  const texts = Object.fromEntries(Object.keys(trackingCalls[type].shape).map((field) => [field, field]));
  const objects = Object.fromEntries(
    ["context", "properties", "traits"].filter((field) => field in texts).map((field) => [field, { a: 1 }]),
  );
  const times = { timestamp: "2026-01-05T08:00:00Z", sentAt: "2026-01-05T08:00:01Z", originalTimestamp: 1_767_600_000 };
  return { ...texts, ...objects, ...times };
};

describe("the tracking calls as documented", () => {
  it.each(types)("%s: everything the schema names is taken, and read into the event", (type) => {
    const item = full(type);
    expect(trackingCalls[type].safeParse(item).error).toBeUndefined();
    const event = readItem(item, 0, { ...frame, type });
    const read = Object.keys(item).filter((field) => !["timestamp", "sentAt", "originalTimestamp", "messageId"].includes(field));
    expect(event).toMatchObject({ id: "messageId", type, ...Object.fromEntries(read.map((field) => [field, item[field]])) });
    expect(trackingBatch.safeParse({ batch: [{ type, ...item }] }).success).toBe(true);
  });

  it.each([
    ["track", { userId: "u" }],
    ["track", { userId: "u", event: "" }],
    ["group", { userId: "u" }],
    ["alias", { anonymousId: "a" }],
    ["identify", { userId: "u", traits: [] }],
    ["page", { userId: {} }],
    ["track", { userId: "u", event: "x".repeat(257) }],
    ["track", { userId: "u".repeat(513), event: "x" }],
  ] as const)("%s: what the schema refuses is refused: %j", (type, item) => {
    expect(trackingCalls[type].safeParse(item).success).toBe(false);
    expect(() => readItem(item, 0, { ...frame, type })).toThrow();
  });
});
