import { runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { identify, soon, track, user, userStub } from "../../test/support/workspace.ts";
import { projectFacts } from "../../src/storage/shard/project.ts";
import { catalogFor, liveVersion, withPinned } from "../catalog-cache.ts";
import { scheduleName } from "../schedule-object.ts";
import { bindings, newWorkspace, segmentOf, type TestWorkspace } from "./client.test-support.ts";

// The first call of a run loads the whole management API.
vi.setConfig({ testTimeout: 30_000 });
afterEach(() => {
  vi.useRealTimers();
});

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const wait = (time: string, next?: string) => ({ type: "wait", for: time, ...(next !== undefined && { next }) });
const journeyOf = (fields: object = {}) => ({
  name: "J",
  trigger: { type: "event", event: "Go" },
  frequency: { type: "every-time" },
  start: "first",
  steps: { first: wait("P1D", "done"), done: { type: "exit" } },
  ...fields,
});

/** A user's events as the consumer applies them, projections included. */
const apply = async ({ id }: TestWorkspace, key: string, ...events: Parameters<ReturnType<typeof user>["apply"]>[0]["events"]) => {
  const answer = await user(id, `u:${key}`).apply({ catalog: await liveVersion(bindings, id), events });
  if (answer.facts !== undefined) await projectFacts(bindings, [answer.facts]);
};
const runsOf = async ({ id }: TestWorkspace, key: string) => (await user(id, `u:${key}`).view())?.runs ?? [];
const at = (ms: number) => {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(ms);
};
const published = async (workspace: TestWorkspace, definition: object, options: object = {}) => {
  expect((await workspace.api("PUT /api/journeys/j", definition)).status).toBeLessThan(300);
  return workspace.api("POST /api/journeys/j/publish", options);
};

describe("publishing a journey", () => {
  it("dryRun answers what would become of runs in flight, by step, and changes nothing", async () => {
    const workspace = await newWorkspace();
    await published(workspace, journeyOf({ steps: { first: wait("P1D", "second"), second: wait("P1D", "third"), third: wait("P1D") } }));
    for (const key of ["a", "b"]) await apply(workspace, key, track(key, "Go"));
    await workspace.api("PUT /api/journeys/j", journeyOf({ start: "zero", steps: { zero: wait("PT1M", "third"), third: wait("P2D") } }));
    const before = await liveVersion(bindings, workspace.id);
    const dryRun = await workspace.api("POST /api/journeys/j/publish", { inFlight: "move", dryRun: true });
    expect(dryRun.body).toEqual({
      key: "j",
      status: "live",
      version: 2,
      dryRun: true,
      warnings: [],
      seesBackTo: null,
      runs: [{ version: 1, step: "first", runs: 2, outcome: "moves", to: "third" }],
    });
    expect((await workspace.api("POST /api/journeys/j/publish", { dryRun: true })).body.runs).toMatchObject([
      { outcome: "stays", to: "first" },
    ]);
    await workspace.api("PUT /api/journeys/j", journeyOf({ start: "zero", steps: { zero: wait("PT1M") } }));
    expect((await workspace.api("POST /api/journeys/j/publish", { inFlight: "move", dryRun: true })).body.runs).toMatchObject([
      { outcome: "ends", to: null },
    ]);
    expect(await liveVersion(bindings, workspace.id)).toBe(before);
    expect((await workspace.api("GET /api/journeys/j")).body).toMatchObject({ version: 1, changed: true });
  });

  it("moves runs in flight to the new version, also of users who sleep, and counts them there", async () => {
    const workspace = await newWorkspace();
    await published(workspace, journeyOf());
    await apply(workspace, "a", track("a", "Go"));
    const [before] = await runsOf(workspace, "a");
    expect((await published(workspace, journeyOf({ steps: { first: wait("P3D") } }), { inFlight: "move" })).body).toMatchObject({
      version: 2,
    });
    await soon(async () => expect(await runsOf(workspace, "a")).toMatchObject([{ version: 2, position: { at: "wait", step: "first" } }]));
    const [after] = await runsOf(workspace, "a");
    expect(after?.position).toMatchObject({ due: (before?.enteredAt ?? 0) + 3 * DAY });
    await soon(async () => {
      const { body } = await workspace.api("GET /api/journeys/j/statistics?version=2");
      expect(body).toMatchObject({ live: 1, steps: { first: { waiting: 1 } } });
    });
    expect((await workspace.api("GET /api/journeys/j/statistics?version=1")).body).toMatchObject({
      live: 0,
      steps: { first: { waiting: 0 } },
    });
    expect((await workspace.api("GET /api/journeys/j/statistics")).body).toMatchObject({
      started: 1,
      live: 1,
      steps: { first: { waiting: 1 } },
    });
  });

  it("a version that was published for new runs only is later taken on by those in flight", async () => {
    const workspace = await newWorkspace();
    await published(workspace, journeyOf());
    await apply(workspace, "a", track("a", "Go"));
    await published(workspace, journeyOf({ steps: { first: wait("P3D") } }));
    await apply(workspace, "a", track("a", "Other"));
    expect(await runsOf(workspace, "a")).toMatchObject([{ version: 1 }]);
    expect((await workspace.api("POST /api/journeys/j/publish", { inFlight: "move" })).body).toMatchObject({ version: 2 });
    await soon(async () => expect(await runsOf(workspace, "a")).toMatchObject([{ version: 2 }]));
  });

  it("a run moved to a version that is no longer current finds that version, and stays there", async () => {
    const workspace = await newWorkspace();
    await published(workspace, journeyOf());
    await published(workspace, journeyOf({ steps: { first: wait("P3D") } }), { inFlight: "move" });
    await published(workspace, journeyOf({ steps: { first: wait("P5D") } }));
    const catalog = await catalogFor(bindings, workspace.id, await liveVersion(bindings, workspace.id));
    expect(catalog.journeys.get("j")).toMatchObject({ version: 3, moveTo: 2 });
    // What a user who slept since version 1 is given to decide with.
    expect([...(await withPinned(bindings, catalog, ["j@1"])).pinned.keys()].toSorted()).toEqual(["j@1", "j@2"]);
    expect([...(await withPinned(bindings, catalog, ["j@2"])).pinned.keys()]).toEqual(["j@2"]);
  });

  it("a date's journey is among the timers of users who sleep, once it is published", async () => {
    const workspace = await newWorkspace();
    const renews = Date.now() + 10 * DAY + 1;
    await apply(workspace, "a", identify("a", { renews }));
    expect((await user(workspace.id, "u:a").view())?.nextDue).toBeNull();
    await published(workspace, journeyOf({ trigger: { type: "date", attribute: "renews", offset: "-P1D" } }));
    await soon(async () => expect((await user(workspace.id, "u:a").view())?.nextDue).toBe(renews - DAY));
    at(renews - DAY);
    expect(await runDurableObjectAlarm(userStub(workspace.id, "u:a"))).toBe(true);
    expect(await runsOf(workspace, "a")).toMatchObject([{ enteredAt: renews - DAY }]);
  });

  it("says how far back a condition surely sees that nobody asked before, and what is probably not meant", async () => {
    const workspace = await newWorkspace();
    const audience = (within: string) => ({ audience: { type: "event", event: "Bought", within } });
    expect((await published(workspace, journeyOf(audience("P30D")))).body).toMatchObject({ seesBackTo: null, warnings: [] });
    const { body } = await published(workspace, journeyOf(audience("P365D")));
    expect(Math.abs(Date.parse(body.seesBackTo) - (Date.now() - 90 * DAY))).toBeLessThan(DAY);
    // From now on it is kept.
    expect((await published(workspace, journeyOf({ ...audience("P365D"), name: "K" }))).body.seesBackTo).toBeNull();
  });

  it("refuses an unknown choice and names the field", async () => {
    const workspace = await newWorkspace();
    expect(await published(workspace, journeyOf(), { inFlight: "leap" })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "inFlight" }] },
    });
  });
});

