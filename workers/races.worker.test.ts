import { env } from "cloudflare:workers";
import { runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { newWorkspace as newApiWorkspace, templateOf } from "./api/client.test-support.ts";
import { projectFacts } from "../src/storage/shard/project.ts";
import { identify, newWorkspace, publish, soon, track, user, userStub } from "../test/support/workspace.ts";
import { liveVersion } from "./catalog-cache.ts";

vi.setConfig({ testTimeout: 30_000 });
afterEach(() => {
  vi.useRealTimers();
});

const HOUR = 3_600_000;
const wait = (time: string, next?: string) => ({ type: "wait", for: time, ...(next !== undefined && { next }) });
const journeyOf = (fields: object = {}) => ({
  key: "j",
  name: "J",
  trigger: { type: "event", event: "Go" },
  frequency: { type: "every-time" },
  exit: { type: "event", event: "Order" },
  start: "first",
  steps: { first: wait("PT1H", "mark"), mark: { type: "tag", add: ["reminded"] } },
  ...fields,
});
const at = (ms: number) => {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(ms);
};

describe("races in the real runtime", () => {
  it("an exit against a due wait at the same instant: the exit wins where both are known, and never do both happen", async () => {
    for (const together of [false, true]) {
      const workspace = await newWorkspace({ journeys: [journeyOf()] });
      const one = user(workspace, "u:u");
      await one.apply({ catalog: 1, events: [track("u", "Go", { time: Date.now() })] });
      const due = (await one.view())?.nextDue ?? 0;
      at(due);
      const order = () => one.apply({ catalog: 1, events: [track("u", "Order", { time: due })] });
      const alarm = () => runDurableObjectAlarm(userStub(workspace, "u:u"));
      if (together) await Promise.all([order(), alarm()]);
      else {
        await order();
        await alarm();
      }
      const endings = (await one.timeline({ limit: 50 })).items.flatMap((item) =>
        item.type === "fact" && item.fact.kind === "run-ended" ? [item.fact.reason] : [],
      );
      const tags = (await one.view())?.tags ?? [];
      // At once, the alarm may have been done before the order was there: then the reminder was right.
      expect([endings, tags]).toEqual(together && tags.length > 0 ? [["completed"], ["reminded"]] : [["exited"], []]);
      vi.useRealTimers();
    }
  });

  it("an order that comes one moment before the wait is due stops it, with the alarm already on its way", async () => {
    const workspace = await newWorkspace({ journeys: [journeyOf()] });
    const one = user(workspace, "u:u");
    await one.apply({ catalog: 1, events: [track("u", "Go", { time: Date.now() })] });
    const due = (await one.view())?.nextDue ?? 0;
    at(due - 1);
    await one.apply({ catalog: 1, events: [track("u", "Order", { time: due - 1 })] });
    at(due);
    await runDurableObjectAlarm(userStub(workspace, "u:u"));
    expect(await one.view()).toMatchObject({ runs: [], tags: [] });
  });

  it("two events at once: each starts its run, once enters once, and the outcome is that of one after the other", async () => {
    const workspace = await newWorkspace({
      journeys: [journeyOf({ exit: undefined }), journeyOf({ key: "once", frequency: { type: "once" }, exit: undefined })],
    });
    const one = user(workspace, "u:u");
    const events = Array.from({ length: 20 }, () => track("u", "Go"));
    await Promise.all([...events, ...events].map((event) => one.apply({ catalog: 1, events: [event] })));
    const runs = (await one.view())?.runs ?? [];
    expect(runs.filter(({ journey }) => journey === "j")).toHaveLength(20);
    expect(runs.filter(({ journey }) => journey === "once")).toHaveLength(1);
    expect(new Set(runs.map(({ id }) => id)).size).toBe(21);
  });

  it("the same entry asked for at once by several callers is one entry", async () => {
    const workspace = await newWorkspace({ journeys: [journeyOf()] });
    const stimuli = [{ type: "enter" as const, id: "call:1", journey: "j" }];
    const answers = await Promise.all(Array.from({ length: 5 }, () => user(workspace, "u:u").stimulate({ catalog: 1, stimuli })));
    expect(answers.map(({ entries }) => entries)).toEqual(answers.map(() => [{ id: "call:1", refused: "" }]));
    expect((await user(workspace, "u:u").view())?.runs).toHaveLength(1);
  });

  it("publish during a run: the run stays whole on one version while callers still hold the older catalog", async () => {
    const workspace = await newWorkspace({ journeys: [journeyOf()] });
    const one = user(workspace, "u:u");
    await one.apply({ catalog: 1, events: [track("u", "Go")] });
    const version = await publish(workspace, {
      journeys: [journeyOf({ steps: { first: wait("PT2H", "other"), other: { type: "tag", add: ["second"] } } })],
    });
    await Promise.all([
      one.apply({ catalog: version, events: [track("u", "Go")] }),
      one.apply({ catalog: 1, events: [track("u", "Other")] }),
      one.apply({ catalog: 1, events: [track("u", "Go")] }),
    ]);
    const runs = (await one.view())?.runs ?? [];
    expect(runs.filter((run) => run.version === 1).length).toBeGreaterThanOrEqual(1);
    expect(runs).toHaveLength(3);
    at(Date.now() + 3 * HOUR);
    await runDurableObjectAlarm(userStub(workspace, "u:u"));
    expect(await one.view()).toMatchObject({ runs: [], tags: ["reminded", "second"] });
  });

  it("stop against claim: once stop has answered, no claim starts; a claim before it is settled", async () => {
    const workspace = await newApiWorkspace();
    await workspace.api("PUT /api/templates/hello", templateOf());
    const { key: _key, ...mailing } = journeyOf({
      exit: undefined,
      steps: { first: { type: "send", channel: "email", template: "hello", transactional: true } },
    });
    expect((await workspace.api("PUT /api/journeys/j", mailing)).status).toBe(201);
    await workspace.api("POST /api/journeys/j/publish");
    const users = Array.from({ length: 12 }, (_, index) => `u:${index}` as const);
    const claims = await Promise.all(
      users.map(async (name) => {
        const one = user(workspace.id, name);
        const id = name.slice(2);
        const live = await liveVersion(env, workspace.id);
        const { deliver, facts } = await one.apply({
          catalog: live,
          events: [identify(id, { email: `${id}@example.com` }), track(id, "Go")],
        });
        if (facts !== undefined) await projectFacts(env, [facts]);
        return { one, message: deliver[0]?.message ?? "" };
      }),
    );
    let isStopped = false;
    const stop = workspace.api("POST /api/journeys/j/stop").then(() => (isStopped = true));
    const outcomes = await Promise.all(
      claims.map(async ({ one, message }, index) => {
        if (index >= 6) await stop;
        const wasStopped = isStopped;
        // As deliver does: the pointer to the live catalog is read right before the claim.
        const { claim } = await one.claim({ catalog: await liveVersion(env, workspace.id), message });
        return { wasStopped, kind: claim.kind };
      }),
    );
    expect(outcomes.filter(({ wasStopped, kind }) => wasStopped && kind === "send")).toEqual([]);
    expect(outcomes.filter(({ wasStopped }) => wasStopped).length).toBeGreaterThanOrEqual(6);
    await soon(async () => {
      for (const { one } of claims) expect((await one.view())?.runs).toEqual([]);
    });
  });

  it("deleting a journey ends its runs, of users who sleep too", async () => {
    const workspace = await newApiWorkspace();
    const { key: _key, ...definition } = journeyOf();
    await workspace.api("PUT /api/journeys/j", definition);
    await workspace.api("POST /api/journeys/j/publish");
    await workspace.api("POST /api/journeys/j/enter", { users: [{ id: "a" }, { id: "b" }] });
    expect((await user(workspace.id, "u:a").view())?.runs).toHaveLength(1);
    expect((await workspace.api("DELETE /api/journeys/j")).status).toBe(204);
    await soon(async () => {
      for (const name of ["u:a", "u:b"] as const) expect((await user(workspace.id, name).view())?.runs).toEqual([]);
    });
  });
});
