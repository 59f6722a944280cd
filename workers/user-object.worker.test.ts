import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { emailTemplate, identify, newWorkspace, publish, soon, track, user, userStub } from "../test/support/workspace.ts";
import { countObjectRows } from "../test/support/count-object-rows.ts";
import { watchSql } from "../test/support/watch-sql.ts";
import type { UserRpcSurface } from "../src/api/user-rpc.ts";
import type { Fact } from "../src/domain/user/facts.ts";

const hour = 3_600_000;
const reminder = {
  key: "reminder",
  name: "Reminder",
  trigger: { type: "event", event: "Cart Filled" },
  frequency: { type: "every-time" },
  exit: { type: "event", event: "Order Completed" },
  start: "pause",
  steps: {
    pause: { type: "wait", for: "PT1H", next: "mark" },
    mark: { type: "tag", add: ["reminded"], next: "done" },
    done: { type: "exit" },
  },
};
const mailer = {
  key: "mailer",
  name: "Mailer",
  trigger: { type: "event", event: "Signed Up" },
  frequency: { type: "once" },
  exit: { type: "event", event: "Order Completed" },
  start: "mail",
  steps: { mail: { type: "send", channel: "email", template: "hello", next: "done" }, done: { type: "exit" } },
};

const kinds = (facts: { readonly facts: readonly Fact[] } | undefined): readonly string[] => facts?.facts.map((fact) => fact.kind) ?? [];

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("UserObject", { timeout: 30_000 }, () => {
  it("an object nobody wrote to answers reads and stays empty", async () => {
    const workspace = await newWorkspace();
    const object = user(workspace, "u:nobody");
    expect(await object.view()).toBeUndefined();
    expect(await object.timeline({ limit: 10 })).toEqual({ items: [], next: null });
    expect(await object.events({ limit: 10 })).toEqual({ items: [], next: null });
    expect(await object.messages({ limit: 10 })).toEqual({ items: [], next: null });
    expect(await object.message("m1")).toBeUndefined();
    expect(await object.claim({ catalog: 1, message: "m1" })).toMatchObject({ claim: { kind: "no" } });
    await object.confirm(5);
    const tables = await runInDurableObject(userStub(workspace, "u:nobody"), (_object, state) =>
      state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
    );
    expect(tables).toEqual([]);
  });

  it("an event changes the profile, is in the history once, and a repetition says what is known", async () => {
    const workspace = await newWorkspace();
    const object = user(workspace, "u:1");
    const event = identify("1", { name: "Ada", plan: "pro" });
    const first = await object.apply({ catalog: 1, events: [event] });
    expect(first.known).toEqual([]);
    expect(kinds(first.facts)).toEqual(["user"]);
    const again = await object.apply({ catalog: 1, events: [{ ...event, time: event.time - 5 }], confirmed: 1 });
    expect(again.known).toEqual([{ id: event.id, time: event.time }]);
    expect(again.facts).toBeUndefined();
    expect((await object.view())?.attributes).toEqual({ name: "Ada", plan: "pro" });
    expect((await object.events({ limit: 10 })).items.map(({ id }) => id)).toEqual([event.id]);
  });

  it("an event that moves nothing writes at most 4 rows, and rows read do not grow with history", async () => {
    const workspace = await newWorkspace({
      journeys: [reminder],
      segments: [{ key: "buyers", name: "Buyers", kind: "dynamic", condition: { type: "event", event: "Order Completed" } }],
    });
    const object = user(workspace, "u:1");
    await object.apply({ catalog: 1, events: [track("1", "Page Seen")] });
    const few = await countObjectRows(workspace, "u:1", () => object.apply({ catalog: 1, events: [track("1", "Page Seen")] }));
    for (let round = 0; round < 10; round++)
      await object.apply({ catalog: 1, events: Array.from({ length: 100 }, () => track("1", "Page Seen")) });
    const many = await countObjectRows(workspace, "u:1", () => object.apply({ catalog: 1, events: [track("1", "Page Seen")] }));
    expect(few.written).toBeGreaterThan(0);
    expect(few.written).toBeLessThanOrEqual(4);
    expect(many.written).toBeLessThanOrEqual(4);
    expect(many.read).toBeLessThanOrEqual(few.read);
  });

  it("rows do not grow with definitions that do not mention the event, nor with live runs that do not wait for it", async () => {
    const definitions = (count: number) => ({
      journeys: Array.from({ length: count }, (_, index) => ({ ...reminder, key: `reminder-${index}` })),
      segments: Array.from({ length: count }, (_, index) => ({
        key: `s${index}`,
        name: "S",
        kind: "dynamic",
        condition: {
          type: "event",
          event: `Other ${index}`,
          where: [{ path: "properties.n", operator: "at-least", value: 1 }],
          within: "P7D",
        },
      })),
    });
    const [one, hundred] = await Promise.all(
      [1, 100].map(async (count) => {
        const workspace = await newWorkspace(definitions(count));
        const object = user(workspace, "u:1");
        await object.apply({ catalog: 1, events: [track("1", "Cart Filled"), track("1", "Page Seen")] });
        expect((await object.view())?.runs).toHaveLength(count);
        return { workspace, object };
      }),
    );
    const rowsOf = async (of: typeof one) =>
      countObjectRows(
        of?.workspace ?? "",
        "u:1",
        () => of?.object.apply({ catalog: 1, events: [track("1", "Page Seen")] }) ?? Promise.reject(),
      );
    const [few, many] = [await rowsOf(one), await rowsOf(hundred)];
    expect(many).toEqual(few);
    expect(many.written).toBeLessThanOrEqual(4);
  });

  it("a failure in the middle leaves nothing behind, and the next call starts from what is stored", async () => {
    const workspace = await newWorkspace();
    const object = user(workspace, "u:1");
    await object.apply({ catalog: 1, events: [identify("1", { name: "Ada" })] });
    const stop = await watchSql(workspace, "u:1", {
      before: (statement) => {
        if (statement.includes("'journal', ?")) throw new Error("disk full");
      },
    });
    await runInDurableObject(userStub(workspace, "u:1"), async (inside) => {
      await expect((inside as UserRpcSurface).apply({ catalog: 1, events: [identify("1", { name: "Grace" })] })).rejects.toThrow(
        "disk full",
      );
    });
    stop();
    expect((await object.view())?.attributes).toEqual({ name: "Ada" });
    expect((await object.events({ limit: 10 })).items).toHaveLength(1);
    const after = await object.apply({ catalog: 1, events: [identify("1", { name: "Grace" })] });
    expect(after.facts?.first).toBe(1);
    expect(kinds(after.facts)).toEqual(["user", "user"]);
  });

  it("facts come with every answer until they are confirmed, also after an eviction", async () => {
    const workspace = await newWorkspace();
    const object = user(workspace, "u:1");
    await object.apply({ catalog: 1, events: [identify("1", { name: "Ada" })] });
    await evictDurableObject(userStub(workspace, "u:1"));
    const second = await object.apply({ catalog: 1, events: [identify("1", { name: "Grace" })] });
    expect([second.facts?.first, kinds(second.facts)]).toEqual([1, ["user", "user"]]);
    const third = await object.apply({ catalog: 1, confirmed: 1, events: [track("1", "Page Seen")] });
    expect([third.facts?.first, kinds(third.facts)]).toEqual([2, ["user"]]);
    await object.confirm(2);
    await evictDurableObject(userStub(workspace, "u:1"));
    expect((await object.apply({ catalog: 1, events: [track("1", "Page Seen")] })).facts).toBeUndefined();
  });

  it("the alarm ends a wait at its instant, after an eviction too", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const workspace = await newWorkspace({ journeys: [reminder] });
    const object = user(workspace, "u:1");
    await object.apply({ catalog: 1, events: [track("1", "Cart Filled")] });
    const due = (await object.view())?.nextDue;
    expect(due).toBe(Date.now() + hour);
    await evictDurableObject(userStub(workspace, "u:1"));
    vi.setSystemTime(Date.now() + hour - 1);
    await runDurableObjectAlarm(userStub(workspace, "u:1"));
    expect((await object.view())?.tags).toEqual([]);
    expect((await object.view())?.nextDue).toBe(due);
    vi.setSystemTime(Date.now() + 1);
    expect(await runDurableObjectAlarm(userStub(workspace, "u:1"))).toBe(true);
    expect(await object.view()).toMatchObject({ tags: ["reminded"], runs: [] });
  });

  it("a clock that is set back moves nothing back: order, waits and messages stay as they were", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const workspace = await newWorkspace({ journeys: [reminder, mailer], templates: [emailTemplate] });
    const object = user(workspace, "u:1");
    const noon = Date.now();
    await object.apply({ catalog: 1, events: [identify("1", { email: "a@example.com", plan: "new" }), track("1", "Cart Filled")] });
    const before = await object.view();
    for (const evict of [false, true]) {
      if (evict) await evictDurableObject(userStub(workspace, "u:1"));
      vi.setSystemTime(noon - 2 * hour);
      // Said later by whoever asks, earlier by the clock: the attribute keeps the newer value, the wait its instant.
      await object.apply({ catalog: 1, events: [identify("1", { plan: "old" })] });
      expect(await object.view()).toMatchObject({ attributes: { plan: "new" }, nextDue: before?.nextDue, runs: before?.runs });
      expect(await runDurableObjectAlarm(userStub(workspace, "u:1"))).toBe(true);
      expect((await object.view())?.runs).toEqual(before?.runs);
      const facts = (await object.timeline({ limit: 200 })).items.flatMap((item) => (item.type === "fact" ? [item.at] : []));
      expect(facts).toEqual(facts.toSorted((a, b) => b - a));
      expect(Math.min(...facts)).toBeGreaterThanOrEqual(noon);
    }
    const [offered] = (await object.apply({ catalog: 1, events: [track("1", "Signed Up")] })).deliver;
    const message = offered?.message ?? "";
    expect((await object.claim({ catalog: 1, message })).claim).toMatchObject({ kind: "send", attempt: 1 });
    // A lease taken by a clock set back does not last longer by it, nor is it over at once.
    expect((await object.claim({ catalog: 1, message })).claim).toMatchObject({ kind: "no" });
    await object.settle({ catalog: 1, message, attempt: 1, outcome: { kind: "accepted" } });
    vi.setSystemTime(noon + hour);
    await runDurableObjectAlarm(userStub(workspace, "u:1"));
    expect(await object.view()).toMatchObject({ tags: ["reminded"], runs: [] });
    expect((await object.message(message))?.message.status).toBe("sent");
  });

  it("waking without need arms the alarm anew and moves nothing", async () => {
    const workspace = await newWorkspace({ journeys: [reminder] });
    const object = user(workspace, "u:1");
    await object.apply({ catalog: 1, events: [track("1", "Cart Filled")] });
    const before = await object.view();
    const alarmOf = () => runInDurableObject(userStub(workspace, "u:1"), (_object, state) => state.storage.getAlarm());
    await runInDurableObject(userStub(workspace, "u:1"), (_object, state) => state.storage.deleteAlarm());
    await evictDurableObject(userStub(workspace, "u:1"));
    expect(await object.view()).toEqual(before);
    expect(await alarmOf()).toBeGreaterThan(Date.now());
    await object.confirm(100);
    await runDurableObjectAlarm(userStub(workspace, "u:1"));
    expect(await object.view()).toEqual(before);
    expect(await alarmOf()).toBe(before?.nextDue);
  });

  it("an alarm of its own accord costs one row to set, and wakes an evicted object once", async () => {
    const workspace = await newWorkspace({ journeys: [reminder] });
    const object = user(workspace, "u:1");
    await object.apply({ catalog: 1, events: [track("1", "Cart Filled")] });
    await object.confirm(100);
    const due = (await object.view())?.nextDue;
    const calls: string[] = [];
    let isOwnTurn = false;
    await runInDurableObject(userStub(workspace, "u:1"), async (inside, state) => {
      await state.storage.setAlarm(Date.now() + 100);
      const storage = Object.getPrototypeOf(state.storage) as DurableObjectStorage;
      const setAlarm: (this: DurableObjectStorage, time: number | Date) => Promise<void> = Reflect.get(storage, "setAlarm");
      vi.spyOn(storage, "setAlarm").mockImplementation(function (this: DurableObjectStorage, time) {
        if (isOwnTurn) calls.push(`set ${Number(time)}`);
        return setAlarm.call(this, time);
      });
      const prototype = Object.getPrototypeOf(inside) as { alarm: () => Promise<void> };
      const { alarm } = prototype;
      vi.spyOn(prototype, "alarm").mockImplementation(async function (this: unknown) {
        // Users of other tests wake here too.
        isOwnTurn = Reflect.get(this as object, "ctx").id.name === state.id.name;
        if (isOwnTurn) calls.push("alarm");
        await alarm.call(this as never);
        isOwnTurn = false;
      });
    });
    await evictDurableObject(userStub(workspace, "u:1"));
    await soon(() => expect(calls).toHaveLength(2));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(calls).toEqual(["alarm", `set ${due}`]);
  });

  it("what an alarm did reaches the projections, and the object learns that it did", async () => {
    const workspace = await newWorkspace({ journeys: [reminder] });
    const object = user(workspace, "u:1");
    vi.useFakeTimers({ toFake: ["Date"] });
    await object.apply({ catalog: 1, events: [track("1", "Cart Filled")] });
    vi.setSystemTime(Date.now() + hour);
    await runDurableObjectAlarm(userStub(workspace, "u:1"));
    await soon(async () => {
      const ended = await env.DB.prepare("SELECT metric, n FROM step_counts WHERE workspace = ? AND step = '' ORDER BY metric")
        .bind(workspace)
        .all();
      expect(ended.results).toMatchObject([
        { metric: expect.stringMatching(/^ended:/), n: 1 },
        { metric: "started", n: 1 },
      ]);
      expect((await object.apply({ catalog: 1, events: [] })).facts).toBeUndefined();
    });
  });

  it("facts beyond what one answer holds reach the projections too, though nothing more happens to the user", async () => {
    const workspace = await newWorkspace({ journeys: [reminder] });
    const answer = await user(workspace, "u:1").apply({ catalog: 1, events: Array.from({ length: 900 }, () => track("1", "Cart Filled")) });
    expect(answer.facts?.facts).toHaveLength(500);
    const armed = () => runInDurableObject(userStub(workspace, "u:1"), (_object, state) => state.storage.getAlarm());
    expect(await armed()).toBeLessThan(Date.now() + 2 * 60_000);
    const counted = () =>
      env.SHARD_0.prepare("SELECT sum(n) AS n FROM step_counts WHERE workspace = ? AND metric IN ('started', 'refused:too-many-runs')")
        .bind(workspace)
        .first("n");
    for (let alarms = 0; alarms < 20 && (await counted()) !== 900; alarms++) {
      const before = await counted();
      await runDurableObjectAlarm(userStub(workspace, "u:1"));
      await soon(async () => expect(await counted()).not.toBe(before));
      expect(await armed()).toBeLessThan(Date.now() + 2 * 60_000);
    }
    expect(await counted()).toBe(900);
  });

  it("an alarm that fails backs off and does not throw", async () => {
    const workspace = await newWorkspace({ journeys: [reminder] });
    const object = user(workspace, "u:1");
    await object.apply({ catalog: 1, events: [track("1", "Cart Filled")] });
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    await evictDurableObject(userStub(workspace, "u:1"));
    await env.DB.prepare("UPDATE workspaces SET catalog_version = 77 WHERE id = ?").bind(workspace).run();
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(Date.now() + 10_000);
    for (const pause of [1_000, 2_000, 4_000]) {
      await runDurableObjectAlarm(userStub(workspace, "u:1"));
      const alarm = await runInDurableObject(userStub(workspace, "u:1"), (_object, state) => state.storage.getAlarm());
      expect(alarm).toBe(Date.now() + pause);
      await evictDurableObject(userStub(workspace, "u:1"));
    }
    await env.DB.prepare("UPDATE workspaces SET catalog_version = 1 WHERE id = ?").bind(workspace).run();
    vi.setSystemTime(Date.now() + hour);
    await runDurableObjectAlarm(userStub(workspace, "u:1"));
    expect((await object.view())?.tags).toEqual(["reminded"]);
  });

  it("two calls at once are applied one after the other", async () => {
    const workspace = await newWorkspace({ journeys: [reminder] });
    const object = user(workspace, "u:1");
    const event = track("1", "Cart Filled");
    const answers = await Promise.all([
      object.apply({ catalog: 1, events: [event] }),
      object.apply({ catalog: 1, events: [event] }),
      object.apply({ catalog: 1, events: [identify("1", { a: 1 })] }),
    ]);
    expect(answers.map(({ known }) => known.length).toSorted((a, b) => a - b)).toEqual([0, 0, 1]);
    expect(await object.view()).toMatchObject({ attributes: { a: 1 }, runs: [{ journey: "reminder" }] });
  });

  it("an exit and a due wait at once: the exit wins", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const workspace = await newWorkspace({ journeys: [reminder] });
    const object = user(workspace, "u:1");
    const start = Date.now();
    await object.apply({ catalog: 1, events: [track("1", "Cart Filled")] });
    vi.setSystemTime(start + hour);
    await Promise.all([
      object.apply({ catalog: 1, events: [track("1", "Order Completed")] }),
      runDurableObjectAlarm(userStub(workspace, "u:1")),
    ]);
    const view = await object.view();
    expect(view?.runs).toEqual([]);
    const timeline = await object.timeline({ limit: 50 });
    const ended = timeline.items.flatMap((item) => (item.type === "fact" && item.fact.kind === "run-ended" ? [item.fact] : []));
    expect(ended).toHaveLength(1);
  });

  it("a message is not given out once its exit was applied, whoever asks first", async () => {
    const workspace = await newWorkspace({ journeys: [mailer], templates: [emailTemplate] });
    const object = user(workspace, "u:1");
    const answer = await object.apply({ catalog: 1, events: [identify("1", { email: "a@example.com" }), track("1", "Signed Up")] });
    const [intent] = answer.deliver;
    expect(intent).toMatchObject({ channel: "email" });
    if (intent === undefined) return;
    const [, claimed] = await Promise.all([
      object.apply({ catalog: 1, events: [track("1", "Order Completed")] }),
      object.claim({ catalog: 1, message: intent.message }),
    ]);
    expect(claimed.claim.kind).toBe("no");
    expect((await object.message(intent.message))?.message.status).toBe("skipped");
  });

  it("a claimed message is settled once; its facts come along", async () => {
    const workspace = await newWorkspace({ journeys: [mailer], templates: [emailTemplate] });
    const object = user(workspace, "u:1");
    const { deliver } = await object.apply({ catalog: 1, events: [identify("1", { email: "a@example.com" }), track("1", "Signed Up")] });
    const message = deliver[0]?.message ?? "";
    const { claim } = await object.claim({ catalog: 1, message });
    expect(claim).toMatchObject({ kind: "send", attempt: 1, rendered: { to: "a@example.com", provider: "outbox" } });
    const second = await object.claim({ catalog: 1, message });
    expect(second.claim.kind).toBe("no");
    const settled = await object.settle({ catalog: 1, message, attempt: 1, outcome: { kind: "accepted" } });
    expect(settled.facts?.facts.at(-1)).toBeDefined();
    expect((await object.message(message))?.message.status).toBe("sent");
    await object.settle({ catalog: 1, message, attempt: 1, outcome: { kind: "rejected", detail: "late" } });
    expect((await object.message(message))?.message.status).toBe("sent");
    expect((await object.messages({ limit: 10 })).items.map(({ id }) => id)).toEqual([message]);
  });

  it("a run goes on with the version it was pinned to after another was published", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const workspace = await newWorkspace({ journeys: [reminder] });
    const object = user(workspace, "u:1");
    await object.apply({ catalog: 1, events: [track("1", "Cart Filled")] });
    const version = await publish(workspace, {
      journeys: [{ ...reminder, steps: { ...reminder.steps, mark: { type: "tag", add: ["new"], next: "done" } } }],
    });
    await object.apply({ catalog: version, events: [track("1", "Page Seen")] });
    await evictDurableObject(userStub(workspace, "u:1"));
    vi.setSystemTime(Date.now() + hour);
    await runDurableObjectAlarm(userStub(workspace, "u:1"));
    expect((await object.view())?.tags).toEqual(["reminded"]);
  });

  it("runs keep their journey's version and use the latest templates and segments", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const segment = (event: string) => ({ key: "keen", name: "Keen", kind: "dynamic", condition: { type: "event", event } });
    const journey = {
      ...mailer,
      start: "pause",
      steps: {
        pause: { type: "wait", for: "PT1H", next: "ask" },
        ask: { type: "branch", paths: [{ condition: { type: "segment", segment: "keen" }, next: "mail" }], otherwise: "done" },
        ...mailer.steps,
      },
    };
    const workspace = await newWorkspace({ segments: [segment("Bought")], journeys: [journey], templates: [emailTemplate] });
    const object = user(workspace, "u:1");
    await object.apply({ catalog: 1, events: [identify("1", { email: "a@example.com" }), track("1", "Looked"), track("1", "Signed Up")] });
    await publish(workspace, {
      segments: [segment("Looked")],
      journeys: [{ ...journey, start: "done" }],
      templates: [{ ...emailTemplate, locales: { en: { ...emailTemplate.locales.en, subject: "Newer" } } }],
    });
    await evictDurableObject(userStub(workspace, "u:1"));
    // Past the age at which an alarm asks for the live catalog anew.
    vi.setSystemTime(Date.now() + hour);
    await runDurableObjectAlarm(userStub(workspace, "u:1"));
    await soon(async () =>
      expect((await object.messages({ limit: 10 })).items).toMatchObject([
        { run: { journey: "mailer", version: 1 }, rendered: { content: { subject: "Newer" } } },
      ]),
    );
  });

  it("events and facts make one timeline, newest first, in pages without gap or repetition", async () => {
    const workspace = await newWorkspace({ journeys: [reminder] });
    const object = user(workspace, "u:1");
    const start = Date.now() - 60_000;
    for (let index = 0; index < 12; index++)
      await object.apply({
        catalog: 1,
        events: [track("1", index % 3 === 0 ? "Cart Filled" : `Page ${index % 2}`, { time: start + index })],
      });
    const whole = await object.timeline({ limit: 200 });
    expect(whole.next).toBeNull();
    const paged: unknown[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await object.timeline({ limit: 5, ...(cursor !== undefined && { cursor }) });
      paged.push(...page.items);
      cursor = page.next;
    }
    expect(paged).toHaveLength(whole.items.length);
    expect(whole.items.filter((item) => item.type === "event")).toHaveLength(12);
    await runInDurableObject(userStub(workspace, "u:1"), async (inside) => {
      await expect((inside as UserRpcSurface).timeline({ limit: 5, cursor: "{}" })).rejects.toMatchObject({ code: "bad-cursor" });
    });
  });
});
