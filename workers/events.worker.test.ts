import { env } from "cloudflare:workers";
import {
  createExecutionContext,
  createMessageBatch,
  createScheduledController,
  getQueueResult,
  waitOnExecutionContext,
} from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { countD1Rows } from "../test/support/count-d1-rows.ts";
import { readItems } from "../src/api/ingest/batch.ts";
import { accept, emailTemplate, identify, newWorkspace, soon, track, user } from "../test/support/workspace.ts";
import type { EventsMessage } from "../src/api/queue.ts";
import type { Env } from "./env.ts";
import { newWorkspace as newApiWorkspace } from "./api/client.test-support.ts";
import { consumeEvents } from "./events.ts";
import { accept as acceptEvents } from "./ingest/accept.ts";
import { sweep } from "./sweep.ts";

const welcome = {
  key: "welcome",
  name: "Welcome",
  trigger: { type: "event", event: "Signed Up" },
  frequency: { type: "once" },
  start: "mail",
  steps: { mail: { type: "send", channel: "email", template: "hello", next: "done" }, done: { type: "exit" } },
};
const proUsers = {
  key: "pro",
  name: "Pro",
  kind: "dynamic",
  condition: { type: "attribute", path: "plan", operator: "equals", value: "pro" },
};

/** The environment with what is sent kept instead of delivered, and bindings replaced. */
const witness = (replaced: Partial<Env> = {}) => {
  const sent: unknown[] = [];
  const queue = {
    sendBatch: (messages: Iterable<{ readonly body: unknown }>) =>
      Promise.resolve(void sent.push(...[...messages].map(({ body }) => body))),
  } as unknown as Queue<never>;
  const bindings = {
    ...env,
    DELIVER_EMAIL: queue,
    DELIVER_WEBHOOK: queue,
    DELIVER_SMS: queue,
    DELIVER_PUSH: queue,
    DELIVER_WHATSAPP: queue,
    DELIVER_SLACK: queue,
    ...replaced,
  } as unknown as Env;
  return { bindings, sent };
};

/** Delivers messages to the consumer as the queue does; answers what was acknowledged and what comes again. */
const consume = async (bindings: Env, ...bodies: readonly unknown[]) => {
  const batch = createMessageBatch<EventsMessage>(
    "tern-events",
    bodies.map((body, index) => ({ id: `m${index}`, timestamp: new Date(), attempts: 1, body: body as EventsMessage })),
  );
  const ctx = createExecutionContext();
  await consumeEvents(batch, bindings, ctx);
  const result = await getQueueResult(batch, ctx);
  return { acked: result.explicitAcks, retried: result.retryMessages.map(({ msgId }) => msgId) };
};

const rowsOf = async (workspace: string) => {
  const all = async (sql: string) => (await env.DB.prepare(sql).bind(workspace).all()).results;
  return {
    intake: await all("SELECT id FROM intake WHERE workspace = ?"),
    events: await all("SELECT id, user, time, type, name FROM events WHERE workspace = ? ORDER BY id"),
    users: await all("SELECT user, email FROM users WHERE workspace = ? ORDER BY user"),
    memberships: await all("SELECT segment, user FROM memberships WHERE workspace = ?"),
    messages: await all("SELECT id, user, status FROM messages WHERE workspace = ?"),
    started: await all("SELECT n FROM step_counts WHERE workspace = ? AND metric = 'started'"),
  };
};

const failing = { batch: () => Promise.reject(new Error("D1 is down")), prepare: () => ({ bind: () => ({}) }) } as unknown as D1Database;

afterEach(() => {
  vi.restoreAllMocks();
});

const begin = async () => {
  const workspace = await newWorkspace({ segments: [proUsers], journeys: [welcome], templates: [emailTemplate] });
  const message = await accept(workspace, [
    identify("1", { email: "a@example.com", plan: "pro" }),
    track("1", "Signed Up"),
    track("2", "Page Seen"),
  ]);
  return { workspace, message };
};