describe("pausing and resuming", () => {
  it.each([
    ["go-on", 1],
    ["skip", 1],
    ["exit", 0],
  ] as const)("late: %s decides what becomes of runs that fell due meanwhile", async (late, live) => {
    const workspace = await newWorkspace();
    await published(workspace, journeyOf({ steps: { first: wait("PT1S", "rest"), rest: wait("P1D") } }));
    await apply(workspace, "a", track("a", "Go"));
    await workspace.api("POST /api/journeys/j/pause");
    await soon(async () => expect(await runsOf(workspace, "a")).toMatchObject([{ position: { at: "step", step: "rest" } }]));
    expect((await workspace.api("POST /api/journeys/j/resume", { late })).body).toMatchObject({ status: "live" });
    await soon(async () => {
      const runs = await runsOf(workspace, "a");
      expect(runs).toHaveLength(live);
      if (live === 1) expect(runs).toMatchObject([{ position: { at: "wait", step: "rest" } }]);
    });
  });

  it("refuses an unknown `late` and names the field", async () => {
    const workspace = await newWorkspace();
    await published(workspace, journeyOf());
    await workspace.api("POST /api/journeys/j/pause");
    expect(await workspace.api("POST /api/journeys/j/resume", { late: "maybe" })).toMatchObject({
      status: 400,
      body: { errors: [{ path: "late" }] },
    });
  });
});

