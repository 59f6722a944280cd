import { describe, expect, it, vi } from "vitest";
import { call, fetchWorker, journeyOf, newWorkspace, segmentOf, templateOf, type TestWorkspace } from "./client.test-support.ts";

// The first call of a run loads the whole management API.
vi.setConfig({ testTimeout: 30_000 });

const track = (workspace: TestWorkspace, userId: string, event: string, properties = {}) =>
  call("POST /v1/track", { key: workspace.writeKey, body: { userId, event, properties } });

/** Waits until the answer fits: events are applied in the background. */
const eventually = <T>(look: () => Promise<T>) => vi.waitFor(look, { timeout: 8_000, interval: 50 });

describe("users", () => {
  it("come into being by PATCH, which shows at once", async () => {
    const { api } = await newWorkspace();
    expect((await api("GET /api/users/u1")).status).toBe(404);
    const made = await api("PATCH /api/users/u1", { attributes: { email: "Ann@Example.com", plan: "free" }, tags: { add: ["vip"] } });
    expect(made).toMatchObject({
      status: 200,
      body: { id: "u1", anonymous: false, attributes: { email: "Ann@Example.com", plan: "free" }, tags: ["vip"] },
    });
    expect(made.body.segments.map(({ key }: { key: string }) => key)).toContain("everyone");
    const changed = await api("PATCH /api/users/u1", { attributes: { plan: null }, tags: { remove: ["vip"] } });
    expect(changed.body).toMatchObject({ tags: [] });
    expect(changed.body.attributes).not.toHaveProperty("plan");
    const facts = (await api("GET /api/users/u1/timeline")).body.items.flatMap((item: { fact?: unknown }) => item.fact ?? []);
    expect(facts).toContainEqual(expect.objectContaining({ kind: "attribute-set", attribute: "plan", value: "free" }));
    expect((await api("GET /api/segments/everyone/members")).body.items).toMatchObject([{ id: "u1", email: "Ann@Example.com" }]);
  });

  it("PATCH changes devices; names of attributes are names, whatever their characters", async () => {
    const { api } = await newWorkspace();
    const odd = { "first name": "Ann", "a.b": 1, 'say "hi"\\': true };
    const { body } = await api("PATCH /api/users/u1", { attributes: odd, devices: { add: [{ token: "t1", platform: "ios" }] } });
    expect(body.attributes).toEqual(odd);
    expect(body.devices).toMatchObject([{ token: "t1", platform: "ios" }]);
    expect((await api("PATCH /api/users/u1", { devices: { remove: ["t1"] } })).body.devices).toEqual([]);
    expect((await api("PATCH /api/users/u1", { devices: { add: [{ token: "t", platform: "fridge" }] } })).body.errors).toMatchObject([
      { path: "devices.add[0].platform" },
    ]);
  });

  it("are found by the beginning of id or e-mail address, and page by page", async () => {
    const { api } = await newWorkspace();
    for (const id of ["ann", "bob", "cid", "dan"])
      await api(`PATCH /api/users/${id}`, { attributes: { email: `${id}@example.com`, name: id.toUpperCase() } });
    const ids = async (query: string) => (await api(`GET /api/users?${query}`)).body.items.map(({ id }: { id: string }) => id);
    expect(await ids("search=bo")).toEqual(["bob"]);
    expect(await ids("search=cid%40exam")).toEqual(["cid"]);
    expect(await ids("segment=everyone&limit=10")).toEqual(["ann", "bob", "cid", "dan"]);
    const first = (await api("GET /api/users?limit=3")).body;
    expect(first.items.map(({ id }: { id: string }) => id)).toEqual(["ann", "bob", "cid"]);
    expect((await api(`GET /api/users?limit=3&cursor=${first.next}`)).body).toMatchObject({
      items: [{ id: "dan", name: "DAN" }],
      next: null,
    });
  });

  it("can be suppressed and unsuppressed", async () => {
    const { api } = await newWorkspace();
    await api("PATCH /api/users/u1", { attributes: { a: 1 } });
    expect((await api("POST /api/users/u1/suppress", { channel: "email", reason: "asked by phone" })).body.suppressions).toHaveProperty(
      "email",
    );
    expect((await api("POST /api/users/u1/unsuppress", { channel: "email" })).body.suppressions).not.toHaveProperty("email");
    expect(await api("POST /api/users/u1/suppress", { channel: "pigeon" })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "channel" }] },
    });
  });

  it("may have any id", async () => {
    const { api } = await newWorkspace();
    const id = "a/b?c#d é:1";
    expect((await api(`PATCH /api/users/${encodeURIComponent(id)}`, { attributes: { x: 1 } })).body.id).toBe(id);
    expect((await api(`GET /api/users/${encodeURIComponent(id)}`)).body.attributes).toEqual({ x: 1 });
    expect(await api("PATCH /api/users/u1", { attribute: {} })).toMatchObject({ status: 400, body: { errors: [{ path: "attribute" }] } });
  });
});

