import { describe, expect, it, vi } from "vitest";
import { routes } from "./api.ts";
import { call, journeyOf, keyWith, newWorkspace, segmentOf, templateOf } from "./client.test-support.ts";
import type { RouteSpec } from "./route.ts";

// The first call of a run loads the whole management API.
vi.setConfig({ testTimeout: 30_000 });

/** The route with a definition, user or key that exists in no workspace. */
const address = ({ method, path }: RouteSpec) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, "no-such")}`;
const scoped = routes.map(({ spec }) => spec).filter(({ scope }) => scope !== "setup-token");
const withBody = (spec: RouteSpec) => (spec.method === "get" || spec.method === "delete" ? {} : { text: "{}" });

describe("every route", () => {
  it("is refused without a key, with a wrong one, with a write key, with a stale session", async () => {
    const { writeKey } = await newWorkspace();
    for (const spec of scoped) {
      const what = address(spec);
      expect([what, await call(what, withBody(spec))]).toMatchObject([what, { status: 401, body: { code: "missing-key" } }]);
      expect([what, await call(what, { ...withBody(spec), key: "ak_00000000000000000000000000000000" })]).toMatchObject([
        what,
        { status: 401, body: { code: "wrong-key" } },
      ]);
      expect([what, await call(what, { ...withBody(spec), key: writeKey })]).toMatchObject([
        what,
        { status: 403, body: { code: "not-allowed" } },
      ]);
      expect([what, await call(what, { ...withBody(spec), headers: { cookie: "tern.session_token=forged.signature" } })]).toMatchObject([
        what,
        { status: 401, body: { code: "not-signed-in" } },
      ]);
    }
  });

  it.each(["read", "write", "send", "ingest", "admin"] as const)("lets the scope %s do what it is for and nothing else", async (scope) => {
    const { id } = await newWorkspace();
    const key = await keyWith(id, [scope]);
    for (const spec of scoped) {
      const what = address(spec);
      const { status } = await call(what, { ...withBody(spec), key });
      const allowed = scope === "admin" || spec.scope === scope;
      expect([what, status === 403]).toEqual([what, !allowed]);
      expect([what, status === 401]).toEqual([what, false]);
    }
  });

  it("answers a read key on lists with 200", async () => {
    const { id } = await newWorkspace();
    const key = await keyWith(id, ["read"]);
    for (const path of ["segments", "journeys", "templates", "providers", "users", "messages", "events", "workspace"])
      expect([path, (await call(`GET /api/${path}`, { key })).status]).toEqual([path, 200]);
  });
});

describe("another workspace", () => {
  it("sees and changes nothing of ours", async () => {
    const ours = await newWorkspace();
    const theirs = await newWorkspace();
    await ours.api("PUT /api/templates/hello", templateOf());
    await ours.api("PUT /api/segments/buyers", segmentOf());
    await ours.api("PUT /api/journeys/welcome", journeyOf("hello"));
    await ours.api("POST /api/journeys/welcome/publish");
    await ours.api("PATCH /api/users/u1", { attributes: { email: "u1@example.com" } });
    const key = (await ours.api("POST /api/keys", { kind: "api", name: "ours" })).body.id as string;
    for (const path of [
      "templates/hello",
      "segments/buyers",
      "segments/buyers/members",
      "segments/buyers/backfill",
      "journeys/welcome",
      "journeys/welcome/versions",
      "journeys/welcome/statistics",
      "users/u1",
    ])
      expect([path, (await theirs.api(`GET /api/${path}`)).status]).toEqual([path, 404]);
    for (const what of [
      "DELETE /api/templates/hello",
      "DELETE /api/segments/buyers",
      "DELETE /api/journeys/welcome",
      "POST /api/journeys/welcome/stop",
      `DELETE /api/keys/${key}`,
    ])
      expect([what, (await theirs.api(what)).status]).toEqual([what, 404]);
    for (const path of ["journeys", "templates", "users", "messages", "events"])
      expect((await theirs.api(`GET /api/${path}`)).body.items).toEqual([]);
    expect((await theirs.api("GET /api/users/u1/timeline")).body.items).toEqual([]);
    expect((await ours.api("GET /api/journeys/welcome")).body.status).toBe("live");
  });
});

describe("paths and methods", () => {
  it("that do not exist are said so", async () => {
    const { api } = await newWorkspace();
    expect(await api("GET /api/nothing")).toMatchObject({ status: 404, body: { code: "not-found" } });
    expect(await api("POST /api/segments", {})).toMatchObject({ status: 405, body: { code: "method-not-allowed" } });
  });
});

describe("keys", () => {
  it("are shown once, listed without their text, and stop working when revoked", async () => {
    const { api } = await newWorkspace();
    const made = await api("POST /api/keys", { kind: "api", name: "CI", scopes: ["read"] });
    expect(made).toMatchObject({ status: 201, body: { kind: "api", name: "CI", scopes: ["read"], expiresAt: null } });
    const { text, id } = made.body as { text: string; id: string };
    expect((await call("GET /api/segments", { key: text })).status).toBe(200);
    const listed = (await api("GET /api/keys")).body;
    expect(listed.items.map((key: { id: string }) => key.id)).toContain(id);
    expect(JSON.stringify(listed)).not.toContain(text);
    expect((await api(`DELETE /api/keys/${id}`)).status).toBe(204);
    expect((await call("GET /api/segments", { key: text })).status).toBe(401);
    expect((await api(`DELETE /api/keys/${id}`)).status).toBe(404);
  });

  it("refuse scopes on write keys, unknown scopes and a past expiry", async () => {
    const { api } = await newWorkspace();
    expect(await api("POST /api/keys", { kind: "write", name: "x", scopes: ["read"] })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "scopes" }] },
    });
    expect(await api("POST /api/keys", { kind: "api", name: "x", scopes: ["root"] })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "scopes[0]" }] },
    });
    expect(await api("POST /api/keys", { kind: "api", name: "x", expiresAt: "2020-01-01T00:00:00Z" })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "expiresAt" }] },
    });
  });
});

describe("Idempotency-Key", () => {
  const wanted = { kind: "write", name: "Shop" };

  it("makes a POST happen once and replays its answer, kept unreadable", async () => {
    const { api, id } = await newWorkspace();
    const first = await api("POST /api/keys", wanted, { "idempotency-key": "k1" });
    const again = await api("POST /api/keys", wanted, { "idempotency-key": "k1" });
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect((await api("GET /api/keys")).body.items).toHaveLength(3);
    const { bindings } = await import("./client.test-support.ts");
    const row = await bindings.DB.prepare("SELECT body FROM idempotency WHERE workspace = ?").bind(id).first<{ body: string }>();
    expect(row?.body).not.toContain(first.body.text);
  });

  it("the same call about another user is another request, though only the query tells", async () => {
    const { api } = await newWorkspace();
    await api("POST /api/users/x/suppress", {}, { "idempotency-key": "k0" });
    expect(await api("POST /api/users/x/suppress?anonymous=true", {}, { "idempotency-key": "k0" })).toMatchObject({
      status: 409,
      body: { code: "idempotency-conflict" },
    });
  });

  it("refuses another request under the same key", async () => {
    const { api } = await newWorkspace();
    await api("POST /api/keys", wanted, { "idempotency-key": "k2" });
    expect(await api("POST /api/keys", { ...wanted, name: "Other" }, { "idempotency-key": "k2" })).toMatchObject({
      status: 409,
      body: { code: "idempotency-conflict" },
    });
  });

  it("lets one of two at once through", async () => {
    const { api } = await newWorkspace();
    const both = await Promise.all([1, 2].map(() => api("POST /api/keys", wanted, { "idempotency-key": "k3" })));
    expect((await api("GET /api/keys")).body.items).toHaveLength(3);
    expect(both.map(({ status }) => status)).toContain(201);
  });

  it("what was done is answered also where its answer cannot be kept, and not done again", async () => {
    const { api } = await newWorkspace();
    const { bindings } = await import("./client.test-support.ts");
    const prepare = bindings.DB.prepare.bind(bindings.DB);
    const broken = vi.spyOn(bindings.DB, "prepare").mockImplementation((sql) => {
      if (sql.startsWith("UPDATE idempotency")) throw new Error("cut");
      return prepare(sql);
    });
    const first = await api("POST /api/keys", wanted, { "idempotency-key": "k9" });
    broken.mockRestore();
    expect(first.status).toBe(201);
    expect((await api("POST /api/keys", wanted, { "idempotency-key": "k9" })).status).toBe(409);
    expect((await api("GET /api/keys")).body.items).toHaveLength(3);
  });

  it("is free again after a refusal", async () => {
    const { api } = await newWorkspace();
    expect((await api("POST /api/keys", { kind: "api" }, { "idempotency-key": "k4" })).status).toBe(400);
    expect((await api("POST /api/keys", wanted, { "idempotency-key": "k4" })).status).toBe(201);
  });
});

describe("the workspace", () => {
  it("takes a new name and zone, and refuses a zone that does not exist", async () => {
    const { api } = await newWorkspace();
    expect((await api("PATCH /api/workspace", { name: "Shop", timezone: "Asia/Tokyo" })).body).toMatchObject({
      name: "Shop",
      timezone: "Asia/Tokyo",
      catalogVersion: 2,
    });
    expect(await api("PATCH /api/workspace", { timezone: "Mars/Olympus" })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "timezone" }] },
    });
  });
});