describe("versions", () => {
  it("diff names what is different between the draft and what is published, or between any two versions", async () => {
    const workspace = await newWorkspace();
    await workspace.api("PUT /api/journeys/j", journeyOf());
    expect(await workspace.api("GET /api/journeys/j/diff")).toMatchObject({ status: 409 });
    await workspace.api("POST /api/journeys/j/publish");
    await workspace.api("PUT /api/journeys/j", journeyOf({ name: "K" }));
    expect((await workspace.api("GET /api/journeys/j/diff")).body).toEqual({
      from: "1",
      to: "draft",
      changes: [{ path: "name", change: "changed", before: "J", after: "K" }],
    });
    await workspace.api("POST /api/journeys/j/publish");
    expect((await workspace.api("GET /api/journeys/j/diff?from=2&to=1")).body.changes).toMatchObject([{ path: "name", after: "J" }]);
    expect((await workspace.api("GET /api/journeys/j/diff")).body.changes).toEqual([]);
    expect((await workspace.api("GET /api/journeys/j/diff?from=9")).status).toBe(404);
    expect((await workspace.api("GET /api/journeys/j/diff?from=new")).status).toBe(400);
  });

  it("restore makes the draft equal that version, and leaves what is published alone", async () => {
    const workspace = await newWorkspace();
    await published(workspace, journeyOf());
    await published(workspace, journeyOf({ name: "K" }));
    const { headers } = await workspace.api("GET /api/journeys/j");
    expect((await workspace.api("POST /api/journeys/j/restore", { version: 1 }, { "if-match": '"stale"' })).status).toBe(412);
    const restored = await workspace.api("POST /api/journeys/j/restore", { version: 1 }, { "if-match": headers.get("etag") ?? "" });
    expect(restored).toMatchObject({ status: 200, body: { name: "J", version: 2, changed: true } });
    expect((await workspace.api("GET /api/journeys/j/diff?from=1&to=draft")).body.changes).toEqual([]);
    expect((await workspace.api("POST /api/journeys/j/restore", { version: 7 })).status).toBe(404);
    expect((await workspace.api("POST /api/journeys/j/publish")).body).toMatchObject({ version: 3 });
  });
});