describe("a journey carried out", () => {
  it("shows in messages, timeline, runs and statistics, with reasons", async () => {
    const workspace = await newWorkspace();
    const { api } = workspace;
    await api("PUT /api/templates/hello", templateOf());
    await api("PUT /api/journeys/welcome", { ...journeyOf("hello"), exit: { type: "event", event: "Left" } });
    await api("POST /api/journeys/welcome/publish");
    await api("PATCH /api/users/u1", { attributes: { email: "u1@example.com", name: "Ann" } });
    expect((await track(workspace, "u1", "Signed Up")).status).toBe(200);
    const [message] = await eventually(async () => {
      const { items } = (await api("GET /api/messages?status=sent&journey=welcome")).body;
      expect(items).toHaveLength(1);
      return items;
    });
    expect(message).toMatchObject({
      user: "u1",
      anonymous: false,
      channel: "email",
      template: "hello",
      journey: "welcome",
      step: "hello",
      to: "u1@example.com",
      subject: "Hello Ann",
      provider: "outbox-email",
    });
    const detail = (await api(`GET /api/messages/${message.id}`)).body;
    expect(detail).toMatchObject({
      status: "sent",
      content: { channel: "email", subject: "Hello Ann", html: expect.stringContaining("Hi") },
    });
    expect(detail.timeline.length).toBeGreaterThan(0);
    // What the outbox was given is read with the list; another's message has none there.
    expect(message.content).toEqual(detail.content);
    expect((await api("GET /api/messages?content=false")).body.items[0]).not.toHaveProperty("content");
    expect((await api("GET /api/users/u1/messages")).body.items).toMatchObject([{ id: message.id, status: "sent" }]);
    expect((await api("GET /api/messages?user=u1")).body.items).toHaveLength(1);
    expect((await api("GET /api/messages?channel=sms")).body.items).toHaveLength(0);
    expect((await api("GET /api/users/u1/runs")).body.items).toMatchObject([
      { journey: "welcome", position: { at: "wait", step: "pause", due: expect.stringMatching(/Z$/) } },
    ]);
    await eventually(async () => {
      expect((await api("GET /api/journeys/welcome/statistics")).body).toMatchObject({
        started: 1,
        live: 1,
        steps: { hello: { entered: 1, left: 1, messages: { sent: 1 } }, pause: { entered: 1, waiting: 1 } },
      });
    });
    await track(workspace, "u1", "Left");
    await eventually(async () => {
      const statistics = (await api("GET /api/journeys/welcome/statistics?version=1")).body;
      expect(statistics).toMatchObject({ started: 1, live: 0, steps: { pause: { entered: 1, waiting: 0, ended: { exited: 1 } } } });
      expect(Object.values(statistics.ended)).toEqual([1]);
    });
    const timeline = (await api("GET /api/users/u1/timeline?limit=200")).body.items;
    const kinds = timeline.map(
      (item: { type: string; fact?: { kind: string }; event?: { event?: string; type: string } }) =>
        item.fact?.kind ?? item.event?.event ?? item.event?.type,
    );
    expect(kinds).toEqual(
      expect.arrayContaining(["attribute-set", "Signed Up", "run-started", "step-entered", "message", "waiting", "Left", "run-ended"]),
    );
    expect((await api("GET /api/users/u1/events")).body.items[0]).toMatchObject({ event: "Left" });
    expect((await api("GET /api/events?name=Signed%20Up")).body.items).toMatchObject([
      { user: "u1", name: "Signed Up", body: { event: "Signed Up" } },
    ]);
  });

  it("lists the messages that were given up as dead letters, with the reason; a skipped one is none", async () => {
    const workspace = await newWorkspace();
    const { api } = workspace;
    await api("PUT /api/templates/hello", templateOf("Hello {{ user.name }}"));
    await api("PUT /api/journeys/welcome", journeyOf("hello"));
    await api("POST /api/journeys/welcome/publish");
    await api("PATCH /api/users/nameless", { attributes: { email: "nobody@example.com" } });
    await api("PATCH /api/users/named", { attributes: { email: "ann@example.com", name: "Ann" } });
    for (const id of ["nameless", "named", "unreachable"]) await track(workspace, id, "Signed Up");
    const statuses = async () =>
      Object.fromEntries(
        (await api("GET /api/messages")).body.items.map((one: { user: string; status: string }) => [one.user, one.status]),
      );
    await eventually(async () => expect(await statuses()).toEqual({ nameless: "failed", named: "sent", unreachable: "skipped" }));
    const { items } = (await api("GET /api/messages?status=dead")).body;
    expect(items).toMatchObject([{ user: "nameless", status: "failed", reason: expect.stringContaining("name"), attempts: 0 }]);
    // The run went on all the same.
    expect((await api("GET /api/users/nameless/runs")).body.items).toMatchObject([{ position: { step: "pause" } }]);
  });

  it("ends for users who sleep when it is stopped", async () => {
    const workspace = await newWorkspace();
    const { api } = workspace;
    await api("PUT /api/templates/hello", templateOf());
    await api("PUT /api/journeys/welcome", journeyOf("hello"));
    await api("POST /api/journeys/welcome/publish");
    await api("PATCH /api/users/u1", { attributes: { email: "u1@example.com" } });
    await track(workspace, "u1", "Signed Up");
    await eventually(async () => expect((await api("GET /api/users/u1/runs")).body.items).toHaveLength(1));
    await api("POST /api/journeys/welcome/stop");
    await eventually(async () =>
      expect((await api("GET /api/users/u1/runs")).body.items).toMatchObject([
        { status: "ended", journey: "welcome", reason: "stopped", key: null },
      ]),
    );
  });
});

