import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { basic, intakeRows, makeIngest, makeKey } from "../../test/ingest.ts";

const body = (messageId: string) => JSON.stringify({ userId: "u", event: "e", messageId });
const post = (key: string, messageId: string): RequestInit => ({
  method: "POST",
  headers: { authorization: basic(key) },
  body: body(messageId),
});

// Across invocations, with promises of one resolved by another: test/clients/raw.test.ts (this test runner switches it off).
describe("group commit", () => {
  it("writes many concurrent requests with few statements, and each is answered when its own row is there", async () => {
    const { workspace, key } = await makeKey();
    const { call, writes, sent, sends } = makeIngest();
    await call("/v1/track", post(key, "first"));
    const responses = await Promise.all(Array.from({ length: 40 }, (_, i) => call("/v1/track", post(key, `m${i}`))));
    expect(responses.every(({ status }) => status === 200)).toBe(true);
    expect((await intakeRows(workspace)).flatMap((row) => row.items.map((item) => item.id)).toSorted()).toEqual(
      ["first", ...Array.from({ length: 40 }, (_, i) => `m${i}`)].toSorted(),
    );
    expect(writes.reduce((sum, rows) => sum + rows, 0)).toBe(41);
    expect(writes.length).toBeLessThan(15);
    expect(sent).toHaveLength(41);
    expect(sends.length).toBeLessThan(41);
  });

  it("tells every waiting request 503 with Retry-After when the write fails, claims nothing, and recovers", async () => {
    const { workspace, key } = await makeKey();
    const { call, broken, sent } = makeIngest();
    await call("/v1/track", post(key, "good"));
    broken.intake = true;
    const responses = await Promise.all(Array.from({ length: 10 }, (_, i) => call("/v1/track", post(key, `lost${i}`))));
    for (const response of responses) {
      expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
      expect(await response.json()).toMatchObject({ success: false, accepted: 0, code: "try-again" });
    }
    broken.intake = false;
    expect((await call("/v1/track", post(key, "later"))).status).toBe(200);
    expect((await intakeRows(workspace)).flatMap((row) => row.items.map((item) => item.id)).toSorted()).toEqual(["good", "later"]);
    expect(sent).toHaveLength(2);
  });
});

describe("INTAKE_ROWS rows", () => {
  it("keeps the row for the sweep when the queue refuses, and the request is accepted all the same", async () => {
    const { workspace, key } = await makeKey();
    const { call, broken, sent } = makeIngest();
    broken.queue = true;
    expect((await call("/v1/track", post(key, "m"))).status).toBe(200);
    expect(sent).toEqual([]);
    const row = await env.INTAKE_0.prepare("SELECT * FROM intake WHERE workspace = ?")
      .bind(workspace)
      .first<{ received_at: number; retry_at: number; tries: number; id: string }>();
    expect(row?.retry_at).toBe((row?.received_at ?? 0) + 30_000);
    expect(row?.tries).toBe(0);
    expect((await intakeRows(workspace))[0]).toMatchObject({ intake: row?.id, shard: 0, workspace });
  });
});

describe("INTAKE_ROWS fallback", () => {
  it("accepts on the queue's acknowledgement and writes no row", async () => {
    const { workspace, key } = await makeKey();
    const { call, writes, sent } = makeIngest({ INTAKE_ROWS: "fallback" });
    const responses = await Promise.all(Array.from({ length: 20 }, (_, i) => call("/v1/track", post(key, `m${i}`))));
    expect(responses.every(({ status }) => status === 200)).toBe(true);
    expect(sent).toHaveLength(20);
    expect(writes).toEqual([]);
    expect(await intakeRows(workspace)).toEqual([]);
  });

  it("writes the row where the queue refuses, and answers 503 when that fails too", async () => {
    const { workspace, key } = await makeKey();
    const { call, broken } = makeIngest({ INTAKE_ROWS: "fallback" });
    broken.queue = true;
    expect((await call("/v1/track", post(key, "m"))).status).toBe(200);
    expect(await intakeRows(workspace)).toHaveLength(1);
    broken.intake = true;
    expect((await call("/v1/track", post(key, "n"))).status).toBe(503);
    expect(await intakeRows(workspace)).toHaveLength(1);
  });
});

describe("intake shards", () => {
  it("spreads requests over all that are bound, and a request's parts stay together", async () => {
    const { workspace, key } = await makeKey();
    const second = makeIngest().intake;
    const { call, sent, writes } = makeIngest({}, { INTAKE_1: second });
    const batch = Array.from({ length: 150 }, () => ({ type: "track", userId: "u", event: "e" }));
    const init: RequestInit = { method: "POST", headers: { authorization: basic(key) }, body: JSON.stringify({ batch }) };
    for (let request = 0; request < 20; request += 1) expect((await call("/v1/batch", init)).status).toBe(200);
    const shards = sent.map((message) => message.shard);
    expect(new Set(shards)).toEqual(new Set([0, 1]));
    for (let part = 0; part < sent.length; part += 2) expect(shards[part]).toBe(shards[part + 1]);
    expect(writes.length).toBe(shards.filter((shard) => shard === 0).length / 2);
    expect(await intakeRows(workspace)).toHaveLength(40);
  });
});