describe("POST /api/journeys/{key}/enter", () => {
  it("answers per user entered, or refused with the reason", async () => {
    const workspace = await newWorkspace();
    await published(
      workspace,
      journeyOf({
        trigger: { type: "api", key: "properties.order" },
        audience: { type: "attribute", path: "plan", operator: "equals", value: "pro" },
      }),
    );
    await apply(workspace, "a", identify("a", { plan: "pro" }));
    const answer = await workspace.api("POST /api/journeys/j/enter", {
      users: [
        { id: "a", properties: { order: 1 } },
        { id: "a", properties: { order: 1 } },
        { id: "a", properties: { order: 2 } },
        { id: "a" },
        { id: "b", properties: { order: 1 } },
      ],
    });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        users: [
          { id: "a", status: "entered" },
          { id: "a", status: "refused", reason: "already-in-run" },
          { id: "a", status: "entered" },
          { id: "a", status: "refused", reason: "no-key" },
          { id: "b", status: "refused", reason: "audience" },
        ],
      },
    });
    expect((await runsOf(workspace, "a")).map(({ key, properties }) => [key, properties])).toEqual([
      ["1", { order: 1 }],
      ["2", { order: 2 }],
    ]);
  });

  it("the same Idempotency-Key again enters nobody twice, also when the first call was cut off", async () => {
    const workspace = await newWorkspace();
    await published(workspace, journeyOf());
    const enter = () => workspace.api("POST /api/journeys/j/enter", { users: [{ id: "a" }, { id: "b" }] }, { "idempotency-key": "k1" });
    const first = await enter();
    expect((await enter()).body).toEqual(first.body);
    // As after a crash between the objects' answers and ours.
    await bindings.DB.prepare("DELETE FROM idempotency WHERE workspace = ?").bind(workspace.id).run();
    expect((await enter()).body).toEqual(first.body);
    expect(await runsOf(workspace, "a")).toHaveLength(1);
  });

  it("respects paused and stopped, and refuses what was never published", async () => {
    const workspace = await newWorkspace();
    await workspace.api("PUT /api/journeys/j", journeyOf());
    const enter = async () => workspace.api("POST /api/journeys/j/enter", { users: [{ id: "a" }] });
    expect((await enter()).status).toBe(409);
    await workspace.api("POST /api/journeys/j/publish");
    await workspace.api("POST /api/journeys/j/pause");
    expect((await enter()).body.users).toEqual([{ id: "a", status: "refused", reason: "paused" }]);
    await workspace.api("POST /api/journeys/j/stop");
    expect((await enter()).body.users).toEqual([{ id: "a", status: "refused", reason: "stopped" }]);
    expect((await workspace.api("POST /api/journeys/none/enter", { users: [{ id: "a" }] })).status).toBe(404);
  });

  it("refuses more than 1,000 users, one user too often, and large properties, by field", async () => {
    const workspace = await newWorkspace();
    await published(workspace, journeyOf());
    const enter = async (users: readonly object[]) => (await workspace.api("POST /api/journeys/j/enter", { users })).body.errors?.[0]?.path;
    expect(await enter(Array.from({ length: 1_001 }, (_, index) => ({ id: `u${index}` })))).toBe("users");
    expect(await enter(Array.from({ length: 51 }, () => ({ id: "same" })))).toBe("users[50].id");
    expect(await enter([{ id: "a", properties: { text: "x".repeat(40_000) } }])).toBe("users[0].properties");
    expect(await enter([{ id: "" }])).toBe("users[0].id");
  });
});