describe("a segment put", () => {
  it("takes in users who were there before, and says how far it is", async () => {
    const workspace = await newWorkspace();
    const { api } = workspace;
    await api("PATCH /api/users/u1", { attributes: { plan: "pro" } });
    await track(workspace, "u1", "Paid");
    await eventually(async () => expect((await api("GET /api/users/u1/events")).body.items).toHaveLength(1));
    await api("PUT /api/segments/payers", segmentOf("Paid"));
    await eventually(async () => expect((await api("GET /api/segments/payers/members")).body.items).toMatchObject([{ id: "u1" }]));
    await eventually(async () =>
      expect((await api("GET /api/segments/payers/backfill")).body).toMatchObject({ state: "done", done: 1, total: 1 }),
    );
  });
});

describe("calls of every kind", () => {
  const kindsOf = async ({ api }: TestWorkspace, path: string) =>
    (await api(`GET ${path}/events`)).body.items.map(({ type, event }: { type: string; event?: string }) => event ?? type).toSorted();

  it("identify traits become the profile, that a membership, and that a run, at once", async () => {
    const workspace = await newWorkspace();
    const { api, writeKey: key } = workspace;
    await api("PUT /api/templates/hello", templateOf());
    const condition = { type: "attribute", path: "plan", operator: "equals", value: "pro" };
    await api("PUT /api/segments/pro", { name: "Pro", kind: "dynamic", condition });
    await api("PUT /api/journeys/welcome", { ...journeyOf("hello"), trigger: { type: "segment", segment: "pro", change: "enter" } });
    await api("POST /api/journeys/welcome/publish");
    await call("POST /v1/identify", { key, body: { userId: "u1", traits: { email: "u1@example.com", name: "Ann", plan: "pro" } } });
    const [message] = await eventually(async () => {
      const { items } = (await api("GET /api/messages?user=u1&status=sent")).body;
      expect(items).toHaveLength(1);
      return items;
    });
    expect(message).toMatchObject({ subject: "Hello Ann", to: "u1@example.com", journey: "welcome" });
    expect((await api("GET /api/users/u1")).body).toMatchObject({
      attributes: { plan: "pro" },
      segments: expect.arrayContaining([expect.objectContaining({ key: "pro" })]),
    });
    const facts = (await api("GET /api/users/u1/timeline")).body.items.flatMap((item: { fact?: unknown }) => item.fact ?? []);
    expect(facts).toContainEqual(
      expect.objectContaining({ kind: "segment-entered", segment: "pro", because: { clause: expect.any(String), value: "pro" } }),
    );
  });

  it("page, screen and group calls are in the history with what they say", async () => {
    const workspace = await newWorkspace();
    const batch = [
      { type: "page", userId: "u1", name: "Home", properties: { path: "/" } },
      { type: "screen", userId: "u1", name: "Cart" },
      { type: "group", userId: "u1", groupId: "acme", traits: { plan: "team" } },
    ];
    await call("POST /v1/batch", { key: workspace.writeKey, body: { batch } });
    await eventually(async () => expect(await kindsOf(workspace, "/api/users/u1")).toEqual(["group", "page", "screen"]));
    const { items } = (await workspace.api("GET /api/users/u1/events")).body;
    for (const { type, userId: _user, ...said } of batch) expect(items).toContainEqual(expect.objectContaining({ type, ...said }));
    // A group's traits are the group's: they are not the user's.
    expect((await workspace.api("GET /api/users/u1")).body.attributes).toEqual({});
  });

  it("alias with a write key hands an anonymous history over, never a known user's; with a server's key both", async () => {
    const workspace = await newWorkspace();
    const { api, writeKey, apiKey } = workspace;
    await call("POST /v1/track", { key: writeKey, body: { anonymousId: "dev", event: "Looked" } });
    await track(workspace, "old", "Bought");
    await eventually(async () => {
      expect(await kindsOf(workspace, "/api/users/old")).toEqual(["Bought"]);
      expect((await api("GET /api/users/dev/events?anonymous=true")).body.items).toHaveLength(1);
    });
    for (const previousId of ["dev", "old"]) await call("POST /v1/alias", { key: writeKey, body: { userId: "new", previousId } });
    await eventually(async () => expect(await kindsOf(workspace, "/api/users/new")).toEqual(["Looked", "alias", "alias"]));
    expect(await kindsOf(workspace, "/api/users/old")).toEqual(["Bought"]);
    await call("POST /v1/alias", { key: apiKey, body: { userId: "new", previousId: "old" } });
    await eventually(async () =>
      expect(await kindsOf(workspace, "/api/users/new")).toEqual(["Bought", "Looked", "alias", "alias", "alias"]),
    );
  });
});

