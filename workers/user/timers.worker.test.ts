import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { newWorkspace, track, user, userStub } from "../../test/support/workspace.ts";
import type { Fact } from "../../src/domain/user/facts.ts";

/** Less than facts that nobody took wait for, so that no alarm but the waits' comes between. */
const apart = 30_000;
const hour = 3_600_000;
const journeys = 10;
const events = 100;

/** Ten journeys that each wait two hours longer than the one before, then tag. */
const waiting = Array.from({ length: journeys }, (_, n) => ({
  key: `wait-${n}`,
  name: `Wait ${n}`,
  trigger: { type: "event", event: "Start" },
  frequency: { type: "every-time" },
  exit: { type: "event", event: "Stop" },
  start: "wait",
  steps: { wait: { type: "wait", for: `PT${2 * n + 2}H`, next: "done" }, done: { type: "exit" } },
}));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** How often the user's object sets its alarm; others of the file may do so meanwhile. */
const watchAlarms = async (workspace: string) => {
  const set = vi.fn();
  await runInDurableObject(userStub(workspace, "u:1"), (_object, state) => {
    const prototype = Object.getPrototypeOf(state.storage) as DurableObjectStorage;
    const setAlarm: DurableObjectStorage["setAlarm"] = Reflect.get(prototype, "setAlarm");
    vi.spyOn(prototype, "setAlarm").mockImplementation(function (this: DurableObjectStorage, at) {
      if (this === state.storage) set(at);
      return setAlarm.call(this, at);
    });
  });
  return set;
};
const alarmOf = (workspace: string) => runInDurableObject(userStub(workspace, "u:1"), (_object, state) => state.storage.getAlarm());
const endingsOf = async (workspace: string): Promise<readonly Fact[]> => {
  const found: Fact[] = [];
  for (let cursor: string | undefined, more = true; more;) {
    const page = await user(workspace, "u:1").timeline({ limit: 200, ...(cursor !== undefined && { cursor }) });
    found.push(...page.items.flatMap((item) => ("fact" in item && item.fact.kind === "run-ended" ? [item.fact] : [])));
    cursor = page.next ?? undefined;
    more = page.next !== null;
  }
  return found.toReversed();
};

/** A user with a thousand waits, all due at instants of their own; answers those, in order. */
const withThousandWaits = async (workspace: string): Promise<readonly number[]> => {
  const dues: number[] = [];
  for (let n = 0; n < events; n++) {
    const answer = await user(workspace, "u:1").apply({ catalog: 1, events: [track("1", "Start")], confirmed: 1_000_000 });
    for (const fact of answer.facts?.facts ?? []) if (fact.kind === "waiting") dues.push(fact.until ?? 0);
    vi.setSystemTime(Date.now() + apart);
  }
  await user(workspace, "u:1").confirm(1_000_000);
  expect(new Set(dues).size).toBe(journeys * events);
  return dues.toSorted((a, b) => a - b);
};

describe("A thousand timers in one object cost one alarm", { timeout: 120_000 }, () => {
  it("set once, and each fires in its turn at its own instant, also those that a jump of the clock passes over", async () => {
    const workspace = await newWorkspace({ journeys: waiting });
    const set = await watchAlarms(workspace);
    const dues = await withThousandWaits(workspace);
    expect(set.mock.calls).toEqual([[dues[0]]]);
    // The first hundred as their time comes: each alarm ends one wait and sets the next alarm.
    for (const due of dues.slice(0, 100)) {
      expect(await alarmOf(workspace)).toBe(due);
      vi.setSystemTime(due);
      await runDurableObjectAlarm(userStub(workspace, "u:1"));
      await user(workspace, "u:1").confirm(1_000_000);
    }
    expect((await endingsOf(workspace)).map(({ at }) => at)).toEqual(dues.slice(0, 100));
    expect(set.mock.calls.map(([at]) => Number(at)).filter((at) => dues.includes(at))).toEqual(dues.slice(0, 100));
    // Then nobody looks for two days: one alarm works off the rest, each at its own instant.
    vi.setSystemTime(Date.now() + 48 * hour);
    await runDurableObjectAlarm(userStub(workspace, "u:1"));
    expect((await endingsOf(workspace)).map(({ at }) => at)).toEqual(dues);
    await user(workspace, "u:1").confirm(1_000_000);
    expect((await user(workspace, "u:1").view())?.runs).toEqual([]);
  });

  it("an event that comes when timers are overdue finds them taken first, each at its own instant", async () => {
    const workspace = await newWorkspace({ journeys: waiting });
    const dues = await withThousandWaits(workspace);
    const half = dues[499] ?? 0;
    vi.setSystemTime(half);
    await user(workspace, "u:1").apply({ catalog: 1, events: [track("1", "Stop", { time: half + 1, receivedAt: half + 1 })] });
    const endings = await endingsOf(workspace);
    expect(endings.slice(0, 500).map(({ at }) => at)).toEqual(dues.slice(0, 500));
    expect(endings.slice(500).map((fact) => ("reason" in fact ? fact.reason : ""))).toEqual(Array.from({ length: 500 }, () => "exited"));
  });

  it("a clock that is set back moves nothing twice, and nothing before its instant", async () => {
    const workspace = await newWorkspace({ journeys: waiting.slice(0, 2) });
    const start = Date.now();
    await user(workspace, "u:1").apply({ catalog: 1, events: [track("1", "Start")], confirmed: 1_000_000 });
    vi.setSystemTime(start + 2 * hour);
    await runDurableObjectAlarm(userStub(workspace, "u:1"));
    vi.setSystemTime(start - 24 * hour);
    await user(workspace, "u:1").apply({ catalog: 1, events: [track("1", "Other", { time: start - 24 * hour })], confirmed: 1_000_000 });
    await runDurableObjectAlarm(userStub(workspace, "u:1"));
    expect((await endingsOf(workspace)).map(({ at }) => at - start)).toEqual([2 * hour]);
    expect(await alarmOf(workspace)).toBeLessThanOrEqual(start + 4 * hour);
    vi.setSystemTime(start + 4 * hour);
    await runDurableObjectAlarm(userStub(workspace, "u:1"));
    expect((await endingsOf(workspace)).map(({ at }) => at - start)).toEqual([2 * hour, 4 * hour]);
  });

  it("objects wake only when something is due: one that waits for nothing has no alarm", async () => {
    const workspace = await newWorkspace({ journeys: waiting });
    await user(workspace, "u:1").apply({ catalog: 1, events: [track("1", "Other")] });
    await user(workspace, "u:1").apply({ catalog: 1, events: [track("1", "Other")], confirmed: 1_000_000 });
    expect(await alarmOf(workspace)).toBeNull();
    await user(workspace, "u:1").apply({ catalog: 1, events: [track("1", "Start")] });
    expect(await alarmOf(workspace)).toBe(Date.now() + 2 * hour);
  });
});
