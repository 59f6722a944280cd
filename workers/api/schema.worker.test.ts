import { describe, expect, it, vi } from "vitest";
import { namesPerKind, readSeen, type SeenName, seenStatements } from "../../src/storage/shard/seen-names.ts";
import { bindings, call, newWorkspace } from "./client.test-support.ts";

const eventually = <T>(check: () => Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 15_000, interval: 20 });

describe("the registry of names", () => {
  it("knows events, pages and attributes that were seen, with their types, and counts each event once", async () => {
    const { api, writeKey: key } = await newWorkspace();
    const batch = [
      { type: "track", userId: "u1", event: "Order Completed", messageId: "m1" },
      { type: "track", userId: "u2", event: "Order Completed" },
      { type: "page", userId: "u1", name: "Home" },
      { type: "identify", userId: "u1", traits: { plan: "pro", seats: 3, nothing: null } },
      { type: "identify", userId: "u2", traits: { plan: 4, address: { city: "Bonn" } } },
      { type: "group", userId: "u1", groupId: "acme", traits: { tags: ["a"] } },
    ];
    await call("POST /v1/batch", { key, body: { batch } });
    await eventually(async () =>
      expect((await api("GET /api/schema")).body.events).toMatchObject([{ name: "Order Completed", volume: 2 }]),
    );
    // The same event again is no other one.
    await call("POST /v1/track", { key, body: { userId: "u1", event: "Order Completed", messageId: "m1" } });
    await call("POST /v1/track", { key, body: { userId: "u1", event: "Left" } });
    await eventually(async () => expect((await api("GET /api/schema")).body.events).toHaveLength(2));
    const { body } = await api("GET /api/schema");
    expect(body).toMatchObject({
      events: [
        { name: "Left", volume: 1 },
        { name: "Order Completed", volume: 2 },
      ],
      pages: [{ name: "Home" }],
      screens: [],
      attributes: [
        { name: "address", types: ["object"] },
        { name: "plan", types: ["text", "number"], volume: 2 },
        { name: "seats", types: ["number"] },
      ],
      groupAttributes: [{ name: "tags", types: ["list"] }],
      rest: { events: 0 },
    });
    expect(Date.parse(body.events[1].firstSeen)).toBeLessThanOrEqual(Date.parse(body.events[1].lastSeen));
  });

  it("has room for so many names; the rest is counted together, and known ones go on being counted", async () => {
    const { id, api } = await newWorkspace();
    const seen = (name: string): SeenName => ({ workspace: id, kind: "event", name, types: 0, n: 1, firstSeen: 1, lastSeen: 1 });
    const all = Array.from({ length: namesPerKind }, (_, n) => seen(`e${n}`));
    await bindings.SHARD_0.batch([...seenStatements(bindings.SHARD_0, all)]);
    await bindings.SHARD_0.batch([...seenStatements(bindings.SHARD_0, [seen("one more"), seen("e7")])]);
    const rows = await readSeen(bindings.SHARD_0, id);
    expect(rows).toHaveLength(namesPerKind + 1);
    expect(rows.find(({ name }) => name === "")?.n).toBe(1);
    expect(rows.find(({ name }) => name === "e7")?.n).toBe(2);
    expect((await api("GET /api/schema")).body.rest.events).toBe(1);
  });
});

describe("a rule about an event", () => {
  it("refuses items against it, naming the field, or only notes them; taken away it is no more", async () => {
    const { api, writeKey: key } = await newWorkspace();
    const track = (properties: object) => call("POST /v1/track", { key, body: { userId: "u1", event: "Bought it", properties } });
    const rule = (enforce: string) => api("PUT /api/schema/events/Bought%20it", { enforce, properties: { price: "number" } });
    expect((await track({ price: "3" })).status).toBe(200);
    expect((await rule("block")).body).toEqual({ name: "Bought it", enforce: "block", properties: { price: "number" } });
    const refused = await track({ price: "3" });
    expect(refused).toMatchObject({ status: 400, body: { rejected: [{ index: 0, field: "properties.price", code: "schema" }] } });
    expect((await track({ price: 3 })).status).toBe(200);
    await rule("warn");
    expect((await track({ price: "3" })).body).toMatchObject({ success: true, accepted: 1 });
    await eventually(async () => {
      const codes = (await api("GET /api/events/rejected")).body.items.map(({ code }: { code: string }) => code);
      expect(codes.toSorted()).toEqual(["schema", "schema-warning"]);
    });
    expect((await api("GET /api/schema")).body.rules).toEqual([{ name: "Bought it", enforce: "warn", properties: { price: "number" } }]);
    await rule("off");
    expect((await api("GET /api/schema")).body.rules).toEqual([]);
    expect((await api("PUT /api/schema/events/x", { enforce: "maybe" })).body.errors).toMatchObject([{ path: "enforce" }]);
    expect((await api("PUT /api/schema/events/x", { enforce: "warn", properties: { a: "fish" } })).body.errors).toMatchObject([
      { path: "properties.a" },
    ]);
  });
});
