import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { identify, newWorkspace, publish, soon, user } from "../test/support/workspace.ts";
import { projectFacts } from "../src/storage/shard/project.ts";
import { type BackfillProgress, backfillName } from "./backfill-object.ts";

const pro = { key: "pro", name: "Pro", kind: "dynamic", condition: { type: "attribute", path: "plan", operator: "equals", value: "pro" } };
const greet = {
  key: "greet",
  name: "Greet",
  trigger: { type: "segment", segment: "pro", change: "enter", includeCurrent: true },
  frequency: { type: "once" },
  start: "mark",
  steps: { mark: { type: "tag", add: ["greeted"], next: "done" }, done: { type: "exit" } },
};

interface Backfill {
  start(request: { readonly catalog: number; readonly enter?: readonly string[] }): Promise<BackfillProgress>;
  progress(): Promise<BackfillProgress>;
}
const backfill = (name: string) => env.BACKFILLS.getByName(name) as unknown as Backfill;

/** A workspace with users in the directory, every second one on the pro plan. */
const withUsers = async (count: number) => {
  const workspace = await newWorkspace();
  const answers = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      user(workspace, `u:${index}`).apply({ catalog: 1, events: [identify(String(index), { plan: index % 2 === 0 ? "pro" : "free" })] }),
    ),
  );
  await projectFacts(
    env,
    answers.flatMap(({ facts }) => (facts === undefined ? [] : [facts])),
  );
  return workspace;
};
const members = async (workspace: string) =>
  (
    await env.DB.prepare("SELECT count(*) AS n FROM memberships WHERE workspace = ? AND segment = 'pro'")
      .bind(workspace)
      .first<{ n: number }>()
  )?.n;
const greeted = async (workspace: string) =>
  (
    await env.DB.prepare("SELECT sum(n) AS n FROM step_counts WHERE workspace = ? AND metric = 'started'")
      .bind(workspace)
      .first<{ n: number | null }>()
  )?.n;
const finished = (name: string) => soon(async () => expect(await backfill(name).progress()).toMatchObject({ state: "done" }));

afterEach(() => {
  vi.restoreAllMocks();
});

describe("BackfillObject", { timeout: 30_000 }, () => {
  it("brings every user up to the catalog and says how far it is", async () => {
    const workspace = await withUsers(120);
    const version = await publish(workspace, { segments: [pro] });
    const name = backfillName(workspace, "segment", "pro", version);
    expect(await backfill(name).progress()).toMatchObject({ state: "none", startedAt: null });
    expect(await backfill(name).start({ catalog: version })).toMatchObject({ state: "running", total: 120 });
    await finished(name);
    expect(await backfill(name).progress()).toMatchObject({ done: 120, failed: 0, total: 120 });
    expect(await members(workspace)).toBe(60);
    expect((await user(workspace, "u:2").view())?.segments).toMatchObject([{ key: "pro" }]);
  });

  it("starting twice is starting once", async () => {
    const workspace = await withUsers(3);
    const version = await publish(workspace, { segments: [pro] });
    const name = backfillName(workspace, "segment", "pro", version);
    const first = await backfill(name).start({ catalog: version });
    await finished(name);
    expect(await backfill(name).start({ catalog: version })).toMatchObject({ state: "done", startedAt: first.startedAt, done: 3 });
  });

  it("joins are silent, unless the journey takes in present members", async () => {
    const workspace = await withUsers(6);
    const version = await publish(workspace, { segments: [pro], journeys: [greet] });
    const silent = backfillName(workspace, "segment", "pro", version);
    await backfill(silent).start({ catalog: version });
    await finished(silent);
    expect(await greeted(workspace)).toBeNull();
    const loud = backfillName(workspace, "journey", "greet", version);
    await backfill(loud).start({ catalog: version, enter: ["greet"] });
    await finished(loud);
    expect(await greeted(workspace)).toBe(3);
    expect((await user(workspace, "u:2").view())?.tags).toEqual(["greeted"]);
  });

  it("cut in the middle it goes on where it was, and counts nobody twice", async () => {
    const workspace = await withUsers(120);
    const version = await publish(workspace, { segments: [pro] });
    const name = backfillName(workspace, "segment", "pro", version);
    const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
    let calls = 0;
    const spy = await runInDurableObject(env.USERS.getByName(`${workspace}:u:0`), (object) => {
      const prototype = Object.getPrototypeOf(object) as { stimulate: (...args: never[]) => Promise<unknown> };
      const stimulate = prototype.stimulate;
      return vi.spyOn(prototype, "stimulate").mockImplementation(async function (this: unknown, ...args) {
        calls += 1;
        if (calls > 110) throw new Error("cut");
        return stimulate.apply(this, args);
      });
    });
    await backfill(name).start({ catalog: version });
    await soon(() => expect(logged).toHaveBeenCalled());
    spy.mockRestore();
    expect(await backfill(name).progress()).toMatchObject({ state: "running", done: 100 });
    await evictDurableObject(env.BACKFILLS.getByName(name));
    await runDurableObjectAlarm(env.BACKFILLS.getByName(name));
    await finished(name);
    expect(await backfill(name).progress()).toMatchObject({ done: 120, failed: 0 });
    expect(await members(workspace)).toBe(60);
  });
});
