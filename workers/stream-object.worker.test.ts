import { env } from "cloudflare:workers";
import { createExecutionContext, createMessageBatch, getQueueResult, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { accept, identify, soon, track, user } from "../test/support/workspace.ts";
import type { EventsMessage } from "../src/api/queue.ts";
import type { UserEvent } from "../src/domain/event/event.ts";
import { bindings, newWorkspace, segmentOf, type TestWorkspace } from "./api/client.test-support.ts";
import { consumeEvents } from "./events.ts";
import { streamObject } from "./stream-object.ts";

// The first call of a run loads the whole management API.
vi.setConfig({ testTimeout: 30_000 });

const secretOf = (seed: string) => `whsec_${btoa(seed.repeat(32).slice(0, 32))}`;
const [oldSecret, newSecret] = [secretOf("old"), secretOf("new")];

interface Received {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly data: readonly { readonly id: string; readonly type: string; readonly [field: string]: unknown }[];
}

/** What endpoints were sent, and how each answers, by host. */
let received: Received[] = [];
let answers: Record<string, (received: Received) => Response | Promise<Response>> = {};
/** Streams of earlier tests go on trying: what they send is not this test's. */
let test = 0;
beforeEach(() => {
  test++;
  received = [];
  answers = {};
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    const request = input as Request; // callOutbound makes one
    const text = await request.text();
    const [url = "", ofTest = ""] = request.url.split("?");
    if (ofTest !== "" && ofTest !== String(test)) return new Response(null, { status: 204 });
    const one = { url, headers: Object.fromEntries(request.headers), text, data: JSON.parse(text).data };
    received.push(one);
    return (await answers[new URL(request.url).host]?.(one)) ?? new Response(null, { status: 204 });
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const stream = (more: object = {}) => ({
  url: `https://in.example.com/tern?${test}`,
  include: ["events", "users", "messages", "segments", "journeys"],
  secrets: [oldSecret],
  ...more,
});
const put = (ws: TestWorkspace, key: string, definition: object) => ws.api(`PUT /api/streams/${key}`, definition);
const stateOf = async (ws: TestWorkspace, key: string) => (await ws.api(`GET /api/streams/${key}`)).body.state;
const stubOf = (ws: TestWorkspace, key: string) => bindings.STREAMS.getByName(`${ws.id}:${key}`);
const to = (host: string) => received.filter(({ url }) => new URL(url).host === host);
const idsAt = (host: string) => to(host).flatMap(({ data }) => data.map(({ id }) => id));

/** Events as the queue brings them. */
const happen = async (ws: TestWorkspace, events: readonly UserEvent[], message?: EventsMessage) => {
  const body = message ?? (await accept(ws.id, events));
  const batch = createMessageBatch<EventsMessage>("tern-events", [{ id: "1", timestamp: new Date(), attempts: 1, body }]);
  const ctx = createExecutionContext();
  await consumeEvents(batch, bindings, ctx);
  return { body, result: await getQueueResult(batch, ctx) };
};
const items = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => ({ id: `i${from + n}`, body: JSON.stringify({ id: `i${from + n}` }) }));

describe("a stream", () => {
  it("tells of events, users, segments and messages, in order, signed by Standard Webhooks", async () => {
    const ws = await newWorkspace();
    await ws.api("PUT /api/segments/buyers", segmentOf());
    await put(ws, "all", stream({ headers: { "x-team": "blue" } }));
    await happen(ws, [identify("ada", { email: "ada@example.com" }), track("ada", "Order Completed", { properties: { total: 7 } })]);
    await soon(() => expect(idsAt("in.example.com").length).toBeGreaterThanOrEqual(4));
    const [first] = received;
    expect(first?.headers).toMatchObject({ "content-type": "application/json", "x-team": "blue" });
    const verified = new Webhook(oldSecret).verify(first?.text ?? "", first?.headers ?? {}) as { type: string };
    expect(verified.type).toBe("batch");
    expect(() => new Webhook(oldSecret).verify(`${first?.text} `, first?.headers ?? {})).toThrow("No matching signature found");
    const told = received.flatMap(({ data }) => data);
    expect(told.slice(0, 2)).toMatchObject([
      { type: "event", user: { id: "ada", anonymous: false }, event: { type: "identify" } },
      { type: "event", event: { event: "Order Completed", properties: { total: 7 } } },
    ]);
    expect(told).toContainEqual(expect.objectContaining({ type: "user", email: "ada@example.com" }));
    expect(told).toContainEqual(expect.objectContaining({ type: "segment-entered", segment: "buyers" }));
    const sent = await ws.api("POST /api/messages", { user: { id: "ada" }, channel: "email", content: { subject: "Hi", html: "Hi" } });
    await soon(() =>
      expect(received.flatMap(({ data }) => data).flatMap((one) => (one["message"] === sent.body.id ? [one["status"]] : []))).toEqual([
        "queued",
        "claimed",
        "sent",
      ]),
    );
  });

  it("takes only what it includes, and of events only those it names", async () => {
    const ws = await newWorkspace();
    await ws.api("PUT /api/segments/buyers", segmentOf());
    await put(ws, "orders", stream({ url: "https://orders.example.com/", include: ["events"], events: ["Order *"] }));
    await put(ws, "segments", stream({ url: "https://segments.example.com/", include: ["segments"] }));
    await happen(ws, [track("ada", "Page Seen"), track("ada", "Order Completed"), identify("ada", {})]);
    const types = (host: string) => to(host).flatMap(({ data }) => data.map(({ type }) => type));
    // Ready-made segments too; nothing else.
    await soon(() => expect(types("segments.example.com").length).toBeGreaterThan(0));
    await soon(() => expect(types("orders.example.com")).toEqual(["event"]));
    await scheduler.wait(200);
    expect(types("orders.example.com")).toEqual(["event"]);
    expect(new Set(types("segments.example.com"))).toEqual(new Set(["segment-entered"]));
  });

  it("while secrets are changed both sign: an endpoint that knows either takes it, and the old one ends when it is taken out", async () => {
    const ws = await newWorkspace();
    await put(ws, "s", stream({ secrets: [newSecret, oldSecret] }));
    await streamObject(bindings, ws.id, "s").append(items(1));
    await soon(() => expect(received).toHaveLength(1));
    for (const secret of [oldSecret, newSecret]) new Webhook(secret).verify(received[0]?.text ?? "", received[0]?.headers ?? {});
    await put(ws, "s", stream({ secrets: [newSecret] }));
    await streamObject(bindings, ws.id, "s").append(items(1, 1));
    await soon(() => expect(received).toHaveLength(2));
    new Webhook(newSecret).verify(received[1]?.text ?? "", received[1]?.headers ?? {});
    expect(() => new Webhook(oldSecret).verify(received[1]?.text ?? "", received[1]?.headers ?? {})).toThrow("No matching signature found");
  });

  it("one dead endpoint holds up neither the others nor what is projected", async () => {
    const ws = await newWorkspace();
    answers["dead.example.com"] = () => new Promise<Response>(() => undefined);
    await put(ws, "dead", stream({ url: "https://dead.example.com/" }));
    await put(ws, "live", stream({ url: "https://live.example.com/" }));
    for (let round = 0; round < 5; round++) {
      const { result } = await happen(ws, [track(`u${round}`, "Seen")]);
      expect(result.explicitAcks).toEqual(["1"]);
    }
    expect((await ws.api("GET /api/users")).body.items).toHaveLength(5);
    await soon(() => expect(idsAt("live.example.com").filter((id) => id.startsWith("event:"))).toHaveLength(5));
    expect(to("dead.example.com")).toHaveLength(1);
    expect((await stateOf(ws, "dead")).waiting).toBe(idsAt("live.example.com").length);
  });

  it("a failed attempt is repeated under the same id with the same bytes; what follows waits for it", async () => {
    const ws = await newWorkspace();
    let calls = 0;
    answers["in.example.com"] = () => new Response(null, { status: ++calls <= 2 ? 503 : 200 });
    await put(ws, "s", stream());
    const object = streamObject(bindings, ws.id, "s");
    await object.append(items(2));
    await soon(() => expect(received).toHaveLength(1));
    await object.append(items(1, 2));
    expect(await stateOf(ws, "s")).toMatchObject({
      waiting: 3,
      failures: 1,
      nextAttemptAt: expect.any(String),
      failingSince: expect.any(String),
    });
    // Nothing is tried before its time, whoever wakes it.
    await runDurableObjectAlarm(stubOf(ws, "s"));
    expect(received).toHaveLength(1);
    await put(ws, "s", stream()); // somebody looked after it: tried at once
    await soon(() => expect(received).toHaveLength(2));
    await put(ws, "s", stream());
    await soon(() => expect(received).toHaveLength(4));
    expect(new Set(received.slice(0, 3).map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(new Set(received.slice(0, 3).map(({ text }) => text)).size).toBe(1);
    expect(idsAt("in.example.com").slice(-3)).toEqual(["i0", "i1", "i2"]);
    expect(await stateOf(ws, "s")).toMatchObject({ waiting: 0, failures: 0, failingSince: null });
    expect((await ws.api("GET /api/streams/s/deliveries")).body.items).toMatchObject([
      { status: "delivered", items: 1, attempts: 1, code: 200 },
      { status: "delivered", items: 2, attempts: 3, code: 200, id: received[0]?.headers["webhook-id"] },
    ]);
  });

  it("an attempt whose answer was lost is made again under the same id; nothing is lost, and nothing else comes twice", async () => {
    const ws = await newWorkspace();
    await put(ws, "s", stream());
    let calls = 0;
    answers["in.example.com"] = () => {
      if (++calls === 2) throw new Error("cut"); // it was received, nobody knows
      return new Response(null, { status: 200 });
    };
    await streamObject(bindings, ws.id, "s").append(items(250));
    await soon(async () => expect((await stateOf(ws, "s")).failures).toBe(1));
    await streamObject(bindings, ws.id, "s").append(items(10, 250));
    await put(ws, "s", stream());
    await soon(async () => expect((await stateOf(ws, "s")).waiting).toBe(0));
    const byId = new Map(received.map(({ headers, text }) => [headers["webhook-id"], text] as const));
    expect(received.every(({ headers, text }) => byId.get(headers["webhook-id"]) === text)).toBe(true);
    expect([...byId.values()].flatMap((text) => JSON.parse(text).data.map(({ id }: { id: string }) => id))).toEqual(
      items(260).map(({ id }) => id),
    );
    expect(received).toHaveLength(byId.size + 1);
  });

  it("a stream that cannot be told keeps the intake row and confirms no fact; told again, each thing comes once", async () => {
    const ws = await newWorkspace();
    await put(ws, "s", stream());
    const broken = vi.spyOn(bindings.STREAMS, "getByName").mockImplementation(() => {
      throw new Error("cut");
    });
    const first = await happen(ws, [track("ada", "Seen")]);
    expect(first.result.retryMessages).toHaveLength(1);
    broken.mockRestore();
    expect(await env.DB.prepare("SELECT count(*) AS n FROM intake WHERE id = ?").bind(first.body.intake).first()).toEqual({ n: 1 });
    expect((await ws.api("GET /api/users")).body.items).toEqual([]);
    for (const _again of [1, 2]) await happen(ws, [], first.body);
    await soon(() => expect(idsAt("in.example.com").length).toBeGreaterThan(1));
    await scheduler.wait(200);
    const ids = idsAt("in.example.com");
    expect(ids).toEqual([...new Set(ids)]);
    expect(ids.filter((id) => id.startsWith("event:"))).toHaveLength(1);
    expect(ids.filter((id) => id.startsWith("fact:"))).toEqual(
      (await user(ws.id, "u:ada").timeline({ limit: 50 })).items
        .flatMap((item) => (item.type === "fact" ? [`fact:u:ada:${item.number}`] : []))
        .toReversed(),
    );
  });

  it("410 Gone disables it, what comes is kept; put again it goes on", async () => {
    const ws = await newWorkspace();
    answers["in.example.com"] = () => new Response(null, { status: 410 });
    await put(ws, "s", stream());
    await streamObject(bindings, ws.id, "s").append(items(1));
    await soon(async () => expect((await stateOf(ws, "s")).disabled).toBe("the endpoint answered 410 Gone"));
    await streamObject(bindings, ws.id, "s").append(items(1, 1));
    await runDurableObjectAlarm(stubOf(ws, "s"));
    expect(received).toHaveLength(1);
    // However much comes, nothing wakes it for that.
    await streamObject(bindings, ws.id, "s").append(items(1, 2));
    const alarm = await runInDurableObject(stubOf(ws, "s"), (_object, { storage }) => storage.getAlarm());
    expect((alarm ?? 0) - Date.now()).toBeGreaterThan(60_000);
    answers = {};
    await put(ws, "s", stream({ name: "Moved" }));
    await soon(() => expect(idsAt("in.example.com")).toEqual(["i0", "i0", "i1", "i2"]));
  });

  it("follows no redirect, and calls no address inside a network", async () => {
    const ws = await newWorkspace();
    answers["in.example.com"] = () => new Response(null, { status: 307, headers: { location: "http://169.254.169.254/latest/meta-data" } });
    await put(ws, "s", stream());
    await streamObject(bindings, ws.id, "s").append(items(1));
    await soon(async () =>
      expect((await ws.api("GET /api/streams/s/deliveries")).body.items).toMatchObject([
        { status: "pending", code: 307, detail: "redirects are not followed" },
      ]),
    );
    expect(received.map(({ url }) => url)).toEqual(["https://in.example.com/tern"]);
    for (const url of [
      "http://169.254.169.254/",
      "http://10.0.0.1/x",
      "http://[fd00::1]/",
      "http://metadata.internal/",
      "ftp://example.com/",
    ])
      expect(await put(ws, "inside", stream({ url }))).toMatchObject({ status: 400, body: { errors: [{ path: "url" }] } });
  });

  it("gives up after three days, and replays by interval or id, under the ids they had", async () => {
    const ws = await newWorkspace();
    answers["in.example.com"] = () => new Response(null, { status: 500 });
    await put(ws, "s", stream());
    await streamObject(bindings, ws.id, "s").append(items(2));
    await soon(() => expect(received).toHaveLength(1));
    const later = Date.now() + 3 * 86_400_000 + 60_000;
    vi.useFakeTimers({ toFake: ["Date"], now: later });
    await runDurableObjectAlarm(stubOf(ws, "s"));
    const given = (await ws.api("GET /api/streams/s/deliveries?status=given-up")).body.items;
    expect(given).toMatchObject([{ items: 2, attempts: 1, code: 500 }]);
    expect((await stateOf(ws, "s")).waiting).toBe(0);
    answers = {};
    expect(await ws.api("POST /api/streams/s/replay", { deliveries: [given[0].id] })).toMatchObject({
      status: 202,
      body: { deliveries: 1 },
    });
    await runDurableObjectAlarm(stubOf(ws, "s"));
    await soon(() => expect(received).toHaveLength(2));
    expect(received[1]?.headers["webhook-id"]).toBe(received[0]?.headers["webhook-id"]);
    expect(received[1]?.text).toBe(received[0]?.text);
    const interval = { from: new Date(0).toISOString(), to: new Date(later).toISOString() };
    expect((await ws.api("POST /api/streams/s/replay", interval)).body).toEqual({ deliveries: 1, more: false });
    expect((await ws.api("POST /api/streams/s/replay", { deliveries: ["msg_other_1"] })).body).toEqual({ deliveries: 0, more: false });
  });

  it("what was given up or disabled waits for the operator among the alerts, of this workspace alone", async () => {
    const ws = await newWorkspace();
    answers["in.example.com"] = () => new Response(null, { status: 500 });
    await put(ws, "s", stream());
    await streamObject(bindings, ws.id, "s").append(items(2));
    await soon(() => expect(received).toHaveLength(1));
    expect((await ws.api("GET /api/alerts")).body.items).toEqual([]);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3 * 86_400_000 + 60_000 });
    await runDurableObjectAlarm(stubOf(ws, "s"));
    expect((await ws.api("GET /api/alerts")).body.items).toMatchObject([
      { kind: "stream-failing", subject: "s" },
      { kind: "stream-given-up", subject: "s", detail: "2 items were given up after 3 days; replay them within 7" },
    ]);
    expect((await stateOf(ws, "s")).givenUp).toBe(2);
    expect((await (await newWorkspace()).api("GET /api/alerts")).body.items).toEqual([]);
    vi.useRealTimers();
  });

  it("a test calls the endpoint once with no items, signed as always, also of a disabled stream, and nothing follows from it", async () => {
    const ws = await newWorkspace();
    answers["in.example.com"] = () => new Response(null, { status: 410 });
    await put(ws, "s", stream({ headers: { "x-team": "blue" } }));
    const refused = await ws.api("POST /api/streams/s/test");
    expect(refused).toMatchObject({ status: 200, body: { ok: false, code: 410, detail: null, milliseconds: expect.any(Number) } });
    expect(await stateOf(ws, "s")).toMatchObject({ disabled: null, failures: 0, waiting: 0 });
    answers = {};
    expect((await ws.api("POST /api/streams/s/test")).body).toMatchObject({ ok: true, code: 204 });
    const [, last] = received;
    expect(new Webhook(oldSecret).verify(last?.text ?? "", last?.headers ?? {})).toMatchObject({ type: "test", data: [] });
    expect(last?.headers["x-team"]).toBe("blue");
    expect((await ws.api("GET /api/streams/s/deliveries")).body.items).toEqual([]);
    expect((await ws.api("POST /api/streams/other/test")).status).toBe(404);
  });

  it("a request the endpoint never takes can be skipped: what follows goes out at once, and it can be replayed", async () => {
    const ws = await newWorkspace();
    answers["in.example.com"] = ({ data }) => new Response(null, { status: data.some(({ id }) => id === "i0") ? 400 : 200 });
    await put(ws, "s", stream());
    await streamObject(bindings, ws.id, "s").append(items(1));
    await soon(() => expect(received).toHaveLength(1));
    await streamObject(bindings, ws.id, "s").append(items(1, 1));
    const id = received[0]?.headers["webhook-id"];
    expect(await ws.api("POST /api/streams/s/skip", { deliveries: [id] })).toMatchObject({ status: 200, body: { deliveries: 1 } });
    await soon(() => expect(idsAt("in.example.com").at(-1)).toBe("i1"));
    expect(await stateOf(ws, "s")).toMatchObject({ waiting: 0, givenUp: 1, failures: 0 });
    expect((await ws.api("POST /api/streams/s/skip", { deliveries: [id] })).body).toEqual({ deliveries: 0 });
    expect((await ws.api("POST /api/streams/s/skip", { deliveries: ["1"] })).status).toBe(400);
    answers = {};
    await ws.api("POST /api/streams/s/replay", { deliveries: [id] });
    await soon(() => expect(received.at(-1)?.headers["webhook-id"]).toBe(id));
  });

  it("whose secrets no key opens fails like any other: counted, tried ever later, an alert; put anew it tells everything", async () => {
    const ws = await newWorkspace();
    await put(ws, "s", stream());
    await env.DB.prepare("UPDATE definitions SET sealed = 'v2.00000000.AAAA' WHERE workspace = ? AND kind = 'stream'").bind(ws.id).run();
    await streamObject(bindings, ws.id, "s").append(items(2));
    await soon(async () => expect((await streamObject(bindings, ws.id, "s").state()).failures).toBe(1));
    expect(await streamObject(bindings, ws.id, "s").state()).toMatchObject({ waiting: 2, failingSince: expect.any(Number) });
    expect(received).toEqual([]);
    const { secrets: _gone, ...without } = stream();
    expect(await put(ws, "s", without)).toMatchObject({ status: 400, body: { errors: [{ path: "secrets" }] } });
    expect((await put(ws, "s", stream({ name: "Anew" }))).status).toBe(200);
    await soon(() => expect(idsAt("in.example.com")).toEqual(["i0", "i1"]));
    expect(await stateOf(ws, "s")).toMatchObject({ waiting: 0, failures: 0, failingSince: null });
  });

  it("an answer that comes after the stream was deleted and made anew is not taken for the new one's", async () => {
    const ws = await newWorkspace();
    const held = { back: true };
    answers["in.example.com"] = async () => {
      while (held.back) await scheduler.wait(5);
      return new Response(null, { status: 410 });
    };
    await put(ws, "s", stream());
    await streamObject(bindings, ws.id, "s").append(items(1));
    await soon(() => expect(received).toHaveLength(1));
    await ws.api("DELETE /api/streams/s");
    await put(ws, "s", stream());
    await streamObject(bindings, ws.id, "s").append(items(1, 1));
    answers = {};
    held.back = false;
    await soon(() => expect(idsAt("in.example.com")).toEqual(["i0", "i1"]));
    expect(await stateOf(ws, "s")).toMatchObject({ disabled: null, failures: 0, waiting: 0 });
  });

  it("deleted it is told nothing more; made anew it begins anew", async () => {
    const ws = await newWorkspace();
    // Gone, so that it is not tried again meanwhile, however slow the machine.
    answers["in.example.com"] = () => new Response(null, { status: 410 });
    await put(ws, "s", stream());
    await streamObject(bindings, ws.id, "s").append(items(1));
    await soon(async () => expect((await stateOf(ws, "s")).disabled).not.toBeNull());
    expect((await ws.api("DELETE /api/streams/s")).status).toBe(204);
    // Whoever had the catalog of before may still hand something on.
    await streamObject(bindings, ws.id, "s").append(items(1, 1));
    await soon(async () => expect((await streamObject(bindings, ws.id, "s").state()).waiting).toBe(0));
    answers = {};
    await put(ws, "s", stream());
    await streamObject(bindings, ws.id, "s").append(items(1, 2));
    await soon(() => expect(idsAt("in.example.com")).toEqual(["i0", "i2"]));
  });

  it("where there is none, events cost what they cost without: no statement more per batch", async () => {
    const ws = await newWorkspace();
    await happen(ws, [track("ada", "Seen")]);
    const prepared = vi.spyOn(bindings.DB, "prepare");
    await happen(ws, [track("ada", "Seen")]);
    expect(prepared.mock.calls.filter(([sql]) => sql.includes("streams"))).toEqual([]);
  });
});
