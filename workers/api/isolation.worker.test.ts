import { getTableConfig } from "drizzle-orm/sqlite-core";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { scopes } from "../../src/api/management.ts";
import * as schema from "../../src/storage/schema.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import { soon } from "../../test/support/workspace.ts";
import { routes } from "./api.ts";
import { bindings, call, journeyOf, keyWith, newWorkspace, segmentOf, templateOf, type TestWorkspace } from "./client.test-support.ts";
import type { RouteSpec } from "./route.ts";

// The first call of a run loads the whole management API.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Part of everything the workspace has that somebody else could be shown. */
const mark = "OURS-ALONE";
const stream = { url: "https://feed.example.com/", include: ["events"], secrets: [`whsec_${btoa("isolated".repeat(4))}`], name: mark };
const provider = { channel: "webhook", type: "webhook", settings: { headers: { authorization: mark }, hosts: ["example.com"] } };
const marked = (definition: object): object => ({ ...definition, name: mark });
const journey = journeyOf("hello", "Never Happens");
const topic = { name: "Topic", channels: ["email"], default: "opted-in" };
const inside = { channel: "webhook", content: { url: "http://169.254.169.254/", body: "{}" } };

/** Things of a workspace whose ids are not chosen. */
interface Ids {
  readonly sent: string;
  readonly failed: string;
  readonly held: string;
  readonly keyId: string;
}

