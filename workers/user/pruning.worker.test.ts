import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { accept, identify, newWorkspace, track, user, userStub } from "../../test/support/workspace.ts";
import { consumeEvents } from "../events.ts";

const day = 86_400_000;
/** So that a hundred of them are more than a small user's. */
const large = "x".repeat(12_000);
const buyers = { key: "buyers", name: "Buyers", kind: "dynamic", condition: { type: "event", event: "Order Completed" } };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const rowsOf = (workspace: string, sql: string) =>
  runInDurableObject(userStub(workspace, "u:1"), (_object, state) => Number(state.storage.sql.exec(sql).one()["n"]));
const eventsOf = (workspace: string) => rowsOf(workspace, "SELECT count(*) AS n FROM events");

/** A user with a past of so many large events, one order among them, a hundred days ago; then time passes, and it is heard of again. */
const withPast = async (events: number): Promise<string> => {
  const workspace = await newWorkspace({ segments: [buyers] });
  const object = user(workspace, "u:1");
  await object.apply({ catalog: 1, events: [identify("1", { plan: "free", secret: "of the past" }), track("1", "Order Completed")] });
  for (let n = 0; n < events; n += 10)
    await object.apply({ catalog: 1, events: Array.from({ length: 10 }, () => track("1", "Page Seen", { properties: { large } })) });
  vi.setSystemTime(Date.now() + 100 * day);
  await object.apply({ catalog: 1, events: [identify("1", { plan: "pro", secret: null })], confirmed: 1_000 });
  await object.confirm(1_000);
  return workspace;
};

/** Runs alarms for as long as the object sets one within the minute; answers how many. */
const runAlarms = async (workspace: string): Promise<number> => {
  for (let count = 0; ; count++) {
    const at = await runInDurableObject(userStub(workspace, "u:1"), (_object, state) => state.storage.getAlarm());
    if (at === null || at > Date.now() + 60_000) return count;
    vi.setSystemTime(Math.max(Date.now(), at));
    await runDurableObjectAlarm(userStub(workspace, "u:1"));
  }
};

describe("Pruning in the object", { timeout: 60_000 }, () => {
  it("takes what nobody needs, a page at a time by its alarm, and leaves what a definition counts", async () => {
    const workspace = await withPast(600);
    expect(await eventsOf(workspace)).toBe(603);
    expect(await runAlarms(workspace)).toBeGreaterThan(1);
    expect((await user(workspace, "u:1").events({ limit: 50 })).items.map(({ event, type }) => event ?? type)).toEqual([
      "identify",
      "Order Completed",
    ]);
    expect((await user(workspace, "u:1").view())?.segments).toMatchObject([{ key: "buyers" }]);
  });

  it("the timeline stays, without the attributes the user had", async () => {
    const workspace = await withPast(100);
    await runAlarms(workspace);
    const kinds = (await user(workspace, "u:1").timeline({ limit: 200 })).items.map((item) => JSON.stringify(item));
    expect(kinds.some((item) => item.includes("segment-entered"))).toBe(true);
    expect(await rowsOf(workspace, "SELECT count(*) AS n FROM kept WHERE kind = 'journal' AND body LIKE '%of the past%'")).toBe(0);
  });

  it("goes on after an eviction where it was, and then not before a day has passed", async () => {
    const workspace = await withPast(600);
    await runDurableObjectAlarm(userStub(workspace, "u:1"));
    const between = await eventsOf(workspace);
    expect(between).toBeGreaterThan(2);
    expect(between).toBeLessThan(603);
    await evictDurableObject(userStub(workspace, "u:1"));
    await runAlarms(workspace);
    expect(await eventsOf(workspace)).toBe(2);
    await user(workspace, "u:1").apply({ catalog: 1, events: [track("1", "Page Seen")] });
    vi.setSystemTime(Date.now() + 2 * 3_600_000);
    await user(workspace, "u:1").apply({ catalog: 1, events: [track("1", "Page Seen")] });
    expect(await runAlarms(workspace)).toBe(0);
  });

  it("costs a small user nothing: no look, no row, no alarm", async () => {
    const workspace = await withPast(10);
    const before = await eventsOf(workspace);
    expect(await runAlarms(workspace)).toBe(0);
    expect(await eventsOf(workspace)).toBe(before);
    expect(await rowsOf(workspace, "SELECT count(*) AS n FROM kept WHERE kind = 'part' AND key = 'pruning'")).toBe(0);
  });

  it("what is too old is refused in the timeline, once however often it comes, and is not in the log", async () => {
    const workspace = await withPast(600);
    await runAlarms(workspace);
    const now = Date.now();
    const old = track("1", "Page Seen", { time: now - 150 * day, receivedAt: now, properties: { old: true } });
    for (const _time of [1, 2]) {
      const body = await accept(workspace, [old]);
      const done = { retry: vi.fn(), ack: vi.fn() };
      const batch = { messages: [{ id: body.intake, body, attempts: 1, timestamp: new Date(), ...done }], queue: "events" };
      await consumeEvents(batch as never, env, undefined as never); // of a batch and a context only this is used
      expect([done.ack.mock.calls.length, done.retry.mock.calls.length]).toEqual([1, 0]);
    }
    const timeline = (await user(workspace, "u:1").timeline({ limit: 200 })).items.map((item) => JSON.stringify(item));
    expect(timeline.filter((item) => item.includes("event-refused"))).toHaveLength(1);
    const logged = await env.DB.prepare("SELECT count(*) AS n FROM events WHERE workspace = ? AND id = ?").bind(workspace, old.id).first();
    expect(logged).toEqual({ n: 0 });
  });
});
