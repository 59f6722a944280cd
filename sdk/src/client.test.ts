import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTern } from "./client.ts";
import type { DeviceStorage, Platform } from "./platform.ts";
import type { DeliveryError, Item } from "./types.ts";

interface Seen {
  readonly path: string;
  readonly contentType: string | undefined;
  readonly body: { readonly writeKey: string; readonly sentAt: string; readonly batch: readonly Item[] };
}
interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** Cut the connection instead of answering. */
  readonly cut?: boolean;
}

const ok: Reply = { status: 200, body: '{"success":true,"accepted":1,"rejected":[]}' };
let server: Server;
let host: string;
let seen: Seen[];
let replies: Reply[];

const read = async (request: IncomingMessage) => {
  let text = "";
  for await (const chunk of request) text += chunk;
  return JSON.parse(text) as Seen["body"];
};

beforeEach(async () => {
  seen = [];
  replies = [];
  server = createServer(async (request, response) => {
    seen.push({ path: request.url ?? "", contentType: request.headers["content-type"], body: await read(request) });
    const reply = replies.shift() ?? ok;
    if (reply.cut) return request.socket.destroy();
    response.writeHead(reply.status, reply.headers).end(reply.body);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  host = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const storage = (): DeviceStorage => {
  const map = new Map<string, string>();
  return {
    get: (key) => map.get(key) ?? null,
    set: (key, value) => void map.set(key, value),
    remove: (key) => void map.delete(key),
    keys: () => [...map.keys()],
  };
};

/** A browser as far as the client sees one; `hide` is what the page's end calls. */
const browser = (device = storage(), beacon?: Platform["beacon"]) => {
  let hide = () => {};
  const platform: Platform = {
    device,
    context: () => ({ locale: "en" }),
    page: () => ({ path: "/shop" }),
    beacon,
    listen: (onHide) => void (hide = onHide),
  };
  return { platform, hide: () => hide() };
};

const sentItems = () => seen.flatMap(({ body }) => body.batch);
const until = async (condition: () => boolean) => {
  await expect.poll(condition, { timeout: 5000, interval: 5 }).toBe(true);
};

describe("createTern on a server", () => {
  it("sends every call as text/plain with the write key in the body and the time of sending", async () => {
    const tern = createTern({ writeKey: "wk", host });
    tern.identify("u1", { email: "u1@example.com" });
    tern.track("Order Completed", { total: 12 }, { userId: "u1", timestamp: new Date(0), messageId: "m-1" });
    tern.page("Home", { path: "/" }, { anonymousId: "a1" });
    tern.screen("Start", {}, { userId: "u1" });
    tern.group("acme", { plan: "pro" }, { userId: "u1" });
    tern.alias("u1", "a1");
    expect(await tern.flush()).toBe(true);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ path: "/v1/batch", contentType: expect.stringContaining("text/plain"), body: { writeKey: "wk" } });
    expect(Date.parse(seen[0]?.body.sentAt ?? "")).toBeGreaterThan(0);
    expect(sentItems()).toMatchObject([
      { type: "identify", userId: "u1", traits: { email: "u1@example.com" } },
      { type: "track", event: "Order Completed", properties: { total: 12 }, timestamp: "1970-01-01T00:00:00.000Z", messageId: "m-1" },
      { type: "page", name: "Home", anonymousId: "a1" },
      { type: "screen", name: "Start" },
      { type: "group", groupId: "acme", traits: { plan: "pro" } },
      { type: "alias", userId: "u1", previousId: "a1" },
    ]);
    expect(sentItems().every(({ messageId }) => messageId.length > 0)).toBe(true);
  });

  it("remembers nobody: a call without an id is the caller's error", () => {
    const tern = createTern({ writeKey: "wk", host });
    tern.identify("u1");
    expect(() => tern.track("Seen")).toThrow(TypeError);
    expect(tern.userId()).toBeUndefined();
  });

  it("keeps what was passed, not what the caller makes of it later", async () => {
    const tern = createTern({ writeKey: "wk", host });
    const properties = { n: 1 };
    tern.track("Seen", properties, { userId: "u1" });
    properties.n = 2;
    await tern.flush();
    expect(sentItems()).toMatchObject([{ properties: { n: 1 } }]);
  });
});

describe("batches", () => {
  it("leave when 20 items are there, in order", async () => {
    const tern = createTern({ writeKey: "wk", host, flushIntervalMs: 60_000 });
    for (let n = 0; n < 41; n++) tern.track("Seen", { n }, { userId: "u1" });
    await until(() => sentItems().length === 41);
    expect(seen.map(({ body }) => body.batch.length)).toEqual([20, 20, 1]);
    expect(sentItems().map((item) => (item["properties"] as { n: number }).n)).toEqual(Array.from({ length: 41 }, (_, n) => n));
  });

  it("leave after the interval when they are smaller", async () => {
    const tern = createTern({ writeKey: "wk", host, flushIntervalMs: 10 });
    tern.track("Seen", {}, { userId: "u1" });
    await until(() => seen.length === 1);
    expect(sentItems()).toMatchObject([{ event: "Seen" }]);
  });

  it("are halved when the platform finds them too large, and a single too large item is given up", async () => {
    const errors: DeliveryError[] = [];
    const tern = createTern({ writeKey: "wk", host, flushIntervalMs: 60_000, onError: (error) => errors.push(error) });
    for (const n of [1, 2]) tern.track("Seen", { n }, { userId: "u1" });
    replies = [{ status: 413 }, { status: 413 }, ok];
    expect(await tern.flush()).toBe(true);
    expect(seen.map(({ body }) => body.batch.length)).toEqual([2, 1, 1]);
    expect(errors).toMatchObject([{ status: 413, items: [{ properties: { n: 1 } }] }]);
  });

  it("report the items that the platform refused, and only those", async () => {
    const errors: DeliveryError[] = [];
    const tern = createTern({ writeKey: "wk", host, onError: (error) => errors.push(error) });
    tern.track("Good", {}, { userId: "u1" });
    tern.track("Bad", {}, { userId: "u1" });
    replies = [
      { status: 200, body: '{"success":true,"accepted":1,"rejected":[{"index":1,"field":"event","code":"bad-input","message":"no"}]}' },
    ];
    expect(await tern.flush()).toBe(true);
    expect(errors).toMatchObject([{ status: 200, message: "no", items: [{ event: "Bad" }] }]);
  });

  it("are given up when the key is wrong", async () => {
    const errors: DeliveryError[] = [];
    const tern = createTern({ writeKey: "wk", host, onError: (error) => errors.push(error) });
    tern.track("Seen", {}, { userId: "u1" });
    replies = [{ status: 401, body: '{"detail":"The key is not known"}' }];
    expect(await tern.flush()).toBe(true);
    expect(errors).toMatchObject([{ status: 401, message: "The key is not known" }]);
  });
});

describe("trying again", () => {
  it.each([408, 429, 500, 503])("keeps the items and their messageIds after %i", async (status) => {
    const tern = createTern({ writeKey: "wk", host });
    tern.track("Seen", {}, { userId: "u1" });
    replies = [{ status }];
    expect(await tern.flush()).toBe(false);
    expect(await tern.flush()).toBe(true);
    expect(seen).toHaveLength(2);
    expect(seen[1]?.body.batch).toEqual(seen[0]?.body.batch);
  });

  it("keeps the items when the connection is cut, and comes back by itself", async () => {
    const tern = createTern({ writeKey: "wk", host, flushIntervalMs: 1 });
    tern.track("Seen", {}, { userId: "u1" });
    replies = [{ status: 0, cut: true }];
    await until(() => seen.length === 2);
    expect(seen[1]?.body.batch).toEqual(seen[0]?.body.batch);
  });

  it("waits as long as Retry-After asks", async () => {
    const tern = createTern({ writeKey: "wk", host, flushIntervalMs: 1 });
    tern.track("Seen", {}, { userId: "u1" });
    replies = [{ status: 429, headers: { "retry-after": "1" } }];
    await until(() => seen.length === 1);
    const first = performance.now();
    await until(() => seen.length === 2);
    expect(performance.now() - first).toBeGreaterThan(950);
  });

  it("drops the oldest when the queue is full, and says so", () => {
    const errors: DeliveryError[] = [];
    const tern = createTern({ writeKey: "wk", host, maxQueue: 2, flushIntervalMs: 60_000, onError: (error) => errors.push(error) });
    for (const n of [1, 2, 3]) tern.track("Seen", { n }, { userId: "u1" });
    expect(errors).toMatchObject([{ status: 0, items: [{ properties: { n: 1 } }] }]);
  });
});

describe("createTern in a browser", () => {
  it("keeps one anonymous id, adds the user from identify on, and forgets both on reset", async () => {
    const device = storage();
    const tern = createTern({ writeKey: "wk", host }, browser(device).platform);
    const anonymousId = tern.anonymousId();
    tern.page();
    tern.identify("u1", { plan: "pro" });
    tern.track("Seen");
    expect(createTern({ writeKey: "other", host }, browser(device).platform).userId()).toBe("u1");
    tern.reset();
    tern.track("Seen");
    await tern.flush();
    const [page, identify, track, after] = sentItems();
    expect(page).toMatchObject({ anonymousId, properties: { path: "/shop" }, context: { locale: "en", library: { name: "@tern/sdk" } } });
    expect(page).not.toHaveProperty("userId");
    expect(identify).toMatchObject({ anonymousId, userId: "u1" });
    expect(track).toMatchObject({ anonymousId, userId: "u1" });
    expect(after?.["anonymousId"]).not.toBe(anonymousId);
    expect(after).not.toHaveProperty("userId");
  });

  it("delivers on the next page what the last one could not", async () => {
    const device = storage();
    replies = [{ status: 503, headers: { "retry-after": "3600" } }];
    const first = createTern({ writeKey: "wk", host }, browser(device).platform);
    first.track("Seen");
    expect(await first.flush()).toBe(false);
    const second = createTern({ writeKey: "wk", host }, browser(device).platform);
    expect(await second.flush()).toBe(true);
    expect(seen[1]?.body.batch).toEqual(seen[0]?.body.batch);
    expect(device.keys().some((key) => key.startsWith("tern.queue"))).toBe(false);
  });

  it("hands the queue to beacons of at most 60 KB when the page goes away", () => {
    const beacons: string[] = [];
    const { platform, hide } = browser(storage(), (url, body) => url.endsWith("/v1/batch") && beacons.push(body) > 0);
    const tern = createTern({ writeKey: "wk", host, flushAt: 100, flushIntervalMs: 60_000 }, platform);
    for (let n = 0; n < 5; n++) tern.track("Seen", { n, text: "x".repeat(20_000) });
    hide();
    expect(beacons.map((body) => (JSON.parse(body) as Seen["body"]).batch.length)).toEqual([2, 2, 1]);
    expect(beacons.every((body) => body.length < 64 * 1024)).toBe(true);
    expect((JSON.parse(beacons[0] ?? "") as Seen["body"]).writeKey).toBe("wk");
  });

  it("keeps the queue when the browser refuses the beacon", () => {
    const device = storage();
    const { platform, hide } = browser(device, () => false);
    createTern({ writeKey: "wk", host, flushIntervalMs: 60_000 }, platform).track("Seen");
    hide();
    expect(device.keys().some((key) => key.startsWith("tern.queue"))).toBe(true);
  });

  it("starts empty where storage holds something else", async () => {
    const device = storage();
    device.set("tern.queue.wk.x", "{not json");
    expect(await createTern({ writeKey: "wk", host }, browser(device).platform).flush()).toBe(true);
    expect(seen).toHaveLength(0);
  });
});