describe("events that ingest refused", () => {
  it("are listed with field and reason, page by page, to their own workspace only", async () => {
    const [workspace, other] = [await newWorkspace(), await newWorkspace()];
    const batch = [
      { type: "track", userId: "u1" },
      { type: "track", event: "X" },
      { type: "track", userId: "u1", event: "Fine" },
    ];
    expect((await call("POST /v1/batch", { key: workspace.writeKey, body: { batch } })).body).toMatchObject({ accepted: 1 });
    const { items } = await eventually(async () => {
      const { body } = await workspace.api("GET /api/events/rejected");
      expect(body.items).toHaveLength(2);
      return body;
    });
    expect(items).toContainEqual({
      id: expect.any(String),
      at: expect.stringMatching(/Z$/),
      code: "missing",
      field: "event",
      message: expect.stringContaining("event"),
      sample: JSON.stringify(batch[0]),
    });
    const first = (await workspace.api("GET /api/events/rejected?limit=1")).body;
    const second = (await workspace.api(`GET /api/events/rejected?limit=1&cursor=${first.next}`)).body;
    expect([...first.items, ...second.items]).toEqual(items);
    expect(second.next).toBeNull();
    expect((await other.api("GET /api/events/rejected")).body.items).toEqual([]);
  });
});

describe("segments", () => {
  it("are listed with how many users are in them", async () => {
    const workspace = await newWorkspace();
    const { api } = workspace;
    await api("PUT /api/segments/buyers", segmentOf("Order Completed"));
    for (const id of ["u1", "u2", "u3"]) await track(workspace, id, id === "u3" ? "Looked" : "Order Completed");
    const members = async () =>
      Object.fromEntries(
        (await api("GET /api/segments")).body.items.map((one: { key: string; members: number }) => [one.key, one.members] as const),
      );
    await eventually(async () => expect(await members()).toMatchObject({ buyers: 2, everyone: 3 }));
    const read = (await api("GET /api/segments/buyers")).body;
    expect(read.members).toBe(2);
    // What was read can be put back: the count is not part of the definition.
    expect((await api("PUT /api/segments/buyers", read)).body).toMatchObject(read);
  });
});