describe("schedules", () => {
  const weekly = (fields: object = {}) =>
    journeyOf({ trigger: { type: "schedule", segment: "buyers", every: "P1D", time: "09:00", zone: "UTC", ...fields } });
  const scheduleOf = ({ id }: TestWorkspace) => bindings.SCHEDULES.getByName(scheduleName(id, "j"));
  const withMembers = async (count: number) => {
    const workspace = await newWorkspace();
    await workspace.api("PUT /api/segments/buyers", segmentOf());
    await Promise.all(Array.from({ length: count }, (_, index) => apply(workspace, `m${index}`, track(`m${index}`, "Order Completed"))));
    await apply(workspace, "other", track("other", "Other"));
    return workspace;
  };
  it("each occurrence enters every member exactly once, whatever is repeated", async () => {
    const workspace = await withMembers(5);
    await published(workspace, weekly());
    const { next } = await scheduleOf(workspace).state();
    expect(next).toBeGreaterThan(Date.now());
    expect(new Date(next ?? 0).toISOString()).toMatch(/T09:00:00.000Z$/);
    at(next ?? 0);
    await runDurableObjectAlarm(scheduleOf(workspace));
    await scheduleOf(workspace).arm();
    await runDurableObjectAlarm(scheduleOf(workspace));
    for (let index = 0; index < 5; index++) expect(await runsOf(workspace, `m${index}`)).toHaveLength(1);
    expect(await runsOf(workspace, "other")).toHaveLength(0);
    expect(await scheduleOf(workspace).state()).toEqual({ next: (next ?? 0) + DAY, round: null });
  });

  it("lets go by what came due while it was paused, and of several missed ones makes up for the newest only", async () => {
    const workspace = await withMembers(1);
    await published(workspace, weekly());
    const { next } = await scheduleOf(workspace).state();
    await workspace.api("POST /api/journeys/j/pause");
    at(next ?? 0);
    await runDurableObjectAlarm(scheduleOf(workspace));
    await workspace.api("POST /api/journeys/j/resume");
    expect(await runsOf(workspace, "m0")).toHaveLength(0);
    at((next ?? 0) + 3 * DAY + HOUR);
    await runDurableObjectAlarm(scheduleOf(workspace));
    expect(await runsOf(workspace, "m0")).toMatchObject([{ properties: { at: new Date((next ?? 0) + 3 * DAY).toISOString() } }]);
  });

  it("one time: at its instant, and not again; one that was over when it was published does not fire", async () => {
    const workspace = await withMembers(1);
    const soonAt = Date.now() + HOUR;
    await published(workspace, weekly({ every: undefined, time: undefined, zone: undefined, at: new Date(soonAt).toISOString() }));
    expect((await scheduleOf(workspace).state()).next).toBe(soonAt);
    at(soonAt);
    await runDurableObjectAlarm(scheduleOf(workspace));
    expect(await runsOf(workspace, "m0")).toHaveLength(1);
    expect((await scheduleOf(workspace).state()).next).toBeNull();
    const late = await withMembers(1);
    const over = await published(late, weekly({ every: undefined, time: undefined, zone: undefined, at: "2020-01-01T00:00:00Z" }));
    expect(over.body.warnings).toMatchObject([{ path: "trigger" }]);
    expect(await scheduleOf(late).state()).toEqual({ next: null, round: null });
  });

  it("the segment of a live schedule cannot be deleted; of a stopped one it can", async () => {
    const workspace = await withMembers(0);
    await published(workspace, weekly());
    expect((await workspace.api("DELETE /api/segments/buyers")).status).toBe(409);
    await workspace.api("POST /api/journeys/j/stop");
    expect((await workspace.api("DELETE /api/segments/buyers")).status).toBe(204);
  });

  it("stopped, deleted or given another trigger, it does nothing more", async () => {
    const workspace = await withMembers(1);
    await published(workspace, weekly());
    const { next } = await scheduleOf(workspace).state();
    await published(workspace, journeyOf());
    expect((await scheduleOf(workspace).state()).next).toBeNull();
    at(next ?? 0);
    expect(await runDurableObjectAlarm(scheduleOf(workspace))).toBe(false);
    expect(await runsOf(workspace, "m0")).toHaveLength(0);
  });
});