describe("consumeEvents", { timeout: 30_000 }, () => {
  it("an event becomes facts, facts become rows, and only then the intake row goes", async () => {
    const { workspace, message } = await begin();
    const { bindings, sent } = witness();
    expect(await consume(bindings, message)).toEqual({ acked: ["m0"], retried: [] });
    const rows = await rowsOf(workspace);
    expect(rows).toMatchObject({
      intake: [],
      users: [
        { user: "u:1", email: "a@example.com" },
        { user: "u:2", email: null },
      ],
      memberships: [{ segment: "pro", user: "u:1" }],
      messages: [{ user: "u:1", status: "queued" }],
      started: [{ n: 1 }],
    });
    expect(new Set(rows.events.map(({ name }) => name))).toEqual(new Set(["Page Seen", "Signed Up", null]));
    expect(sent).toEqual([{ workspace, user: "u:1", message: rows.messages[0]?.["id"] }]);
  });

  it("a message is taken as text too, as a row of the intake holds it", async () => {
    const { workspace, message } = await begin();
    expect(await consume(witness().bindings, JSON.stringify(message))).toEqual({ acked: ["m0"], retried: [] });
    expect((await rowsOf(workspace)).users).toHaveLength(2);
  });

  it("duplicate delivery changes nothing, within a batch and later", async () => {
    const { workspace, message } = await begin();
    const { bindings } = witness();
    await consume(bindings, message, message);
    const once = await rowsOf(workspace);
    await consume(bindings, message);
    await consume(bindings, { ...message, items: message.items.map((event) => ({ ...event, time: event.time - 1_000 })) });
    expect(await rowsOf(workspace)).toEqual(once);
    expect(once.started).toEqual([{ n: 1 }]);
  });

  it("a crash between the objects and D1 leaves the intake row; the next delivery logs and counts once", async () => {
    const { workspace, message } = await begin();
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    expect(await consume(witness({ SHARD_0: failing }).bindings, message)).toEqual({ acked: [], retried: ["m0"] });
    expect(await rowsOf(workspace)).toMatchObject({ intake: [{ id: message.intake }], events: [], users: [] });
    await consume(witness().bindings, message);
    await consume(witness().bindings, message);
    const rows = await rowsOf(workspace);
    expect(rows).toMatchObject({ intake: [], started: [{ n: 1 }], messages: [{ status: "queued" }] });
    expect(rows.events).toHaveLength(3);
  });

  it("a user whose object fails does not hold up the others of the batch", async () => {
    const { workspace, message } = await begin();
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const bad = await accept(workspace, [track("3", "Page Seen")]);
    const users = {
      getByName: (name: string) =>
        name.endsWith("u:3") ? { apply: () => Promise.reject(new Error("overloaded")) } : env.USERS.getByName(name),
    } as unknown as Env["USERS"];
    expect(await consume(witness({ USERS: users }).bindings, bad, message)).toEqual({ acked: ["m1"], retried: ["m0"] });
    expect((await rowsOf(workspace)).intake).toEqual([{ id: bad.intake }]);
  });

  it("events of a device that two users had are logged and projected with the user each belongs to", async () => {
    const { workspace } = await begin();
    const [before, after] = [track("", "Signed Up"), track("", "Signed Up")].map(({ userId: _none, ...event }) => ({
      ...event,
      anonymousId: "dev",
    }));
    if (before === undefined || after === undefined) throw new Error("expected two events");
    const users = {
      getByName: (name: string) =>
        name.endsWith("a:dev")
          ? {
              apply: async () => ({
                ...(await user(workspace, "u:2").apply({ catalog: 1, events: [after] })),
                movedTo: "u:2",
                events: [after.id],
                also: [{ ...(await user(workspace, "u:1").apply({ catalog: 1, events: [before] })), movedTo: "u:1", events: [before.id] }],
              }),
            }
          : env.USERS.getByName(name),
    } as unknown as Env["USERS"];
    await consume(witness({ USERS: users }).bindings, await accept(workspace, [before, after]));
    const rows = await env.DB.prepare("SELECT user, id FROM events WHERE workspace = ?").bind(workspace).all();
    expect(new Map(rows.results.map(({ user: of, id }) => [id, of]))).toEqual(
      new Map([
        [before.id, "u:1"],
        [after.id, "u:2"],
      ]),
    );
    expect(new Set((await rowsOf(workspace)).messages.map((row) => row["user"]))).toEqual(new Set(["u:1", "u:2"]));
  });

  it("two users' events with one id at one instant are both logged, and shown page by page", async () => {
    const { id: workspace, api } = await newApiWorkspace();
    const event = track("1", "Signed Up");
    const message = await accept(
      workspace,
      [1, 2, 3].map((id) => ({ ...event, userId: String(id) })),
    );
    for (let delivery = 0; delivery < 2; delivery++) await consume(witness().bindings, message);
    const pages: unknown[] = [];
    for (let next: string | null = ""; next !== null;) {
      const { body } = await api(`GET /api/events?limit=1${next === "" ? "" : `&cursor=${next}`}`);
      pages.push(...body.items.map((item: { readonly id: string; readonly user: string }) => [item.id, item.user]));
      ({ next } = body);
    }
    expect(pages).toEqual(["3", "2", "1"].map((user) => [event.id, user]));
  });

  it("an event that comes again after its user was merged is not logged a second time", async () => {
    const workspace = await newWorkspace();
    const { userId: _none, ...seen } = { ...track("", "Page Seen"), anonymousId: "dev" };
    const message = await accept(workspace, [seen]);
    await consume(witness().bindings, message);
    await consume(witness().bindings, await accept(workspace, [identify("7", {}, { anonymousId: "dev" })]));
    await soon(async () => expect((await user(workspace, "u:7").view())?.anonymousIds).toEqual(["dev"]));
    await soon(async () => expect(await consume(witness().bindings, message)).toEqual({ acked: ["m0"], retried: [] }));
    expect((await rowsOf(workspace)).events.filter(({ id }) => id === seen.id)).toMatchObject([{ user: "a:dev" }]);
  });

  it("a message that is none of ours is logged, acknowledged and blocks nothing", async () => {
    const { workspace, message } = await begin();
    const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
    expect(await consume(witness().bindings, "{broken", { hello: 1 }, message)).toEqual({ acked: ["m0", "m1", "m2"], retried: [] });
    expect(logged).toHaveBeenCalledTimes(2);
    expect((await rowsOf(workspace)).users).toHaveLength(2);
  });

  it("a queue that refuses messages does not hold up the events: the object offers them again", async () => {
    const { workspace, message } = await begin();
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const refusing = { sendBatch: () => Promise.reject(new Error("Too Many Requests")) } as unknown as Env["DELIVER_EMAIL"];
    expect((await consume(witness({ DELIVER_EMAIL: refusing }).bindings, message)).acked).toEqual(["m0"]);
    expect((await user(workspace, "u:1").view())?.nextDue).toBeGreaterThan(0);
  });

  it("logs the sampled fraction, the same on every delivery; 0 logs nothing", async () => {
    const workspace = await newWorkspace();
    const message = await accept(
      workspace,
      Array.from({ length: 100 }, () => track("1", "Page Seen")),
    );
    await consume(witness({ EVENT_LOG_SAMPLE: "0" }).bindings, message);
    expect((await rowsOf(workspace)).events).toEqual([]);
    await consume(witness({ EVENT_LOG_SAMPLE: "0.5" }).bindings, message);
    const half = (await rowsOf(workspace)).events;
    expect(half.length).toBeGreaterThan(20);
    expect(half.length).toBeLessThan(80);
    await consume(witness({ EVENT_LOG_SAMPLE: "0.5" }).bindings, message);
    expect((await rowsOf(workspace)).events).toEqual(half);
  });

  it("D1 rows per event stay at most 1.2 in batches of 100, from acceptance to the intake row's removal", async () => {
    const workspace = await newWorkspace({ segments: [proUsers], journeys: [welcome], templates: [emailTemplate] });
    const { db, rows } = countD1Rows(env.DB);
    const { bindings } = witness({ DB: db, SHARD_0: db, INTAKE_0: db });
    /** 100 events through the real intake and the real consumer; answers the rows that took. */
    const batch = async (name: string, userOf: (index: number) => string) => {
      const before = { ...rows };
      const sent: unknown[] = [];
      const queue = {
        sendBatch: (messages: Iterable<{ readonly body: unknown }>) =>
          Promise.resolve(void sent.push(...[...messages].map(({ body }) => body))),
      } as unknown as Env["EVENTS"];
      const ctx = createExecutionContext();
      const items = Array.from({ length: 100 }, (_, index) => ({ type: "track", event: name, userId: userOf(index) }));
      const { accepted } = readItems(items, { receivedAt: Date.now(), key: "client", ip: undefined, newId: () => crypto.randomUUID() });
      // Another object of bindings for each: the lanes of an intake belong to one.
      const intake: Env = { ...bindings, INTAKE_0: countD1Rows(db).db, EVENTS: queue };
      await acceptEvents(intake, ctx, { workspace, receivedAt: Date.now(), events: accepted });
      await waitOnExecutionContext(ctx);
      expect(sent).toHaveLength(1);
      expect(await consume(bindings, ...sent)).toEqual({ acked: ["m0"], retried: [] });
      return { written: rows.written - before.written, read: rows.read - before.read };
    };
    await batch("Page Seen", String);
    const [spread, lone] = [await batch("Page Seen", String), await batch("Page Seen", () => "1")];
    expect((await rowsOf(workspace)).intake).toEqual([]);
    expect((await rowsOf(workspace)).events).toHaveLength(300);
    // One row each in the event log, and the intake row twice: written and removed.
    expect([spread.written, lone.written]).toEqual([102, 102]);
    // Nor do reads grow: a thousand more events and users later a batch reads what it read before.
    for (let round = 0; round < 5; round++) await batch("Page Seen", (index) => `${round}-${index}`);
    const later = await batch("Page Seen", String);
    expect(later.read).toBeLessThanOrEqual(spread.read);
    expect(later.written).toBe(102);
  });
});

