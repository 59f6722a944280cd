import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { projectFacts } from "../../src/storage/shard/project.ts";
import { newWorkspace, publish, soon, track, user, userStub } from "../../test/support/workspace.ts";
import { watchSql } from "../../test/support/watch-sql.ts";
import { type BackfillProgress, backfillName } from "../backfill-object.ts";

interface Backfill {
  start(request: { readonly catalog: number }): Promise<BackfillProgress>;
  progress(): Promise<BackfillProgress>;
}

const seen = (key: string, count: number) => ({
  key,
  name: key,
  kind: "dynamic",
  condition: {
    type: "event",
    event: "Page Seen",
    where: [{ path: "properties.n", operator: "less-than", value: 10_000 }],
    count: { operator: "at-least", value: count },
  },
});

/** A user with so many past events, before anything counts them. */
const withPast = async (events: number): Promise<string> => {
  const workspace = await newWorkspace();
  for (let n = 0; n < events; n += 500)
    await user(workspace, "u:1").apply({
      catalog: 1,
      events: Array.from({ length: 500 }, (_, index) => track("1", "Page Seen", { index, properties: { n: n + index } })),
    });
  return workspace;
};

const refresh = (workspace: string, catalog: number) =>
  user(workspace, "u:1").stimulate({ catalog, stimuli: [{ type: "refresh", silent: true }] });
const segmentsOf = async (workspace: string) => (await user(workspace, "u:1").view())?.segments.map(({ key }) => key);

/** Transactions that counted something, and the most matches one of them filed. */
const watchCounting = async (workspace: string) => {
  const turns: number[] = [];
  let filed = 0;
  const stop = await watchSql(workspace, "u:1", {
    before: (statement, params) => {
      if (statement.startsWith("INSERT OR IGNORE INTO matches") && String(params[0]).startsWith("t:")) filed++;
      if (statement.startsWith("INSERT OR REPLACE INTO kept") && params[1] === "meta") {
        turns.push(filed);
        filed = 0;
      }
    },
  });
  return { turns, stop };
};

describe("A new condition counts the user's past in slices", { timeout: 60_000 }, () => {
  it("in transactions of bounded size, and the segment is asked when all of it is counted", async () => {
    const workspace = await withPast(3_000);
    const version = await publish(workspace, {
      segments: [seen("some", 1_000), { ...seen("none", 1_000), condition: { type: "not", condition: seen("", 1_000).condition } }],
    });
    const { turns, stop } = await watchCounting(workspace);
    await refresh(workspace, version);
    stop();
    expect(turns.length).toBeGreaterThan(2);
    expect(Math.max(...turns)).toBeLessThanOrEqual(1_200);
    expect(turns.reduce((sum, count) => sum + count, 0)).toBe(3_000);
    expect(await segmentsOf(workspace)).toEqual(["some"]);
  });

  it("cut in the middle it goes on where it was, and nothing is decided by halves", async () => {
    const workspace = await withPast(3_000);
    const version = await publish(workspace, { segments: [seen("all", 1_000)] });
    let pages = 0;
    const stop = await watchSql(workspace, "u:1", {
      before: (statement, params) => {
        if (statement.includes("ORDER BY time DESC") && params[0] === "n:track:Page Seen" && ++pages > 8) throw new Error("cut");
      },
    });
    await runInDurableObject(userStub(workspace, "u:1"), async (object) => {
      await expect((object as unknown as ReturnType<typeof user>).stimulate({ catalog: version, stimuli: [] })).rejects.toThrow("cut");
    });
    stop();
    expect(await segmentsOf(workspace)).toEqual([]);
    await evictDurableObject(userStub(workspace, "u:1"));
    const { turns, stop: unwatch } = await watchCounting(workspace);
    await refresh(workspace, version);
    unwatch();
    expect(turns.reduce((sum, count) => sum + count, 0)).toBe(2_000);
    expect(await segmentsOf(workspace)).toEqual(["all"]);
  });

  it("of a very long past a call counts its part and says so, and the object goes on by itself", async () => {
    const workspace = await withPast(41_000);
    const version = await publish(workspace, { segments: [seen("all", 1_000)] });
    await runInDurableObject(userStub(workspace, "u:1"), async (object, state) => {
      await expect((object as unknown as ReturnType<typeof user>).stimulate({ catalog: version, stimuli: [] })).rejects.toThrow(
        "the past is being counted",
      );
      expect(await state.storage.getAlarm()).toBeLessThanOrEqual(Date.now());
    });
    await runDurableObjectAlarm(userStub(workspace, "u:1"));
    await refresh(workspace, version);
    expect(await segmentsOf(workspace)).toEqual(["all"]);
  });

  it("a backfill counts the user as done only then", async () => {
    const workspace = await withPast(41_000);
    const { facts } = await user(workspace, "u:1").apply({ catalog: 1, events: [] });
    await projectFacts(env, facts === undefined ? [] : [facts]);
    const version = await publish(workspace, { segments: [seen("all", 1_000)] });
    const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const backfill = env.BACKFILLS.getByName(backfillName(workspace, "segment", "all", version)) as unknown as Backfill;
    await backfill.start({ catalog: version });
    await soon(() => expect(logged.mock.calls.join()).toContain("the past is being counted"));
    await soon(async () => expect(await backfill.progress()).toMatchObject({ state: "done", done: 1, failed: 0 }));
    logged.mockRestore();
    expect(await segmentsOf(workspace)).toEqual(["all"]);
  });

  it("an event that an older catalog adds meanwhile starts the counting over, and is counted", async () => {
    const workspace = await withPast(1_500);
    const version = await publish(workspace, { segments: [seen("all", 1_000)] });
    const late = runInDurableObject(userStub(workspace, "u:1"), async (object) => {
      const inside = object as unknown as ReturnType<typeof user>;
      const [first] = await Promise.all([
        inside.stimulate({ catalog: version, stimuli: [{ type: "refresh", silent: true }] }),
        inside.apply({ catalog: 1, events: [track("1", "Page Seen", { properties: { n: 3 } })] }),
      ]);
      return first;
    });
    await late;
    await refresh(workspace, version);
    const counted = await runInDurableObject(userStub(workspace, "u:1"), (_object, state) =>
      state.storage.sql.exec("SELECT count(*) AS n FROM matches WHERE tally LIKE 't:%'").one(),
    );
    expect(counted).toEqual({ n: 1_501 });
    expect(await segmentsOf(workspace)).toEqual(["all"]);
  });

  it("an alarm finds a past half counted and goes on with it", async () => {
    const workspace = await withPast(500);
    await publish(workspace, { segments: [seen("all", 500)] });
    await runInDurableObject(userStub(workspace, "u:1"), (_object, state) => state.storage.setAlarm(Date.now() + 60_000));
    await runDurableObjectAlarm(userStub(workspace, "u:1"));
    expect(await segmentsOf(workspace)).toEqual(["all"]);
  });
});