/** A workspace with one of everything. */
const furnish = async (ws: TestWorkspace): Promise<Ids> => {
  const must = async (what: string, body?: unknown): Promise<{ readonly id: string }> => {
    const answer = await ws.api(what, body);
    if (answer.status >= 300) throw new Error(`${what} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  await must("PUT /api/segments/buyers", marked(segmentOf()));
  await must("PUT /api/segments/picked", { name: mark, kind: "manual" });
  await must("PUT /api/templates/hello", marked(templateOf(mark)));
  await must("PUT /api/topics/offers", marked(topic));
  await must("PUT /api/providers/hooks", { ...provider, default: true });
  await must("PUT /api/streams/feed", stream);
  await must("PUT /api/journeys/welcome", marked(journey));
  await must("POST /api/journeys/welcome/publish");
  await must("PUT /api/schema/events/Seen", { enforce: "warn", properties: { [mark]: "text" } });
  await must("PATCH /api/workspace", { name: mark });
  for (const id of ["ada", "bob"]) await must(`PATCH /api/users/${id}`, { attributes: { email: `${id}-${mark}@example.com`, note: mark } });
  await must("PUT /api/groups/shop/7", { attributes: { note: mark } });
  await must("POST /api/groups/shop/7/members", { add: ["ada"] });
  await must("POST /api/segments/picked/members", { add: ["ada"] });
  await must("POST /api/suppressions", { items: [{ address: "gone@example.com", reason: mark }] });
  await call("POST /v1/batch", {
    body: {
      writeKey: ws.writeKey,
      batch: [
        { type: "track", userId: "ada", event: "Seen", properties: { [mark]: mark } },
        { type: "track", event: mark, timestamp: mark },
      ],
    },
  });
  const send = async (more: object) => (await must("POST /api/messages", { user: { id: "ada" }, channel: "email", ...more })).id;
  const sent = await send({ content: { subject: mark, html: mark } });
  const failed = await send(inside);
  const held = await send({ content: { subject: mark, html: mark }, sendAt: new Date(Date.now() + 86_400_000).toISOString() });
  const statusOf = async (id: string) => (await ws.api(`GET /api/messages/${id}`)).body.status;
  await soon(async () => expect([await statusOf(sent), await statusOf(failed)]).toEqual(["sent", "failed"]));
  await soon(async () => expect((await ws.api("GET /api/events")).body.items).toHaveLength(1));
  await soon(async () => expect((await ws.api("GET /api/streams/feed")).body.state.failures).toBeGreaterThan(0));
  return { sent, failed, held, keyId: (await must("POST /api/keys", { kind: "api", name: mark, scopes: ["read"] })).id };
};

/** What is asked of a route; `theirs`: what another workspace's key is told. own: it acts in that workspace alone. */
interface Ask {
  readonly path: string;
  readonly body?: unknown;
  readonly theirs: 404 | "own";
  /** What the workspace's own key is answered, which shows that the thing is there. Default: 2xx. */
  readonly ours?: number;
}

const get = (path: string, theirs: Ask["theirs"], more: Partial<Ask> = {}): Ask => ({ path, theirs, ...more });

/** Every route of the API, in an order in which the workspace's own key can ask all of them. A route that is missing fails the first test. */
const asks = ({ sent, failed, held, keyId }: Ids): Readonly<Record<string, Ask>> => ({
  "GET /api/segments": get("/api/segments", "own"),
  "GET /api/segments/{key}": get("/api/segments/buyers", 404),
  "GET /api/segments/{key}/members": get("/api/segments/picked/members", 404),
  "GET /api/segments/{key}/backfill": get("/api/segments/buyers/backfill", 404),
  "POST /api/segments/{key}/preview": get("/api/segments/buyers/preview", 404, { body: {} }),
  "GET /api/segments/{key}/growth": get("/api/segments/buyers/growth", 404),
  "GET /api/journeys": get("/api/journeys", "own"),
  "GET /api/journeys/{key}": get("/api/journeys/welcome", 404),
  "GET /api/journeys/{key}/versions": get("/api/journeys/welcome/versions", 404),
  "GET /api/journeys/{key}/diff": get("/api/journeys/welcome/diff", 404),
  "GET /api/journeys/{key}/statistics": get("/api/journeys/welcome/statistics", 404),
  "GET /api/templates": get("/api/templates", "own"),
  "GET /api/templates/{key}": get("/api/templates/hello", 404),
  "GET /api/templates/{key}/statistics": get("/api/templates/hello/statistics", 404),
  "POST /api/templates/{key}/preview": get("/api/templates/hello/preview", 404, { body: { user: { id: "ada" } } }),
  "GET /api/topics": get("/api/topics", "own"),
  "GET /api/topics/{key}": get("/api/topics/offers", 404),
  "GET /api/streams": get("/api/streams", "own"),
  "GET /api/streams/{key}": get("/api/streams/feed", 404),
  "GET /api/streams/{key}/deliveries": get("/api/streams/feed/deliveries", 404),
  "GET /api/definitions": get("/api/definitions", "own"),
  "GET /api/provider-types": get("/api/provider-types", "own"),
  "GET /api/providers": get("/api/providers", "own"),
  "GET /api/providers/{key}": get("/api/providers/hooks", 404),
  "GET /api/alerts": get("/api/alerts", "own"),
  "GET /api/users": get("/api/users", "own"),
  "GET /api/users/{id}": get("/api/users/ada", 404),
  "GET /api/users/{id}/timeline": get("/api/users/ada/timeline", "own"),
  "GET /api/users/{id}/events": get("/api/users/ada/events", "own"),
  "GET /api/users/{id}/messages": get("/api/users/ada/messages", "own"),
  "GET /api/users/{id}/runs": get("/api/users/ada/runs", "own"),
  "GET /api/users/{id}/consent": get("/api/users/ada/consent", "own"),
  "GET /api/users/{id}/consent/export": get("/api/users/ada/consent/export", "own"),
  "GET /api/users/{id}/explain": get("/api/users/ada/explain?segment=buyers", 404),
  "GET /api/suppressions": get("/api/suppressions", "own"),
  "GET /api/suppressions/export": get("/api/suppressions/export", "own"),
  "GET /api/groups": get("/api/groups", "own"),
  "GET /api/groups/{type}/{id}": get("/api/groups/shop/7", 404),
  "GET /api/groups/{type}/{id}/members": get("/api/groups/shop/7/members", "own"),
  "GET /api/schema": get("/api/schema", "own"),
  "GET /api/messages": get("/api/messages", "own"),
  "GET /api/messages/{id}": get(`/api/messages/${sent}`, 404),
  "GET /api/events": get("/api/events", "own"),
  "GET /api/events/rejected": get("/api/events/rejected", "own"),
  "GET /api/keys": get("/api/keys", "own"),
  "GET /api/workspace": get("/api/workspace", "own"),
  // Asked as no WebSocket it is refused once the key is accepted; what a socket is shown is read by workspace (event-list.ts).
  "GET /api/live": get("/api/live", "own", { ours: 400 }),
  "POST /api/simulate": get("/api/simulate", "own", { body: { name: "none", users: [{ id: "x" }], at: [] }, ours: 400 }),
  "POST /api/journeys/{key}/replay-check": get("/api/journeys/welcome/replay-check", 404, { body: { days: 1 } }),

  "POST /api/segments/{key}/members": get("/api/segments/picked/members", 404, { body: { add: ["ada"] } }),
  "POST /api/templates/{key}/test": get("/api/templates/hello/test", 404, { body: { to: "someone@example.com" } }),
  "POST /api/streams/{key}/replay": get("/api/streams/feed/replay", 404, { body: { deliveries: ["msg_a_1"] } }),
  "POST /api/streams/{key}/skip": get("/api/streams/feed/skip", 404, { body: { deliveries: ["msg_a_1"] } }),
  "POST /api/streams/{key}/test": get("/api/streams/feed/test", 404),
  "POST /api/providers/{key}/resume": get("/api/providers/hooks/resume", 404),
  "POST /api/providers/{key}/test": get("/api/providers/hooks/test", 404, { body: { to: "https://feed.example.com/" } }),
  "POST /api/journeys/{key}/enter": get("/api/journeys/welcome/enter", 404, { body: { users: [{ id: "ada" }] } }),
  "POST /api/journeys/{key}/publish": get("/api/journeys/welcome/publish", 404, { body: { dryRun: true } }),
  "POST /api/journeys/{key}/restore": get("/api/journeys/welcome/restore", 404, { body: { version: 1 } }),
  "POST /api/journeys/{key}/pause": get("/api/journeys/welcome/pause", 404),
  "POST /api/journeys/{key}/resume": get("/api/journeys/welcome/resume", 404),
  "POST /api/journeys/{key}/stop": get("/api/journeys/welcome/stop", 404),
  "POST /api/messages": get("/api/messages", "own", {
    body: { user: { id: "ada" }, channel: "email", content: { subject: "x", html: "x" } },
  }),
  "POST /api/messages/{id}/replay": get(`/api/messages/${failed}/replay`, 404),
  "POST /api/messages/{id}/cancel": get(`/api/messages/${held}/cancel`, 404),
  "POST /api/users/{id}/suppress": get("/api/users/ada/suppress", "own"),
  "POST /api/users/{id}/unsuppress": get("/api/users/ada/unsuppress", "own"),
  "POST /api/users/{id}/merge": get("/api/users/ada/merge", 404, { body: { from: "bob" } }),
  "POST /api/suppressions": get("/api/suppressions", "own", { body: { items: [{ address: "x@example.com" }] } }),
  "POST /api/groups/{type}/{id}/members": get("/api/groups/shop/7/members", "own", { body: { remove: ["ada"] } }),
  "POST /api/keys": get("/api/keys", "own", { body: { kind: "api", name: "x", scopes: ["read"] } }),
  "PATCH /api/users/{id}": get("/api/users/ada", "own", { body: { attributes: { note: "theirs" } } }),
  "PATCH /api/workspace": get("/api/workspace", "own", { body: { name: "theirs" } }),
  "PUT /api/workspace": get("/api/workspace", "own", { body: { name: "theirs", timezone: "UTC" } }),
  "PUT /api/segments/{key}": get("/api/segments/buyers", "own", { body: segmentOf("Other") }),
  "PUT /api/journeys/{key}": get("/api/journeys/welcome", "own", { body: { ...journey, steps: { hello: { type: "exit" } } } }),
  "PUT /api/templates/{key}": get("/api/templates/hello", "own", { body: templateOf("Theirs") }),
  "PUT /api/topics/{key}": get("/api/topics/offers", "own", { body: topic }),
  // Without secrets: they would be completed from what is stored, if it were found.
  "PUT /api/streams/{key}": get("/api/streams/feed", "own", { body: { url: "https://other.example.com/", include: ["events"] } }),
  "PUT /api/providers/{key}": get("/api/providers/hooks", "own", {
    body: { channel: "webhook", type: "webhook", settings: { hosts: ["example.com"] } },
  }),
  "PUT /api/groups/{type}/{id}": get("/api/groups/shop/7", "own", { body: { attributes: { note: "theirs" } } }),
  "PUT /api/schema/events/{name}": get("/api/schema/events/Seen", "own", { body: { enforce: "off" } }),

  "DELETE /api/journeys/{key}": get("/api/journeys/welcome", 404),
  "DELETE /api/segments/{key}": get("/api/segments/buyers", 404),
  "DELETE /api/templates/{key}": get("/api/templates/hello", 404),
  "DELETE /api/topics/{key}": get("/api/topics/offers", 404),
  "DELETE /api/streams/{key}": get("/api/streams/feed", 404),
  "DELETE /api/providers/{key}": get("/api/providers/hooks", 404),
  "DELETE /api/groups/{type}/{id}": get("/api/groups/shop/7", 404),
  "DELETE /api/suppressions": get("/api/suppressions?address=gone@example.com", 404),
  "DELETE /api/keys/{id}": get(`/api/keys/${keyId}`, 404),
});

const nameOf = ({ method, path }: RouteSpec): string => `${method.toUpperCase()} ${path}`;
const scoped = routes.map(({ spec }) => spec).filter(({ scope }) => scope !== "setup-token");
const specs = new Map(scoped.map((spec) => [nameOf(spec), spec]));
const requestOf = (name: string, { path }: Ask): string => `${name.split(" ")[0]} ${path}`;

/** Tables with rows of workspaces, and the column that says whose. */
const tables = Object.values(schema).flatMap((table) => {
  const { name, columns } = getTableConfig(table);
  const key = name === "workspaces" ? "id" : columns.find((column) => column.name === "workspace")?.name;
  return key === undefined ? [] : [{ name, key }];
});

/** Every row of the databases that belongs to the workspace, and what its objects say. */
const allOf = async (ws: TestWorkspace, ids: Ids): Promise<string> => {
  const rows: unknown[] = [];
  for (const db of new Set([bindings.DB, ...shardsOf(bindings)]))
    for (const { name, key } of tables)
      rows.push([name, (await db.prepare(`SELECT * FROM ${name} WHERE ${key} = ? ORDER BY 1, 2, 3`).bind(ws.id).all()).results]);
  const said = [];
  for (const path of [
    "users/ada",
    "users/ada/timeline",
    "users/bob/timeline",
    `messages/${ids.held}`,
    "groups/shop/7",
    "groups/shop/7/members",
  ])
    said.push((await ws.api(`GET /api/${path}`)).body);
  const { state, ...feed } = (await ws.api("GET /api/streams/feed")).body;
  // How often the endpoint was tried meanwhile is its own matter.
  return JSON.stringify([rows, said, feed, state.waiting, state.dropped], undefined, 1);
};

describe("another workspace's key", () => {
  let ours: TestWorkspace;
  let theirs: TestWorkspace;
  let ids: Ids;
  beforeAll(async () => {
    ours = await newWorkspace();
    theirs = await newWorkspace();
    ids = await furnish(ours);
  });

  it("is tried on every route there is: one that is not in the table above is not proven to be apart", () => {
    expect(Object.keys(asks(ids)).toSorted()).toEqual([...specs.keys()].toSorted());
  });

  it("finds nothing of ours by its id, is shown nothing of ours, and changes nothing of ours", async () => {
    const before = await allOf(ours, ids);
    // Ours first: those that make something of their own may use the same ids.
    for (const [name, ask] of Object.entries(asks(ids)).toSorted(([, a], [, b]) => Number(b.theirs === 404) - Number(a.theirs === 404))) {
      const answer = await call(requestOf(name, ask), { key: theirs.apiKey, ...(ask.body !== undefined && { body: ask.body }) });
      expect([name, JSON.stringify(answer.body).replaceAll(ask.path, "").includes(mark)]).toEqual([name, false]);
      if (ask.theirs === 404) expect([name, answer.status, answer.body.code]).toEqual([name, 404, "not-found"]);
      else expect([name, answer.status < 500]).toEqual([name, true]);
      if (name.startsWith("GET") && ask.theirs === "own" && ask.ours === undefined) expect([name, answer.status]).toEqual([name, 200]);
    }
    expect(await allOf(ours, ids)).toBe(before);
    // Put without secrets, it was not completed from ours.
    expect((await theirs.api("GET /api/streams/feed")).status).toBe(404);
  });

  it("of our own, one with every scope but the route's is refused before anything is looked up", async () => {
    const before = await allOf(ours, ids);
    const keys = new Map<string, string>();
    for (const scope of new Set(scoped.map((spec) => spec.scope)))
      keys.set(
        scope,
        await keyWith(
          ours.id,
          scopes.filter((one) => one !== scope && one !== "admin"),
        ),
      );
    // The keys are rows too.
    const withKeys = await allOf(ours, ids);
    for (const [name, ask] of Object.entries(asks(ids))) {
      const key = keys.get(specs.get(name)?.scope ?? "") ?? "";
      const answer = await call(requestOf(name, ask), { key, ...(ask.body !== undefined && { body: ask.body }) });
      expect([name, answer.status, answer.body.code]).toEqual([name, 403, "not-allowed"]);
    }
    for (const [name, ask] of Object.entries(asks(ids)))
      expect([name, (await call(requestOf(name, ask), ask.body === undefined ? {} : { body: ask.body })).status]).toEqual([name, 401]);
    expect(await allOf(ours, ids)).toBe(withKeys);
    expect(before).not.toBe(withKeys);
  });

  it("and all of it is there: the workspace's own key is answered by each", async () => {
    for (const [name, ask] of Object.entries(asks(ids))) {
      const answer = await call(requestOf(name, ask), { key: ours.apiKey, ...(ask.body !== undefined && { body: ask.body }) });
      const expected = ask.ours === undefined ? answer.status >= 200 && answer.status < 300 : answer.status === ask.ours;
      expect([name, expected, expected ? "" : JSON.stringify(answer.body)]).toEqual([name, true, ""]);
    }
  });
});
