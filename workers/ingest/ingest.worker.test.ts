import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { deleteOldRejections, readRejections } from "../../src/storage/intake/rejections.ts";
import { basic, gzip, intakeRows, makeIngest, makeKey } from "../../test/ingest.ts";
import type { Env } from "../env.ts";
import { sweep } from "../sweep.ts";
import { isHealthy } from "./health.ts";

const bindings = env as unknown as Env; // bound by wrangler.toml

const track = { userId: "u1", event: "Order Completed", properties: { total: 42 } };
const post = (key: string, body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { authorization: basic(key), ...headers },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

describe("every path of the tracking API", () => {
  it.each([
    ["/v1/identify", { userId: "u", traits: {} }, "identify"],
    ["/v1/i", { userId: "u" }, "identify"],
    ["/v1/track", { userId: "u", event: "e" }, "track"],
    ["/v1/t", { userId: "u", event: "e" }, "track"],
    ["/v1/page", { anonymousId: "a" }, "page"],
    ["/v1/p", { anonymousId: "a" }, "page"],
    ["/v1/screen", { userId: "u", name: "Main" }, "screen"],
    ["/v1/s", { userId: "u", name: "Main" }, "screen"],
    ["/v1/group", { userId: "u", groupId: "g" }, "group"],
    ["/v1/g", { userId: "u", groupId: "g" }, "group"],
    ["/v1/alias", { userId: "u", previousId: "a" }, "alias"],
    ["/v1/a", { userId: "u", previousId: "a" }, "alias"],
  ])("%s takes its call, whose type the path says", async (path, body, type) => {
    const { workspace, key } = await makeKey();
    const { call, sent } = makeIngest();
    const response = await call(path, post(key, body));
    expect([response.status, await response.json()]).toEqual([200, { success: true, accepted: 1, rejected: [] }]);
    const [row] = await intakeRows(workspace);
    expect(row?.items).toMatchObject([{ type, key: "client", index: 0 }]);
    expect(sent).toEqual([row]);
  });

  it.each(["/v1/batch", "/v1/b", "/v1/import"])("%s takes a batch", async (path) => {
    const { workspace, key } = await makeKey();
    const { call } = makeIngest();
    const batch = [
      { type: "track", ...track },
      { type: "identify", userId: "u1", traits: { plan: "pro" } },
    ];
    const response = await call(path, post(key, { batch, context: { ip: "1.2.3.4" }, sentAt: new Date().toISOString() }));
    expect(await response.json()).toMatchObject({ success: true, accepted: 2 });
    expect((await intakeRows(workspace))[0]?.items).toMatchObject([{ type: "track", context: { ip: "1.2.3.4" } }, { type: "identify" }]);
  });

  it("/beacon/v1/batch takes a beacon: key in the query, text/plain, no header", async () => {
    const { workspace, key } = await makeKey();
    const { call } = makeIngest();
    const body = JSON.stringify({ batch: [{ type: "track", ...track }] });
    const response = await call(`/beacon/v1/batch?writeKey=${key}`, { method: "POST", headers: { "content-type": "text/plain" }, body });
    expect(response.status).toBe(200);
    expect(await intakeRows(workspace)).toHaveLength(1);
  });

  it("answers 404 as problem+json for the rest", async () => {
    const { call } = makeIngest();
    for (const [path, method] of [
      ["/v1/nothing", "POST"],
      ["/v1/track", "GET"],
      ["/", "GET"],
    ] as const) {
      const response = await call(path, { method });
      expect([response.status, response.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
      expect(await response.json()).toMatchObject({ code: "not-found", status: 404 });
    }
  });
});

describe("keys", () => {
  const send = async (init: RequestInit, path = "/v1/track") => {
    const { call } = makeIngest();
    return (await call(path, { method: "POST", ...init })).status;
  };

  it("is taken as Basic user name with or without the colon, bearer, from the body or the query", async () => {
    const { key } = await makeKey();
    const body = JSON.stringify(track);
    expect(await send({ headers: { authorization: basic(key) }, body })).toBe(200);
    expect(await send({ headers: { authorization: basic(key, ":password") }, body })).toBe(200);
    expect(await send({ headers: { authorization: basic(key, "") }, body })).toBe(200);
    expect(await send({ headers: { authorization: `basic ${btoa(`${key}:`)}` }, body })).toBe(200);
    expect(await send({ headers: { authorization: `Bearer ${key}` }, body })).toBe(200);
    expect(await send({ body: JSON.stringify({ ...track, writeKey: key }) })).toBe(200);
    expect(await send({ headers: { authorization: "Bearer oauth-token" }, body: JSON.stringify({ ...track, writeKey: key }) })).toBe(200);
    expect(await send({ headers: { authorization: basic("") }, body: JSON.stringify({ ...track, writeKey: key }) })).toBe(200);
    expect(await send({ body }, `/v1/track?writeKey=${key}`)).toBe(200);
  });

  it("in the header wins over the body's, and the body's over the query's", async () => {
    const { key } = await makeKey();
    expect(await send({ headers: { authorization: basic("wk_wrong") }, body: JSON.stringify({ ...track, writeKey: key }) })).toBe(401);
    expect(await send({ body: JSON.stringify({ ...track, writeKey: "wk_wrong" }) }, `/v1/track?writeKey=${key}`)).toBe(401);
  });

  it("missing, unknown, expired or revoked answer 401 with a code, and 403 where the scope is missing", async () => {
    const { call } = makeIngest();
    const missing = await call("/v1/track", { method: "POST", body: JSON.stringify(track) });
    expect([missing.status, await missing.json()]).toEqual([401, expect.objectContaining({ success: false, code: "missing-key" })]);
    for (const wrong of ["nothing", "x".repeat(5_000), "wk_\u0000"]) {
      const response = await call("/v1/track", post("", { ...track, writeKey: wrong }));
      expect([response.status, await response.json()]).toEqual([401, expect.objectContaining({ success: false, code: "wrong-key" })]);
    }
    const expired = await makeKey("write", { expiresAt: Date.now() - 1 });
    expect((await call("/v1/track", post(expired.key, track))).status).toBe(401);
    const revoked = await makeKey();
    await env.DB.prepare("UPDATE keys SET revoked_at = 1 WHERE id = ?").bind(revoked.id).run();
    expect((await call("/v1/track", post(revoked.key, track))).status).toBe(401);
    const reader = await makeKey("api", { scopes: ["read"] });
    const refused = await call("/v1/track", post(reader.key, track));
    expect([refused.status, await refused.json()]).toEqual([403, expect.objectContaining({ code: "not-allowed" })]);
  });

  it("of a server marks its events: only those may merge two known users", async () => {
    const { workspace, key } = await makeKey("api", { scopes: ["ingest"] });
    const { call } = makeIngest();
    await call("/v1/alias", post(key, { userId: "u", previousId: "v" }));
    expect((await intakeRows(workspace))[0]?.items[0]?.key).toBe("server");
  });
});

describe("bodies", () => {
  it("are opened by their first bytes, whatever the headers say", async () => {
    const { workspace, key } = await makeKey();
    const { call } = makeIngest();
    const body = await gzip(JSON.stringify({ batch: [{ type: "track", ...track }] }));
    const forms: Record<string, string>[] = [
      { "content-encoding": "gzip", "content-type": "application/x-www-form-urlencoded" },
      { "content-type": "text/plain" },
      { "content-type": "application/json" },
    ];
    for (const headers of forms)
      expect((await call("/v1/batch", { method: "POST", headers: { authorization: basic(key), ...headers }, body })).status).toBe(200);
    expect(await intakeRows(workspace)).toHaveLength(3);
    expect((await call("/v1/batch", post(key, { batch: [] }, { "content-encoding": "gzip" }))).status).toBe(200);
  });

  it("that are no JSON, no UTF-8 or broken gzip answer 400 with a code", async () => {
    const { key } = await makeKey();
    const { call } = makeIngest();
    const broken = (await gzip(JSON.stringify({ batch: [] }))).slice(0, 12);
    const bodies: readonly (readonly [BodyInit, string])[] = [
      ["{", "bad-json"],
      ["", "bad-json"],
      [new Uint8Array([0x22, 0xff, 0x22]), "bad-json"],
      [broken, "bad-gzip"],
    ];
    for (const [body, code] of bodies) {
      const response = await call("/v1/batch", { method: "POST", headers: { authorization: basic(key) }, body });
      expect([response.status, await response.json()]).toEqual([400, expect.objectContaining({ success: false, accepted: 0, code })]);
    }
  });

  it("over 500 KB answer 400, also without a length and also when they only grow in decompression", async () => {
    const { workspace, key } = await makeKey();
    const { call } = makeIngest();
    const padding = " ".repeat(500 * 1024);
    const streamed = new Blob([`{"batch":[]}${padding}`]).stream();
    const bomb = await gzip("[".repeat(50_000_000));
    expect(bomb.byteLength).toBeLessThan(100_000);
    for (const body of [`{"batch":[]}${padding}`, streamed, bomb]) {
      const response = await call("/v1/batch", { method: "POST", headers: { authorization: basic(key) }, body });
      expect([response.status, await response.json()]).toEqual([400, expect.objectContaining({ success: false, code: "too-large" })]);
    }
    const exact = `{"batch":[]}${" ".repeat(500 * 1024 - 12)}`;
    expect((await call("/v1/batch", post(key, exact))).status).toBe(200);
    expect(await intakeRows(workspace)).toHaveLength(0);
  });

  it("of a full batch go into parts of at most 100 items and 128 KB, written together", async () => {
    const { workspace, key } = await makeKey();
    const { call, writes, sent, sends } = makeIngest();
    const batch = Array.from({ length: 2_500 }, (_, i) => ({ type: "track", userId: `u${i % 7}`, event: "e", properties: { i } }));
    expect(await (await call("/v1/batch", post(key, { batch }))).json()).toMatchObject({ accepted: 2_500 });
    const rows = await intakeRows(workspace);
    expect(rows.map((row) => row.items.length)).toEqual(Array.from({ length: 25 }, () => 100));
    expect(writes).toEqual([25]);
    expect(sends.reduce((sum, n) => sum + n, 0)).toBe(25);
    expect(sent.map((message) => message.intake).toSorted()).toEqual(rows.map((row) => row.intake).toSorted());
    const tooMany = await call("/v1/batch", post(key, { batch: [...batch, batch[0]] }));
    expect([tooMany.status, await tooMany.json()]).toEqual([400, expect.objectContaining({ code: "too-many" })]);
  });
});

describe("verdicts", () => {
  it("name the bad items of a batch and keep the good ones", async () => {
    const { workspace, key } = await makeKey();
    const { call } = makeIngest();
    const batch = [
      { type: "track", ...track },
      { type: "track", userId: "u" },
      { type: "identify" },
      { type: "track", ...track, properties: { p: "x".repeat(33 * 1024) } },
    ];
    const response = await call("/v1/batch", post(key, { batch }));
    expect(response.status).toBe(200);
    const answer = await response.json<{ rejected: { index: number; field: string; code: string; message: string }[] }>();
    expect(answer).toMatchObject({ success: true, accepted: 1 });
    expect(answer.rejected.map(({ index, field, code }) => [index, field, code])).toEqual([
      [1, "event", "missing"],
      [2, "userId", "no_user_anon_id"],
      [3, "", "too-large"],
    ]);
    for (const { message } of answer.rejected) expect(message).not.toBe("");
    expect((await intakeRows(workspace))[0]?.items).toHaveLength(1);
  });

  it("are 400 only when nothing was accepted", async () => {
    const { workspace, key } = await makeKey();
    const { call, writes } = makeIngest();
    for (const [path, body] of [
      ["/v1/track", { userId: "u" }],
      ["/v1/batch", { batch: [{ type: "track", userId: "u" }] }],
      ["/v1/batch", {}],
      ["/v1/track", "7"],
    ] as const) {
      const response = await call(path, post(key, body));
      expect([response.status, await response.json()]).toEqual([
        400,
        expect.objectContaining({ success: false, accepted: 0, code: expect.any(String), message: expect.any(String) }),
      ]);
    }
    expect(await intakeRows(workspace)).toHaveLength(0);
    expect(writes).toEqual([]);
    const empty = await call("/v1/batch", post(key, { batch: [] }));
    expect([empty.status, await empty.json()]).toEqual([200, { success: true, accepted: 0, rejected: [] }]);
  });

  it("are kept, with a sample and never with the key, for 7 days", async () => {
    const { workspace, key } = await makeKey();
    const { call } = makeIngest();
    await call("/v1/track", post("", { userId: "u", properties: { a: 1 }, writeKey: key }));
    const kept = await readRejections(env.INTAKE_0, workspace, 10);
    expect(kept).toMatchObject([{ code: "missing", field: "event", sample: `{"userId":"u","properties":{"a":1}}` }]);
    await deleteOldRejections(bindings.INTAKE_0, Date.now() + 6 * 86_400_000);
    expect(await readRejections(env.INTAKE_0, workspace, 10)).toHaveLength(1);
    await deleteOldRejections(bindings.INTAKE_0, Date.now() + 8 * 86_400_000);
    expect(await readRejections(env.INTAKE_0, workspace, 10)).toHaveLength(0);
  });

  it("keep at most 50 of a request and 500 of a workspace in an hour", async () => {
    const { workspace, key } = await makeKey();
    const { call } = makeIngest();
    const batch = Array.from({ length: 60 }, () => ({ type: "track", userId: "u" }));
    await call("/v1/batch", post(key, { batch }));
    expect(await readRejections(env.INTAKE_0, workspace, 1_000)).toHaveLength(50);
    for (let request = 0; request < 11; request += 1) await call("/v1/batch", post(key, { batch }));
    expect(await readRejections(env.INTAKE_0, workspace, 1_000)).toHaveLength(500);
  });
});

describe("CORS", () => {
  const expected = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET,POST,PUT,PATCH,DELETE,OPTIONS",
    "access-control-max-age": "7200",
  };
  const headersOf = (response: Response) => Object.fromEntries(Object.keys(expected).map((name) => [name, response.headers.get(name)]));

  it("answers every preflight with what the known clients ask for, without credentials", async () => {
    const { call } = makeIngest();
    const response = await call("/v1/t", {
      method: "OPTIONS",
      headers: { origin: "https://shop.example", "access-control-request-method": "POST" },
    });
    expect(response.status).toBe(204);
    expect(headersOf(response)).toEqual(expected);
    const allowed = response.headers.get("access-control-allow-headers")?.split(", ") ?? [];
    expect(allowed).toEqual(
      expect.arrayContaining(["authorization", "content-type", "content-encoding", "anonymousid", "sentat", "x-retry-count"]),
    );
    expect(response.headers.has("access-control-allow-credentials")).toBe(false);
  });

  it("is on good answers and on errors alike", async () => {
    const { key } = await makeKey();
    const { call, broken } = makeIngest();
    expect(headersOf(await call("/v1/t", post(key, track)))).toEqual(expected);
    expect(headersOf(await call("/v1/t", post(key, "{")))).toEqual(expected);
    expect(headersOf(await call("/v1/t", post("wk_no", track)))).toEqual(expected);
    expect(headersOf(await call("/nothing"))).toEqual(expected);
    broken.intake = true;
    expect(headersOf(await call("/v1/t", post(key, track)))).toEqual(expected);
  });
});

describe("documents for browser clients", () => {
  it("settings name us under the caller's own write key, and nothing more", async () => {
    const { key } = await makeKey();
    const { call } = makeIngest();
    const response = await call(`/v1/projects/${key}/settings`);
    const destination = { apiKey: key, apiHost: "events.example/v1", protocol: "https" };
    expect(await response.json()).toEqual({
      integrations: { "Segment.io": destination, "Customer.io Data Pipelines": destination },
      plan: { track: { __default: { enabled: true, integrations: {} } } },
    });
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    const server = await makeKey("api", { scopes: ["ingest"] });
    for (const other of ["wk_unknown", server.key]) expect((await call(`/v1/projects/${other}/settings`)).status).toBe(404);
  });

  it.each(["/sourceConfig", "/sourceConfig/"])(
    "%s says how RudderStack's clients find us, key in the query or the header",
    async (path) => {
      const { workspace, key } = await makeKey();
      const { call } = makeIngest();
      for (const response of [await call(`${path}?writeKey=${key}&p=npm`), await call(path, { headers: { authorization: basic(key) } })]) {
        expect(response.status).toBe(200);
        expect(await response.json()).toMatchObject({
          source: {
            writeKey: key,
            workspaceId: workspace,
            enabled: true,
            destinations: [],
            config: { statsCollection: { errors: { enabled: false } } },
          },
        });
      }
      expect((await call(`${path}?writeKey=wk_unknown`)).status).toBe(401);
    },
  );
});

describe("/health", () => {
  it("is 200 once the databases answer and are migrated, else 503", async () => {
    const { call, broken } = makeIngest();
    broken.intake = true;
    const down = await call("/health");
    expect([down.status, await down.json()]).toEqual([503, expect.objectContaining({ code: "try-again" })]);
    broken.intake = false;
    const up = await call("/health");
    expect([up.status, await up.json()]).toEqual([200, { status: "ok" }]);
  });

  it("on one machine is 503 until the launcher has written keys and operator down", async () => {
    const local = { ...bindings, HEALTHY_WHEN_SET_UP: "true" };
    expect(await isHealthy(local)).toBe(false);
    await sweep({ cron: "@ready", scheduledTime: 0 }, local, createExecutionContext());
    expect(await isHealthy(local)).toBe(true);
  });
});