describe("/api/live", () => {
  it("shows events as they happen, of its own workspace only", async () => {
    const workspace = await newWorkspace();
    const other = await newWorkspace();
    const response = await fetchWorker(
      new Request("http://127.0.0.1/api/live", { headers: { authorization: `Bearer ${workspace.apiKey}`, upgrade: "websocket" } }),
    );
    expect(response.status).toBe(101);
    const socket = response.webSocket;
    if (socket === null) throw new Error("expected a socket in the answer, there is none");
    const frames: { event: { user: string; name: string } }[] = [];
    socket.addEventListener("message", ({ data }) => {
      frames.push(JSON.parse(String(data)));
    });
    socket.accept();
    await track(other, "stranger", "Elsewhere");
    await track(workspace, "u1", "Looked");
    await eventually(async () => expect(frames).toMatchObject([{ type: "event", event: { user: "u1", name: "Looked" } }]));
    socket.close();
  });

  it("speaks WebSocket only, and only to those who may read", async () => {
    const workspace = await newWorkspace();
    expect((await workspace.api("GET /api/live")).status).toBe(400);
    expect((await call("GET /api/live", { headers: { upgrade: "websocket" } })).status).toBe(401);
  });
});

describe("users: bodies and ids that would harm", () => {
  it("a body nested too deep is the caller's fault, and leaves nothing", async () => {
    const { api } = await newWorkspace();
    const nested = (depth: number) => JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`) as unknown;
    for (const depth of [40, 90, 2_000]) {
      const answer = await api("PATCH /api/users/deep", { attributes: { a: nested(depth) } });
      expect([answer.status, answer.body.code]).toEqual([400, "bad-input"]);
    }
    expect((await api("GET /api/users/deep")).status).toBe(404);
  });

  it("attributes are bounded as an identify call's are, and beyond what a user may hold they are refused by name", async () => {
    const { api } = await newWorkspace();
    expect(await api("PATCH /api/users/fat", { attributes: { a: "x".repeat(40_000) } })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "attributes", message: "attributes are larger than 32 KB" }] },
    });
    for (const name of ["a", "b", "c", "d"])
      expect((await api("PATCH /api/users/fat", { attributes: { [name]: "x".repeat(31_000) } })).status).toBe(200);
    expect(await api("PATCH /api/users/fat", { attributes: { e: "x".repeat(31_000), plan: "pro" } })).toMatchObject({
      status: 413,
      body: { code: "too-large", detail: "Not kept: e: a user's attributes may hold 128 KB in all" },
    });
    expect((await api("GET /api/users/fat")).body.attributes).toMatchObject({ plan: "pro" });
  });

  it("an id that ingest takes can be asked about; one with NUL or broken percent signs is refused", async () => {
    const { api } = await newWorkspace();
    const long = "é".repeat(256);
    expect((await api(`PATCH /api/users/${encodeURIComponent(long)}`, { attributes: { a: 1 } })).body.id).toBe(long);
    for (const id of ["a%00b", "%ff", "%ED%A0%80", "%", "x".repeat(513)])
      expect((await api(`PATCH /api/users/${id}`, { attributes: { a: 1 } })).body.code).toBe("bad-input");
  });
});
