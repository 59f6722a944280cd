import { Analytics } from "@segment/analytics-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ClientTarget, startTarget } from "./worker.ts";

describe("@segment/analytics-node, unmodified", () => {
  let target: ClientTarget;
  beforeAll(async () => {
    target = await startTarget();
  });
  afterAll(() => target.stop());

  it("delivers every kind of call, in batches of its own making", async () => {
    const errors: unknown[] = [];
    const analytics = new Analytics({ writeKey: target.writeKey, host: target.url, flushAt: 5, flushInterval: 200, maxRetries: 0 });
    analytics.on("error", (error) => errors.push(error));
    const at = new Date(Date.now() - 3_600_000);
    analytics.identify({ userId: "n1", traits: { email: "n1@example.com", nested: { list: [1, "a", null] } }, timestamp: at });
    const order = { userId: "n1", event: "Order Completed", properties: { total: 42 }, messageId: "node-own-id" };
    // Twice, with a time each.
    analytics.track({ ...order, timestamp: new Date(at.getTime() + 5_000) });
    analytics.track({ ...order, timestamp: new Date(at.getTime() + 5_001) });
    analytics.track({ anonymousId: "n-anon", event: "Viewed" });
    analytics.page({ userId: "n1", name: "Home", category: "Docs", properties: { url: "https://shop.example/" } });
    analytics.screen({ userId: "n1", name: "Main" });
    analytics.group({ userId: "n1", groupId: "g1", traits: { name: "Acme" } });
    analytics.alias({ userId: "n1", previousId: "n-old" });
    analytics.track({ userId: "n1", event: "Long", properties: { text: "x".repeat(20_000) } });
    await analytics.closeAndFlush();
    const events = await target.logged((all) => all.length >= 8);
    expect(errors).toEqual([]);
    expect(events).toHaveLength(8);
    const of = (type: string, name?: string) =>
      events.filter((event) => event.type === type && (name === undefined || event.event === name));
    expect(of("identify")).toMatchObject([
      {
        userId: "n1",
        traits: { email: "n1@example.com", nested: { list: [1, "a", null] } },
        context: { library: { name: "@segment/analytics-node" } },
      },
    ]);
    expect(Math.abs((of("identify")[0]?.time ?? 0) - at.getTime())).toBeLessThan(1_000);
    expect(of("track", "Order Completed")).toMatchObject([{ id: "node-own-id", properties: { total: 42 } }]);
    expect(of("track", "Viewed")).toMatchObject([{ anonymousId: "n-anon" }]);
    expect(of("page")).toMatchObject([{ name: "Home", category: "Docs" }]);
    expect(of("screen")).toMatchObject([{ name: "Main" }]);
    expect(of("group")).toMatchObject([{ groupId: "g1", traits: { name: "Acme" } }]);
    expect(of("alias")).toMatchObject([{ userId: "n1", previousId: "n-old", key: "client" }]);
    expect(of("track", "Long")[0]?.properties?.["text"]).toHaveLength(20_000);
  });

  it("is told of a wrong key by an error it does not repeat", async () => {
    const errors: unknown[] = [];
    const analytics = new Analytics({ writeKey: "wk_wrong", host: target.url, flushAt: 1, maxRetries: 3 });
    analytics.on("error", (error) => errors.push(error));
    analytics.track({ userId: "n2", event: "Never" });
    await analytics.closeAndFlush();
    expect(errors).toHaveLength(1);
  });
});
