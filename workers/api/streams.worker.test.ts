import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { soon } from "../../test/support/workspace.ts";
import { catalogFor, liveVersion } from "../catalog-cache.ts";
import { streamObject } from "../stream-object.ts";
import { readStream } from "../stream/stream-definition.ts";
import { bindings, call, keyWith, newWorkspace, type TestWorkspace } from "./client.test-support.ts";

// The first call of a run loads the whole management API.
vi.setConfig({ testTimeout: 30_000 });

const secret = `whsec_${btoa("secret-secret-secret-secret-12")}`;
const stream = { url: "https://in.example.com/tern", include: ["events"], secrets: [secret], headers: { authorization: "Bearer hush" } };
const stored = async (ws: TestWorkspace, key = "s") => (await readStream(bindings, ws.id, key))?.stream;

beforeEach(() => {
  vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.resolve(new Response(null, { status: 204 })));
});
afterEach(() => vi.restoreAllMocks());

describe("/api/streams", () => {
  it("are live on PUT, listed with their state, exported, and gone on DELETE; secrets and headers are never read back", async () => {
    const ws = await newWorkspace();
    const shown = { key: "s", url: stream.url, include: ["events"], events: ["*"], secretsSet: 1, headersSet: ["authorization"] };
    const made = await ws.api("PUT /api/streams/s", stream);
    expect(made).toMatchObject({ status: 201, body: { ...shown, state: { waiting: 0, dropped: 0, failures: 0, disabled: null } } });
    const live = (await catalogFor(bindings, ws.id, await liveVersion(bindings, ws.id))).document;
    expect(live.streams).toEqual([{ key: "s", events: ["*"], include: ["events"] }]);
    const answers = [made, await ws.api("GET /api/streams"), await ws.api("GET /api/streams/s"), await ws.api("GET /api/definitions")];
    expect(answers[1]?.body.items).toMatchObject([shown]);
    expect(answers[3]?.body.streams).toMatchObject([shown]);
    for (const { body } of answers) {
      expect(JSON.stringify(body)).not.toContain(secret);
      expect(JSON.stringify(body)).not.toContain("hush");
    }
    const row = await bindings.DB.prepare("SELECT body, sealed FROM definitions WHERE workspace = ? AND kind = 'stream'")
      .bind(ws.id)
      .first();
    expect(JSON.stringify(row)).not.toContain(secret);
    expect((await ws.api("DELETE /api/streams/s")).status).toBe(204);
    expect((await catalogFor(bindings, ws.id, await liveVersion(bindings, ws.id))).document.streams).toBeUndefined();
    expect((await ws.api("GET /api/streams/s/deliveries")).status).toBe(404);
    expect((await ws.api("POST /api/streams/s/replay", { deliveries: ["msg_a_1"] })).status).toBe(404);
  });

  it("keep secrets and headers that a PUT leaves out, so that what was read can be put back; headers only at the same address", async () => {
    const ws = await newWorkspace();
    await ws.api("PUT /api/streams/s", stream);
    const { body } = await ws.api("GET /api/streams/s");
    expect((await ws.api("PUT /api/streams/s", { ...body, events: ["Order *"] })).status).toBe(200);
    expect(await stored(ws)).toMatchObject({ secrets: [secret], headers: stream.headers, events: ["Order *"] });
    expect((await ws.api("PUT /api/streams/s", { ...body, url: "https://other.example.com/" })).status).toBe(200);
    expect(await stored(ws)).toMatchObject({ secrets: [secret] });
    expect(await stored(ws)).not.toHaveProperty("headers");
  });

  it("need secrets when they are made, and refuse more than twenty", async () => {
    const ws = await newWorkspace();
    const { secrets: _secrets, ...without } = stream;
    expect(await ws.api("PUT /api/streams/s", without)).toMatchObject({ status: 400, body: { errors: [{ path: "secrets" }] } });
    for (let n = 0; n < 20; n++) expect((await ws.api(`PUT /api/streams/s${n}`, stream)).status).toBe(201);
    expect(await ws.api("PUT /api/streams/s20", stream)).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect((await ws.api("PUT /api/streams/s0", { ...stream, include: ["users"] })).status).toBe(200);
  });

  it("need the scopes read and write, and belong to one workspace", async () => {
    const ws = await newWorkspace();
    await ws.api("PUT /api/streams/s", stream);
    const key = await keyWith(ws.id, ["read"]);
    expect((await call("PUT /api/streams/s", { key, body: stream })).status).toBe(403);
    expect((await call("POST /api/streams/s/replay", { key, body: { deliveries: ["msg_a_1"] } })).status).toBe(403);
    expect((await call("GET /api/streams/s/deliveries", { key })).status).toBe(200);
    const other = await newWorkspace();
    expect((await other.api("GET /api/streams/s")).status).toBe(404);
    expect((await other.api("GET /api/streams/s/deliveries")).status).toBe(404);
  });

  it("the log is read page by page, newest first, each delivery once, also of one status alone", async () => {
    const ws = await newWorkspace();
    await ws.api("PUT /api/streams/s", stream);
    const object = streamObject(bindings, ws.id, "s");
    for (let n = 0; n < 5; n++) {
      await object.append([{ id: `i${n}`, body: "{}" }]);
      await soon(async () => expect((await object.state()).waiting).toBe(0));
    }
    const walk = async (query: string): Promise<readonly string[]> => {
      const ids: string[] = [];
      let cursor: string | null = "";
      for (let pages = 0; cursor !== null && pages < 10; pages++) {
        const { body } = await ws.api(`GET /api/streams/s/deliveries?limit=2${query}${cursor === "" ? "" : `&cursor=${cursor}`}`);
        expect(body.items.length).toBeLessThanOrEqual(2);
        ids.push(...body.items.map(({ id }: { id: string }) => id.replace(/^msg_[0-9a-f]+_/, "")));
        cursor = body.next;
      }
      return ids;
    };
    expect(await walk("")).toEqual(["5", "4", "3", "2", "1"]);
    expect(await walk("&status=delivered")).toEqual(["5", "4", "3", "2", "1"]);
    expect(await walk("&status=given-up")).toEqual([]);
    expect((await ws.api("GET /api/streams/s/deliveries?cursor=nonsense")).status).toBe(400);
  });

  it.each([
    ["both an interval and a list", { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z", deliveries: ["msg_a_1"] }],
    ["an interval that ends before it begins", { from: "2026-01-02T00:00:00Z", to: "2026-01-01T00:00:00Z" }],
    ["no list", { deliveries: [] }],
    ["what is no id", { deliveries: ["1"] }],
    ["nothing", {}],
  ])("replay refuses %s", async (_name, body) => {
    const ws = await newWorkspace();
    await ws.api("PUT /api/streams/s", stream);
    expect((await ws.api("POST /api/streams/s/replay", body)).status).toBe(400);
  });
});