describe("sweep", () => {
  const run = async (bindings: Env, cron: string) => {
    const ctx = createExecutionContext();
    await sweep(createScheduledController({ scheduledTime: new Date(), cron }), bindings, ctx);
    await waitOnExecutionContext(ctx);
  };
  const events = () => {
    const bodies: string[] = [];
    const queue = {
      sendBatch: (messages: Iterable<{ readonly body: string }>) =>
        Promise.resolve(void bodies.push(...[...messages].map(({ body }) => body))),
      metrics: () => Promise.resolve({ backlogCount: 0, backlogBytes: 0 }),
    };
    return { queue: queue as unknown as Env["EVENTS"], bodies };
  };
  const ofWorkspace = (bodies: readonly string[], workspace: string) =>
    bodies.map((body) => JSON.parse(body) as EventsMessage).filter((message) => message.workspace === workspace);

  it("sends again what nobody applied, once it is due, and ever less often", async () => {
    const { workspace, message } = await begin();
    const { queue, bodies } = events();
    await run(witness({ EVENTS: queue }).bindings, "* * * * *");
    expect(ofWorkspace(bodies, workspace)).toEqual([]);
    await env.DB.prepare("UPDATE intake SET retry_at = 0 WHERE workspace = ?").bind(workspace).run();
    await run(witness({ EVENTS: queue }).bindings, "* * * * *");
    await run(witness({ EVENTS: queue }).bindings, "* * * * *");
    expect(ofWorkspace(bodies, workspace)).toEqual([message]);
    const row = await env.DB.prepare("SELECT tries, retry_at - ? AS wait FROM intake WHERE workspace = ?")
      .bind(Date.now(), workspace)
      .first<{ tries: number; wait: number }>();
    expect(row?.tries).toBe(1);
    expect(row?.wait).toBeGreaterThan(50_000);
    await consume(
      witness().bindings,
      bodies.find((body) => body.includes(workspace)),
    );
    expect(await rowsOf(workspace)).toMatchObject({ intake: [], started: [{ n: 1 }] });
  });

  it("what can never be applied is sent again hourly, and stays", async () => {
    const { workspace } = await begin();
    const { queue, bodies } = events();
    const waits: number[] = [];
    for (let tries = 1; tries <= 70; tries++) {
      await env.DB.prepare("UPDATE intake SET retry_at = 0 WHERE workspace = ?").bind(workspace).run();
      await run(witness({ EVENTS: queue }).bindings, "* * * * *");
      const row = await env.DB.prepare("SELECT retry_at FROM intake WHERE workspace = ? AND tries = ?")
        .bind(workspace, tries)
        .first<{ retry_at: number }>();
      waits.push(Math.round(((row?.retry_at ?? 0) - Date.now()) / 60_000));
    }
    expect(waits.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(new Set(waits.slice(8))).toEqual(new Set([60]));
    expect(ofWorkspace(bodies, workspace)).toHaveLength(70);
  });

  it("at the start everything is sent again at once: local queues forget", async () => {
    const { workspace, message } = await begin();
    const { queue, bodies } = events();
    await run(witness({ EVENTS: queue }).bindings, "@start");
    expect(ofWorkspace(bodies, workspace)).toEqual([message]);
  });

  it("rows whose message still waits in the queue are left alone", async () => {
    const { workspace } = await begin();
    const { queue, bodies } = events();
    await env.DB.prepare("UPDATE intake SET retry_at = 0 WHERE workspace = ?").bind(workspace).run();
    const busy = {
      ...queue,
      metrics: () => Promise.resolve({ backlogCount: 9, backlogBytes: 9, oldestMessageTimestamp: new Date(Date.now() - 60_000) }),
    } as unknown as Env["EVENTS"];
    await run(witness({ EVENTS: busy }).bindings, "* * * * *");
    expect(ofWorkspace(bodies, workspace)).toEqual([]);
    const newer = {
      ...queue,
      metrics: () => Promise.resolve({ backlogCount: 9, backlogBytes: 9, oldestMessageTimestamp: new Date(Date.now() + 1_000) }),
    } as unknown as Env["EVENTS"];
    await run(witness({ EVENTS: newer }).bindings, "* * * * *");
    expect(ofWorkspace(bodies, workspace)).toHaveLength(1);
  });
});
