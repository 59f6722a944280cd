import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ClientTarget, startTarget } from "./worker.ts";

const basic = (key: string): string => `Basic ${Buffer.from(`${key}:`).toString("base64")}`;

describe("clients replayed as recorded", () => {
  let target: ClientTarget;
  beforeAll(async () => {
    target = await startTarget();
  });
  afterAll(() => target.stop());

  it("takes RudderStack's node client: gzip JSON under a form's content type", async () => {
    const now = new Date().toISOString();
    const event = {
      channel: "server",
      userId: "r1",
      integrations: { All: true },
      originalTimestamp: now,
      _metadata: { nodeVersion: "20" },
    };
    const batch = [
      { ...event, type: "track", event: "Order Completed", messageId: "rudder-1", properties: { total: 7 } },
      { ...event, type: "identify", messageId: "rudder-2", context: { traits: { plan: "pro" }, library: { name: "analytics-node" } } },
    ];
    const answer = await fetch(`${target.url}/v1/batch`, {
      method: "POST",
      headers: { authorization: basic(target.writeKey), "content-encoding": "gzip", "content-type": "application/x-www-form-urlencoded" },
      body: gzipSync(JSON.stringify({ batch, timestamp: now, sentAt: now })),
    });
    expect([answer.status, await answer.json()]).toEqual([200, { success: true, accepted: 2, rejected: [] }]);
    const events = await target.logged((all) => all.filter((one) => one.userId === "r1").length === 2);
    expect(events.find((one) => one.id === "rudder-1")).toMatchObject({ type: "track", properties: { total: 7 } });
    expect(events.find((one) => one.id === "rudder-2")).toMatchObject({ traits: { plan: "pro" } });
  });

  it("takes a beacon of RudderStack's browser client: no header, key in the query, text/plain", async () => {
    const url = `${target.url}/beacon/v1/batch?writeKey=${encodeURIComponent(target.writeKey)}`;
    const batch = [{ type: "page", anonymousId: "r-anon", messageId: "rudder-3", name: "Bye", userId: "" }];
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: JSON.stringify({ batch, sentAt: new Date().toISOString() }),
    });
    expect(answer.status).toBe(200);
    expect((await target.logged((all) => all.some((one) => one.id === "rudder-3"))).find((one) => one.id === "rudder-3")).toMatchObject({
      anonymousId: "r-anon",
      name: "Bye",
    });
  });

  it("answers hundreds of requests at once, whose writes it shares, and each of them is there", async () => {
    const send = (i: number) =>
      fetch(`${target.url}/v1/track`, {
        method: "POST",
        headers: { authorization: basic(target.writeKey) },
        body: JSON.stringify({ userId: `c${i % 10}`, event: "At once", messageId: `once-${i}` }),
      });
    const answers = await Promise.all(Array.from({ length: 300 }, (_, i) => send(i)));
    expect(answers.filter((answer) => answer.status !== 200)).toEqual([]);
    const events = await target.logged((all) => all.filter((one) => one.event === "At once").length >= 300);
    expect(new Set(events.filter((one) => one.event === "At once").map((one) => one.id)).size).toBe(300);
  });

  it("is not hurt by clients that hang up in the middle", async () => {
    const send = async (i: number): Promise<number> => {
      const hangUp = new AbortController();
      if (i % 2 === 0) setTimeout(() => hangUp.abort(), i % 20);
      try {
        const body = JSON.stringify({ userId: "h", event: "Hung up", messageId: `hang-${i}` });
        return (
          await fetch(`${target.url}/v1/track`, {
            method: "POST",
            headers: { authorization: basic(target.writeKey) },
            body,
            signal: hangUp.signal,
          })
        ).status;
      } catch {
        return 0;
      }
    };
    const statuses = await Promise.all(Array.from({ length: 200 }, (_, i) => send(i)));
    expect(statuses.filter((status, i) => i % 2 === 1 && status !== 200)).toEqual([]);
    const acknowledged = statuses.flatMap((status, i) => (status === 200 ? [`hang-${i}`] : []));
    const events = await target.logged((all) => acknowledged.every((id) => all.some((one) => one.id === id)));
    expect(events.length).toBeGreaterThan(0);
  });
});
